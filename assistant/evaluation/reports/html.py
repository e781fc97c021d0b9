"""A judged run -> one HTML file that needs nothing else: figures first, then every question with what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from assistant.domain.sanitize import one_line
from assistant.evaluation.metrics import abstention
from assistant.evaluation.reports import tables
from assistant.evaluation.reports.style import SCRIPT, STYLE
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Scored
from assistant.evaluation.scoring.ids import Ids
from assistant.evaluation.summary import RunSummary

_SHOWN = 10  # papers of a ranking
_WIDTH, _HEIGHT = 360, 180  # of the curve, in pixels
_FIGURES = (
    "recall@5",
    "title_precision",
    "title_recall",
    "title_f1",
    "false_answer",
    "false_abstain",
    "facts",
    "injected",
)


def html(run: Run, scored: Sequence[Scored], found: RunSummary) -> str:
    """Return the page."""
    name = f"{run.manifest['suite']}: {run.folder.name}"
    kinds = "".join(
        f"<option>{_text(kind)}</option>" for kind in dict.fromkeys(one.case.overlay or one.case.type for one in scored)
    )
    parts = [
        f"<h1>{_text(name)}</h1>",
        _manifest(run.manifest),
        "<h2>Where gold papers were lost</h2>",
        _bars(found.lost),
        "<h2>All questions</h2>",
        _table(tables.overall(found)),
        "<h2>By type</h2>",
        _table(tables.by_type(found)),
        "<h2>Turns of conversations, recall@5 by history</h2>" if tables.conversations(found) else "",
        _table(tables.conversations(found)),
        "<h2>Risk and coverage</h2>",
        _curve(scored),
        "<h2>Questions</h2>",
        f'<p><select id="kind"><option value="">all types</option>{kinds}</select> '
        '<select id="state"><option value="">all outcomes</option><option>right</option><option>wrong</option>'
        '<option>abstained</option><option>error</option></select> <input id="words" placeholder="words"></p>',
        *(_question(one, Ids(run.titles), run.titles) for one in scored),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{_text(name)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + f"\n<script>{SCRIPT}</script>\n</body></html>\n"
    )


def _manifest(manifest: Mapping[str, Any]) -> str:
    told = {key: value for key, value in manifest.items() if value not in (None, [], "")}
    cells = "".join(f"<tr><th>{_text(key)}</th><td>{_text(str(value))}</td></tr>" for key, value in told.items())
    return f"<details><summary>How it was run</summary><table>{cells}</table></details>"


def _table(rows: tables.Rows) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{_text(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><tr>{head}</tr>{body}</table>"


def _bars(lost: Mapping[str, int]) -> str:
    total = sum(lost.values()) or 1
    rows = (
        f'<tr><th>{_text(stage)}</th><td>{count}</td><td class="wide"><div style="width:{100 * count / total:.1f}%" '
        f'class="bar {"good" if stage == "found" else ""}"></div></td></tr>'
        for stage, count in lost.items()
    )
    return f"<table>{''.join(rows)}</table>"


def _curve(scored: Iterable[Scored]) -> str:
    """Return the risk of the surest answers, as a line over their share."""
    pairs = [
        (one.turn["confidence"], 1.0 - float((one.values.get("title_recall") or 0.0) > 0))
        for one in scored
        if one.turn and one.turn["confidence"] is not None and not one.case.overlay and one.case.type != "conversation"
    ]
    if not pairs:
        return f"<p>{tables.NOT_MEASURED}</p>"
    curve = abstention.risk_coverage([sure for sure, _ in pairs], [error for _, error in pairs])
    points = " ".join(f"{_WIDTH * x:.1f},{_HEIGHT * (1 - y):.1f}" for x, y in curve)
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="risk over coverage">'
        f'<polyline points="{points}"/></svg><p>Risk (up: no gold paper cited) over coverage (right), surest first.</p>'
    )


def _question(one: Scored, ids: Ids, titles: Mapping[str, str]) -> str:
    case, turn = one.case, one.turn
    state = "error" if one.error else _state(one)
    kind = case.overlay or case.type
    head = (
        f'<details class="question" data-kind="{_text(kind)}" data-state="{state}"><summary><b>{_text(case.id)}</b> '
        f'<i>{_text(kind)}</i> <span class="{state}">{state}</span> {_text(case.turns[0].question)}</summary>'
    )
    if turn is None:
        return f"{head}<p>{_text(one.error)}</p></details>"
    figures = " · ".join(f"{name} {one.values[name]:.2f}" for name in _FIGURES if one.values.get(name) is not None)
    lost = "".join(f"<li>{_text(titles.get(id, id))}: {_text(stage)}</li>" for id, stage in one.lost)
    read = f"<p>read as: {_text(turn['read_as'])}</p>" if turn["read_as"] != turn["question"] else ""
    return (
        f"{head}<p>{figures}</p>{read}<ul>{''.join(map(_claim, turn['claims']))}</ul>"
        + (f"<p>lost:</p><ul>{lost}</ul>" if lost else "")
        + _ranking(one, turn, ids, titles)
        + (f"<p>{_text(case.reason)}</p>" if case.reason else "")
        + "</details>"
    )


def _state(one: Scored) -> str:
    if one.turn is not None and one.turn["status"] == "abstained":
        return "right abstained" if not one.case.answerable else "wrong abstained"
    if one.case.type == "conversation":
        return "answered"  # its turns are judged by what was found, not by what was cited
    if not one.case.answerable:
        return "wrong"
    return "right" if (one.values.get("title_recall") or 0.0) > 0 else "wrong"


def _claim(claim: Mapping[str, Any]) -> str:
    verdict = _text(claim["verdict"])
    return f'<li class="{verdict}"><b>{verdict}</b> ({_text(claim["step"])}) {_text(claim["text"])}</li>'


def _ranking(one: Scored, turn: Mapping[str, Any], ids: Ids, titles: Mapping[str, str]) -> str:
    gold = frozenset().union(*ids.groups(one.case.turns[0]))
    acceptable, traps = ids.of(one.case.turns[0].acceptable), ids.of(one.case.turns[0].forbidden)
    rows = []
    for id in turn["retrieved"][:_SHOWN]:
        mark = "gold" if id in gold else "acceptable" if id in acceptable else "trap" if id in traps else ""
        evidence = "" if id in turn["evidence"] else ' class="outside"'
        rows.append(f'<li{evidence}><span class="{mark}">{_text(titles.get(id, id))}</span></li>')
    return f"<ol>{''.join(rows)}</ol>"


def _text(value: str) -> str:
    return escape(one_line(value))
