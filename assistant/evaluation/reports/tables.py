"""A table or a comparison -> rows of cells, for a terminal and for Markdown."""

from collections.abc import Mapping, Sequence

from assistant.evaluation.comparison import Comparison
from assistant.evaluation.metrics.means import Mean
from assistant.evaluation.summary import RunSummary

Rows = Sequence[Sequence[str]]
"""The first row is the head."""

COLUMNS = (
    "recall@5", "recall@10", "evidence_all", "mrr", "ndcg@10", "title_precision", "title_recall", "title_f1",
    "exact_set", "false_abstain", "false_answer", "validity", "citation_recall", "citation_precision", "facts",
    "traps", "injected",
)  # fmt: skip
"""The metrics of the table by type, those that a run has."""
NOT_MEASURED = "not measured here"


def by_type(found: RunSummary) -> Rows:
    """Return one row a metric and one column a type, each cell a mean with the number of questions behind it."""
    kinds = [kind for kind in found.rows if kind != "conversation"]
    used = [name for name in COLUMNS if any(name in found.rows[kind] for kind in kinds)]
    head = ["metric", *kinds]
    return [head, *([name, *(_cell(found.rows[kind].get(name)) for kind in kinds)] for name in used)]


def conversations(found: RunSummary) -> Rows:
    """Return one row a kind of turn: recall@5 with the assistant's own history, right history, none, and by hand."""
    means = found.rows.get("conversation", {})
    kinds = list(dict.fromkeys(name.split(", ")[0] for name in means if ", " in name))
    histories = ("own", "right", "none", "by hand")
    if not kinds:
        return []
    rows = [[kind, *(_cell(means.get(f"{kind}, {history}")) for history in histories)] for kind in kinds]
    return [["turn", *histories], *rows]


def waterfall(found: RunSummary) -> Rows:
    """Return how many gold papers were lost at each stage."""
    total = sum(found.lost.values())
    if not total:
        return []
    return [["gold papers", "number", "share"], *([s, str(n), f"{n / total:.1%}"] for s, n in found.lost.items())]


def overall(found: RunSummary) -> Rows:
    """Return every figure over all questions with its interval and counts, and those that are no means."""
    means: Mapping[str, Mean] = found.rows.get("all", {})
    rows = []
    for name, mean in means.items():
        held = found.intervals.get(name)
        between = f"{held.low:.3f} to {held.high:.3f}" if held else ""
        rows.append([name, _number(mean.value), between, str(mean.scored), str(mean.unscored), str(mean.failed)])
    rows += [[name, _number(value), "", "", "", ""] for name, value in found.extra.items()]
    return [["metric", "mean", "95 % interval", "scored", "unscored", "failed"], *rows]


def compared(found: Comparison) -> Rows:
    """Return one row a metric of a comparison."""
    head = [
        "metric",
        "before",
        "after",
        "change",
        "95 % interval",
        "p",
        "p (Holm)",
        "detectable",
        "noise",
        "up/same/down",
    ]
    return [
        head,
        *(
            [
                row.metric,
                _number(row.before),
                _number(row.after),
                f"{row.change.mean:+.3f}",
                f"{row.change.low:+.3f} to {row.change.high:+.3f}",
                f"{row.p:.4f}",
                "" if row.adjusted is None else f"{row.adjusted:.4f}",
                _number(row.detectable),
                NOT_MEASURED if row.noise is None else _number(row.noise),
                f"{row.wins}/{row.ties}/{row.losses}",
            ]
            for row in found.rows
        ),
    ]


def text(rows: Rows) -> list[str]:
    """Return aligned lines."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def markdown(rows: Rows) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


def _cell(mean: Mean | None) -> str:
    if mean is None or mean.value is None:
        return ""
    return f"{mean.value:.3f} ({mean.scored})"


def _number(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.3f}"
