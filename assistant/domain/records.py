"""The values that flow through the assistant; all frozen, none with behaviour beyond small derivations."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.domain import markdown
from assistant.domain.verdicts import MARKS, Step, Verdict, conclusion

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
        return f"{self.day or ''}{' (inferred)' if self.date_inferred else ''}"


Status = Literal["answered", "abstained", "failed"]

Kind = Literal["prose", "list", "facts", "small_talk"]
"""What is asked for: what papers say, all papers that belong, what the catalogue has, or nothing."""

NOTHING_FOUND = "no sentence found that answers"
"""What an answer without a model says that abstains: what was looked for, and no more than that."""
NO_ANSWER = "the model found no answer in these papers"
"""What is said where a model abstains."""


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
    quote: str = ""  # the best sentence of the abstract, verbatim; "" where there is none
    score: float = 0.0
    reason: str = ""
    """Plain words for a person: what was missing, or which paper supports it better."""


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
        """The labels of what it cites: "1" by {paper id: number}, and "?key" for what names no paper."""
        labels = [str(numbers[cited.paper.id]) if cited.paper else f"?{cited.key}" for cited in self.findings]
        return tuple(dict.fromkeys(labels))


def cited_papers(claims: Sequence[Claim]) -> dict[int, tuple[Paper, Finding]]:
    """Return {number: (paper, its finding with the best support)}, numbered from 1 as the papers are first cited."""
    best: dict[str, tuple[Paper, Finding]] = {}
    for finding in (finding for claim in claims for finding in claim.findings):
        paper = finding.paper
        if paper and (paper.id not in best or finding.score > best[paper.id][1].score):
            best[paper.id] = (paper, finding)
    return dict(enumerate(best.values(), 1))


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long each part took."""

    retrieve: float = 0.0
    generate: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything about one answered, abstained or failed question."""

    question: str
    status: Status
    claims: tuple[Claim, ...]
    evidence: tuple[Evidence, ...]
    model: str | None = None  # None where the answer is extractive
    notes: tuple[str, ...] = ()
    """What the reader should know: a cut reply, unknown keys, a revision."""
    prompt: tuple[str, str] | None = None
    """Name and sha256 of the prompt."""
    tokens: tuple[int | None, int | None] = (None, None)  # input and output, as the endpoint counted them
    seconds: Seconds = Seconds()
    confidence: float | None = None
    """Estimated probability that the library holds an answer; None where the question names the papers itself."""
    reply: str = ""
    """What the model wrote, as it wrote it; "" where the answer is extractive."""
    is_near: bool = True
    """Whether the question is near enough to the library for the evidence to be named where it does not answer."""
    kind: Kind = "prose"
    text: str = ""
    """What no paper says but the assistant: how many there are, what the catalogue has, why nothing is quoted."""

    @property
    def cited(self) -> tuple[Paper, ...]:
        """The papers that its claims cite, in that order; of a list or of facts all papers that it is about."""
        if self.kind in {"list", "facts"} and self.status == "answered":
            return tuple(item.paper for item in self.evidence)
        return tuple(paper for paper, _ in cited_papers(self.claims).values())

    @property
    def numbers(self) -> dict[str, int]:
        """{paper id: number} in the order in which its papers are first cited."""
        return {paper.id: number for number, paper in enumerate(self.cited, 1)}

    @property
    def abstention(self) -> str:
        """What it says where it abstains: nothing of what the library holds, for nobody established that."""
        return NOTHING_FOUND if self.model is None else NO_ANSWER

    def markdown(self, numbers: Mapping[str, int]) -> str:
        """What it says itself, then a list: each claim with its mark, what it cites, and what is wrong with it."""
        if self.status != "answered":
            said = self.text or f"{self.abstention}."
            return markdown.escape(said) if self.status == "abstained" else ""
        rows = [markdown.escape(self.text), ""] if self.text else []
        for claim in self.claims:
            is_fault = claim.verdict not in ("quoted", "supported")
            fault = f"{claim.verdict}{': ' * bool(claim.reason)}{claim.reason}" if is_fault else ""
            text = markdown.cited(claim.text, claim.citations(numbers), fault, quoted=claim.verdict == "quoted")
            rows.append(f"- {MARKS[claim.verdict]} {text}")
        return "\n".join(rows).strip()

    def _repr_markdown_(self) -> str:
        """What a notebook shows: the claims with their marks, then the papers cited; or the nearest ones."""
        parts = [self.markdown(self.numbers)]
        if self.status == "answered":
            parts.append("\n".join(f"- [{number}] {reference(paper)}" for number, paper in enumerate(self.cited, 1)))
            model = markdown.escape(self.model) if self.model else None
            counted = conclusion([claim.verdict for claim in self.claims], len(self.numbers), model)
            counted = counted if self.claims else "from the catalogue" if self.kind == "facts" else ""
            parts.append(f"*{counted}*" if counted else "")
        elif self.status == "abstained" and self.evidence and self.is_near and not self.text:
            nearest = [f"- {reference(item.paper)}" for item in self.evidence[:NEAREST]]
            parts = ["\n".join([f"{self.abstention}; closest papers:", "", *nearest])]
        parts += [f"*note: {markdown.escape(note)}*" for note in self.notes]
        return "\n\n".join(part for part in parts if part)


NEAREST, LIST_ROWS = 3, 20
"""How many papers are named under an abstention, and how many of a list are shown at once."""


def reference(paper: Paper) -> str:
    """Return a paper as one line of Markdown: its title, linked where it has an address, its date, its remark."""
    day = f" ({paper.shown_day})" if paper.date else ""
    remark = f" *{paper.remark}*" if paper.remark else ""
    return markdown.link(paper.title, paper.url or "") + day + remark
