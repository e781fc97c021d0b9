"""Papers -> the lines that show them: one in full with the quoted words marked, or many in the order of their rank."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.cli import console
from assistant.cli.console import StyledLine
from assistant.domain.annotations import NOTHING, Annotations, Note
from assistant.domain.records import Evidence, Finding, Paper
from assistant.domain.sanitize import one_line
from assistant.publishing import quotations


def card(
    paper: Paper, quoted: Sequence[Finding] = (), *, key: str = "", said: Annotations = NOTHING
) -> Iterator[StyledLine]:
    """Yield the whole paper; what was `quoted` of its abstract stands out and what was of its pages follows, `key` is
    what to cite it by, `said` is what readers say of it."""
    yield console.plain(one_line(paper.title), "bold")
    facts = (paper.id, key, paper.shown_day, paper.shown_authors, paper.url or "")
    yield console.plain(" · ".join(one_line(fact) for fact in facts if fact), "dim")
    yield console.plain()
    yield marked(paper.abstract, [finding.quote for finding in quoted if finding.quote and not finding.page])
    yield from (console.plain(line, "bold") for line in dict.fromkeys(each.quoted for each in quoted if each.page))
    if paper.remark:
        yield console.plain(f"({paper.remark})", "dim")
    yield console.plain()
    for listing in paper.listings:
        yield console.plain(f"listed in {one_line(listing.source)}:{listing.line}", "dim")
    if paper.full_text:
        yield console.plain(f"full text: {paper.full_text.pages:,} pages, {paper.full_text.count:,} passages", "dim")
    if said.tags:
        yield console.plain(f"tags: {one_line(', '.join(said.tags))}", "cyan")
    if said.read:
        yield console.plain(f"read on {said.read.date()}", "dim")
    yield from notes(said.notes)


def notes(written: Iterable[Note]) -> Iterator[StyledLine]:
    """Yield notes, numbered from 1, each with its day."""
    for number, note in enumerate(written, 1):
        yield (f"note {number}, {note.at.date()}: ", "dim"), (note.text, "")


def note_record(note: Note) -> dict[str, str]:
    """Return a note as JSON."""
    return {"text": note.text, "at": note.at.isoformat()}


def marked(text: str, quotes: Sequence[str]) -> StyledLine:
    """Return the text in pieces, those that are quoted in another style; between »« where there is no colour."""
    coloured = console.coloured()
    return tuple(
        (piece if coloured or not quoted else f"»{piece.strip()}«", "bold reverse" if quoted else "")
        for piece, quoted in quotations.pieces(text, quotes)
    )


def ranked(evidence: Iterable[Evidence], numbers: Mapping[str, int] | None = None) -> Iterator[StyledLine]:
    """Yield one line a paper: rank, title, date, score, and its number in a conversation where it has one."""
    for rank, item in enumerate(evidence, 1):
        day = f"  {item.paper.shown_day}" if item.paper.date else ""
        number = (numbers or {}).get(item.paper.id)
        cited = f"  [{number}]" if number else ""
        title = one_line(item.paper.title)
        yield (f"{rank:3}. ", "dim"), (title, "bold"), (day, "dim"), (f"  {item.score:.2f}", "dim"), (cited, "cyan")
