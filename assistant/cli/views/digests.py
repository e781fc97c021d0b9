"""A digest -> the lines that a person sees, or an object for a program."""

from collections.abc import Mapping
from typing import Any

from assistant.answering.digests import Digest, DigestEntry
from assistant.cli import console
from assistant.cli.console import StyledLine
from assistant.cli.views import costs
from assistant.cli.views.answers import STYLES
from assistant.domain.sanitize import one_line
from assistant.domain.verdicts import Verdict


def lines(digest: Digest, marks: Mapping[Verdict, str], rows: int | None) -> list[StyledLine]:
    """Return the lines of a digest; of each group `rows` papers (None: all)."""
    said: list[StyledLine] = [console.plain(digest.headline, "bold")]
    width = len(f"[{len(digest.entries)}]")
    for group in digest.groups:
        said += [
            console.plain(),
            ((one_line(group.name), "bold underline"), (f"  {len(group.entries):,}", "dim")),
        ]
        for entry in group.entries[:rows]:
            said += _entry(entry, marks, width)
        if hidden := len(group.entries) - len(group.entries[:rows]):
            said.append(console.plain(f"{' ' * width} and {hidden:,} more: --all shows them", "yellow"))
    said += [console.plain(), *(console.plain(f"note: {one_line(remark)}", "yellow") for remark in digest.remarks)]
    cost = str(digest.cost)
    return [*said, console.plain(" · ".join(filter(None, (digest.conclusion, cost))), "dim")]


def record(digest: Digest) -> dict[str, Any]:
    """Return the object of `digest --json`."""
    groups = [{"name": group.name, "papers": list(map(_record, group.entries))} for group in digest.groups]
    return {
        "period": digest.period,
        "topics": list(digest.topics),
        "papers": digest.papers,
        "shown": len(digest.entries),
        "undated": digest.undated,
        "groups": groups,
        "model": digest.model,
        "checker": digest.checker,
        "notes": list(digest.notes),
        "error": digest.failure or None,
        "cost": costs.record(digest.cost),
    }


def _entry(entry: DigestEntry, marks: Mapping[Verdict, str], width: int) -> list[StyledLine]:
    """Return a line for a paper, and one for what it found."""
    paper, claim = entry.paper, entry.claim
    day = f" ({paper.shown_day})" if paper.date else ""
    url = f"  {one_line(paper.url)}" if paper.url else ""
    label = f"[{entry.number}]".rjust(width)
    said: list[StyledLine] = [((f"{label} ", "cyan"), (one_line(paper.title), "bold"), (f"{day}{url}", "dim"))]
    if claim:
        words = f"“{one_line(claim.text)}”" if claim.verdict == "quoted" else one_line(claim.text)
        said.append(((f"{' ' * width} {marks[claim.verdict]} ", STYLES[claim.verdict]), (words, "")))
    if paper.remark:
        said.append(console.plain(f"{' ' * width} ({paper.remark})", "dim"))
    return said


def _record(entry: DigestEntry) -> dict[str, Any]:
    paper, claim = entry.paper, entry.claim
    best = claim.best if claim else None
    return {
        "n": entry.number,
        "id": paper.id,
        "title": paper.title,
        "date": paper.day,
        "date_inferred": paper.date_inferred,
        "url": paper.url,
        "says": claim.text if claim else None,
        "verdict": claim.verdict if claim else None,
        "step": claim.step if claim else None,
        "quote": best.quote if best else None,
        "remark": paper.remark or None,
    }
