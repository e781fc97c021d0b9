"""A digest -> one HTML page: papers under headings, what each found, and its abstract with that sentence marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answering.digests import Digest, DigestEntry
from assistant.domain.records import Paper
from assistant.domain.verdicts import MARKS, Verdict
from assistant.publishing import page

_MEANINGS: dict[Verdict, str] = {
    "quoted": "the paper's own sentence",
    "supported": "checked, and supported by its abstract",
    "located": "near a sentence of its abstract; nobody judged whether that says so",
}


@dataclass(frozen=True, slots=True)
class EntryView:
    """One paper as the template writes it."""

    paper: Paper
    number: int
    says: str
    verdict: str
    mark: str
    meaning: str
    by: str
    quotes: Sequence[str]
    """The sentences of its abstract that the claim rests on."""


def html(digest: Digest, title: str, made: date) -> str:
    """Return the page, which needs nothing else and runs no script; `made` is the day that it names."""
    groups = [
        {"id": f"group-{place}", "name": group.name, "entries": [_view(entry) for entry in group.entries]}
        for place, group in enumerate(digest.groups, 1)
    ]
    verdicts = {entry.claim.verdict for entry in digest.entries if entry.claim}
    values = {
        "title": title,
        "headline": digest.headline,
        "groups": groups,
        "remarks": digest.remarks,
        "conclusion": digest.conclusion,
        "legend": [(MARKS[verdict], meaning) for verdict, meaning in _MEANINGS.items() if verdict in verdicts],
        "made": made.isoformat(),
    }
    body, style = (page.resource(__package__, name) for name in ("digest.html.j2", "digest.css"))
    return page.page(title, body, values, style=style)


def _view(entry: DigestEntry) -> EntryView:
    paper, claim = entry.paper, entry.claim
    authors = ", ".join(paper.authors[:3]) + (" and others" if len(paper.authors) > 3 else "")
    quote = claim.best.quote if claim and claim.best else ""
    return EntryView(
        paper,
        entry.number,
        claim.text if claim else "",
        claim.verdict if claim else "",
        MARKS[claim.verdict] if claim else "",
        _MEANINGS.get(claim.verdict, claim.verdict) if claim else "",
        authors,
        [quote] if quote else [],
    )
