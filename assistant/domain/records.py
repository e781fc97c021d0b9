"""The values that flow through the assistant; all frozen, none with behaviour beyond small derivations."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from assistant.domain import markdown


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
    date_inferred: bool = False
    """True where the year (or the day) was not written and had to be supplied."""
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
    def day(self) -> str | None:
        """Its date in ISO form."""
        return self.date.isoformat() if self.date else None

    @property
    def shown_day(self) -> str:
        """Its date for a person: "2024-05-31", marked where part of it had to be supplied, "" where there is none."""
        return f"{self.day or ''}{' (inferred)' if self.date_inferred else ''}"


Verdict = Literal["supported", "weak", "unsupported", "misattributed", "uncited"]
"""What checking found: evidence located, located but thin, not located, better support elsewhere, nothing cited."""

Step = str
"""The name of the check that decided a verdict: "citation" where nothing is cited, "length" where a claim is too long,
else one of those that verification makes ("key", "quote", "facts", "support", "contrast", or a name of your own)."""
MARKS: Mapping[str, str] = dict(zip(get_args(Verdict), "✓≈✗⇄∅", strict=True))
"""The sign of each verdict."""

Status = Literal["answered", "abstained", "failed"]

ABSTENTION = "The library does not hold the answer."
"""What an answer says that abstains. The released prompts ask models for the same sentence."""


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

    paper: Paper | None
    """None where the key names no paper of the evidence."""
    key: str
    verdict: Verdict
    step: Step
    quote: str = ""
    """The best sentence of the abstract, verbatim; "" where there is none."""
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


def count_verdicts(claims: Sequence[Claim], marks: Mapping[str, str] = MARKS) -> str:
    """Return how many claims got which verdict: "3 claims: 2 supported ✓, 1 weak ≈"."""
    counts = {verdict: sum(claim.verdict == verdict for claim in claims) for verdict in MARKS}
    parts = ", ".join(f"{count} {verdict} {marks[verdict]}" for verdict, count in counts.items() if count)
    return f"{len(claims)} claim{'s' * (len(claims) != 1)}" + (f": {parts}" if parts else "")


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
    model: str | None = None
    """None where the answer is extractive."""
    notes: tuple[str, ...] = ()
    """What the reader should know: a cut reply, unknown keys, a revision."""
    prompt: tuple[str, str] | None = None
    """Name and sha256 of the prompt."""
    tokens: tuple[int | None, int | None] = (None, None)
    """Input and output tokens, as the endpoint counted them."""
    seconds: Seconds = Seconds()
    confidence: float | None = None
    """Estimated probability that the library holds an answer; None where the question names the papers itself."""
    reply: str = ""
    """What the model wrote, as it wrote it; "" where the answer is extractive."""

    @property
    def numbers(self) -> dict[str, int]:
        """{paper id: number} in the order in which its papers are first cited."""
        return {paper.id: number for number, (paper, _) in cited_papers(self.claims).items()}

    def markdown(self, numbers: Mapping[str, int]) -> str:
        """A Markdown list: each claim with its mark, the numbers of what it cites, and what is wrong with it."""
        if self.status != "answered":
            return ABSTENTION if self.status == "abstained" else ""
        rows = []
        for claim in self.claims:
            text = markdown.escape(claim.text)
            quoted = f"“{text}”" if self.model is None else text
            labels = "".join(f"[{markdown.escape(label)}]" for label in claim.citations(numbers))
            reason = f": {markdown.escape(claim.reason)}" if claim.reason else ""
            fault = "" if claim.verdict == "supported" else f" *({claim.verdict}{reason})*"
            rows.append(f"- {MARKS[claim.verdict]} {quoted}{' ' * bool(labels)}{labels}{fault}")
        return "\n".join(rows)

    def _repr_markdown_(self) -> str:
        """What a notebook shows: the claims with their marks, then the papers cited; or the nearest ones."""
        parts = [self.markdown(self.numbers)]
        if self.status == "answered":
            cited = cited_papers(self.claims)
            parts.append("\n".join(f"- [{number}] {_reference(paper)}" for number, (paper, _) in cited.items()))
            author = f"model {markdown.escape(self.model)}" if self.model else "quotes, no model"
            parts.append(f"*{count_verdicts(self.claims)} · {author}*")
        elif self.status == "abstained" and self.evidence:
            nearest = [f"- {_reference(item.paper)}" for item in self.evidence[:NEAREST]]
            parts.append("\n".join(["Closest, but they do not answer:", "", *nearest]))
        parts += [f"*note: {markdown.escape(note)}*" for note in self.notes]
        return "\n\n".join(part for part in parts if part)


NEAREST = 3
"""How many papers are named under an abstention."""


def _reference(paper: Paper) -> str:
    day = f" ({paper.shown_day})" if paper.date else ""
    return markdown.link(paper.title, paper.url or "") + day
