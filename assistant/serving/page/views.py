"""Turns and papers -> what the templates write: plain texts and addresses that were looked at, nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assistant.answering.conversation.turns import Conversation, Turn
from assistant.domain.answers import Answer
from assistant.domain.full_texts import on_page
from assistant.domain.links import link
from assistant.domain.records import Claim, Finding, Paper, cited_papers
from assistant.domain.sanitize import one_line, sanitize
from assistant.domain.verdicts import MARKS, conclusion
from assistant.publishing import quotations
from assistant.serving import links

_AROUND = 400  # characters of an abstract that are shown before and after a sentence
_LONGEST_QUOTE = 600  # characters that an address carries
_NAMED = {"prose": "Sources", "list": "Papers", "facts": "From the catalogue"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, quoted or not."""

    text: str
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class CitationView:
    """One paper that a claim cites."""

    label: str
    pieces: tuple[Piece, ...] = ()
    """Its sentence nearest to the claim, with what stands around it; none where there is no such sentence."""
    page: str = ""
    """Where that is: "p. 7", "" for its abstract."""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim with its verdict."""

    verdict: str
    mark: str
    text: str
    fault: str
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """One paper that is cited or named."""

    label: str
    title: str
    day: str
    path: str
    """Of its page here, the sentence marked that the answer rests on."""
    url: str
    """Its own address; "" for none of the web."""
    remark: str


@dataclass(frozen=True, slots=True)
class TurnView:
    """One question with its answer."""

    number: int
    question: str
    read_as: str
    text: str
    claims: tuple[ClaimView, ...]
    heading: str
    sources: tuple[SourceView, ...]
    said: tuple[str, ...]
    """Who answered, and what a reader should know."""


@dataclass(frozen=True, slots=True)
class PaperView:
    """One whole paper."""

    title: str
    facts: str
    url: str
    pieces: tuple[Piece, ...]
    remark: str


def turns(conversation: Conversation, rows: int) -> list[TurnView]:
    """Return the views of all turns; of a list at most `rows` papers are named."""
    return [_turn(turn, conversation.numbers, rows) for turn in conversation.turns]


def paper(paper: Paper, quote: str = "") -> PaperView:
    """Return the view of a paper, a sentence of its abstract marked."""
    facts = " · ".join(one_line(fact) for fact in (paper.id, paper.shown_day, paper.shown_authors) if fact)
    pieces = _pieces(paper.abstract, quote)
    return PaperView(one_line(paper.title), facts, link(paper) or "", pieces, paper.remark)


def _turn(turn: Turn, numbers: Mapping[str, int], rows: int) -> TurnView:
    answer = turn.answer
    quotes = {paper.id: finding.quote for paper, finding in cited_papers(answer.claims).values()}
    if answer.status == "answered":
        papers = [(str(numbers[paper.id]), paper) for paper in answer.cited]
        text, heading = answer.text, _NAMED.get(answer.kind, "")
    else:
        papers = [("", item.paper) for item in answer.nearest]
        text, heading = answer.text or f"{answer.abstention[:1].upper()}{answer.abstention[1:]}.", "Closest papers"
    more = (f"and {len(papers) - rows:,} more papers",) if len(papers) > rows else ()
    return TurnView(
        turn.number,
        one_line(turn.question),
        one_line(turn.reading.text) if turn.reading.how != "alone" else "",
        sanitize(text),
        tuple(_claim(claim, numbers) for claim in answer.claims),
        heading,
        tuple(_source(label, paper, quotes.get(paper.id, "")) for label, paper in papers[:rows]),
        (*more, *_said(answer), *(one_line(note) for note in (turn.reading.note,) if note)),
    )


def _said(answer: Answer) -> Iterator[str]:
    if answer.claims:
        verdicts = [claim.verdict for claim in answer.claims]
        model, checker = (one_line(name) if name else None for name in (answer.model, answer.checker))
        yield conclusion(verdicts, len(answer.cited), model, checker=checker, unchecked=answer.unchecked)
    yield from (f"Note: {one_line(note)}" for note in answer.notes)


def _claim(claim: Claim, numbers: Mapping[str, int]) -> ClaimView:
    fault = one_line(claim.reason) if claim.verdict not in ("quoted", "supported") else ""
    citations = tuple(_citation(finding, numbers) for finding in claim.findings)
    return ClaimView(claim.verdict, MARKS[claim.verdict], one_line(claim.text), fault, citations)


def _citation(finding: Finding, numbers: Mapping[str, int]) -> CitationView:
    if finding.paper is None:
        return CitationView(f"?{one_line(finding.key)}")
    label = str(numbers.get(finding.paper.id, "?"))
    if not finding.quote:
        return CitationView(label)
    elsewhere = (Piece(sanitize(finding.quote), is_quoted=True),)  # a sentence that is not one of the abstract
    pieces = () if finding.page else _pieces(finding.paper.abstract, finding.quote, _AROUND)
    return CitationView(label, pieces or elsewhere, on_page(finding.page))


def _pieces(text: str, quote: str, around: int | None = None) -> tuple[Piece, ...]:
    """Return a text with the quote in it marked; with `around` what stands so near to it, none where it is not in
    it."""
    return tuple(Piece(sanitize(piece), quoted) for piece, quoted in quotations.pieces(text, [quote], around))


def _source(label: str, paper: Paper, quote: str) -> SourceView:
    path = links.path(paper, quote if len(quote) <= _LONGEST_QUOTE else "")
    return SourceView(label, one_line(paper.title), paper.shown_day, path, link(paper) or "", paper.remark)
