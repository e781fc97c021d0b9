"""The values that flow through the assistant; all frozen, none with behaviour beyond small derivations."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import markdown
from assistant.domain.full_texts import FullText, on_page
from assistant.domain.sanitize import one_line
from assistant.domain.verdicts import Step, Verdict

SAMPLE_SOURCE = "assistant-sample-papers.txt"
"""The source of the papers that come with the program."""
_SAMPLE_REMARK = "summary written for this sample, not the paper's abstract"


@dataclass(frozen=True, slots=True)
class Listing:
    """One appearance of a paper in a source."""

    source: str
    """Name of the file it was read from, below the folder given and as long as it takes to be unique; "-" for standard
    input."""
    line: int
    """1-based line of its title (pages) or of its row."""
    title: str
    date: datetime.date | None = None
    date_inferred: bool = False  # True where the year (or the day) was not written and had to be supplied
    author_count: int | None = None
    organisation: str | None = None
    """Whose paper the source says it is: the organisation on a page, the journal or conference in a bibliography."""
    discussions: int | None = None

    @property
    def day(self) -> str | None:
        """Its date in ISO form."""
        return self.date.isoformat() if self.date else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One listing as read, with the text of its paper."""

    listing: Listing
    abstract: str
    id: str | None = None
    """The source's own id (`_id`, `id`), exactly as given."""
    authors: tuple[str, ...] = ()
    url: str | None = None
    aliases: tuple[str, ...] = ()
    """Its other ids that mean something everywhere: the DOI of a paper whose `id` is of arXiv."""
    fills: bool = False
    """True where what it says only fills what the paper lacks, and what is stored stays."""
    full_text: FullText | None = None
    """All of its text, where the source has it."""

    @property
    def place(self) -> str:
        """`file:line`, for messages."""
        return f"{self.listing.source}:{self.listing.line}"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row or file that could not be read, and why."""

    source: str
    line: int
    """1-based; 0 where the whole file is meant."""
    reason: str

    def __str__(self) -> str:
        """`file:line: reason`."""
        return f"{self.source}:{self.line}: {self.reason}" if self.line else f"{self.source}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the library: the truth about it, whatever the number of its listings."""

    id: str
    title: str
    abstract: str
    date: datetime.date | None = None
    date_inferred: bool = False
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    url: str | None = None
    listings: tuple[Listing, ...] = ()
    aliases: tuple[str, ...] = ()
    """Its other ids: a DOI beside an arXiv id, and those that mean something in one source alone, as "7@a.jsonl"."""
    full_text: FullText | None = None
    """What is known of its full text; None where only title and abstract are there."""

    @property
    def remark(self) -> str:
        """What a reader has to know of its abstract, "" for nothing: whose words those of the sample are."""
        return _SAMPLE_REMARK if any(listing.source == SAMPLE_SOURCE for listing in self.listings) else ""

    @property
    def day(self) -> str | None:
        """Its date in ISO form."""
        return self.date.isoformat() if self.date else None

    @property
    def shown_day(self) -> str:
        """Its date for a person: "2024-05-31", marked where part of it had to be supplied, "" where there is none."""
        return f"{self.day or ''}{', inferred' * self.date_inferred}"

    @property
    def shown_authors(self) -> str:
        """Its authors for a person, or how many there are where nobody names them; "" where that is not known."""
        return ", ".join(self.authors) or (f"{self.author_count} authors" if self.author_count else "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One paper that was retrieved for a question."""

    key: str
    """The short opaque name by which a model cites it."""
    paper: Paper
    score: float
    """Combined relevance; comparable within one question only."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking one claim against one cited paper gave."""

    paper: Paper | None  # None where the key names no paper of the evidence
    key: str
    verdict: Verdict
    step: Step
    quote: str = ""  # the best sentence of the paper, verbatim; "" where there is none
    score: float = 0.0
    reason: str = ""
    """Plain words for a person: what was missing, or which paper supports it better."""
    page: int | None = None
    """The page of the paper's document that the quote is on, from 1; None for a quote from its abstract."""

    @property
    def sure_page(self) -> int | None:
        """The page to cite for the claim: that of what it quotes, or of what supports it; a sentence that is only near
        it names none."""
        return self.page if self.verdict in ("quoted", "supported") else None

    @property
    def quoted(self) -> str:
        """The quote as a line shows it: “Moss grows.”, and the page after it where it has one; "" for none."""
        where = f" ({on_page(self.page)})" if self.page else ""
        return f"“{one_line(self.quote)}”{where}" if self.quote else ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer with what it cites and what checking found."""

    text: str
    """Without its citations."""
    verdict: Verdict
    step: Step
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @property
    def best(self) -> Finding | None:
        """The finding with the best support; None where nothing is cited."""
        return max(self.findings, key=lambda finding: finding.score, default=None)

    def citations(self, numbers: Mapping[str, int]) -> tuple[str, ...]:
        """The labels of what it cites: "1" by {paper id: number}, "1, p. 7" for what that page says, and "?key" for
        what names no paper."""
        labels = [
            ", ".join(filter(None, [str(numbers[cited.paper.id]), on_page(cited.sure_page)]))
            if cited.paper
            else f"?{cited.key}"
            for cited in self.findings
        ]
        return tuple(dict.fromkeys(labels))


def cited_papers(claims: Sequence[Claim]) -> dict[int, tuple[Paper, Finding]]:
    """Return {number: (paper, its finding with the best support)}, numbered from 1 as the papers are first cited."""
    best: dict[str, tuple[Paper, Finding]] = {}
    for finding in (finding for claim in claims for finding in claim.findings):
        paper = finding.paper
        if paper and (paper.id not in best or finding.score > best[paper.id][1].score):
            best[paper.id] = (paper, finding)
    return dict(enumerate(best.values(), 1))


def reference(paper: Paper) -> str:
    """Return a paper as one line of Markdown: its title, linked where it has an address, its date, its remark."""
    more = (f" ({paper.shown_day})" * bool(paper.date), f" *{paper.remark}*" * bool(paper.remark))
    return markdown.link(paper.title, paper.url or "") + "".join(more)
