"""One question, answered: what was said, by whom, on what evidence, at what cost; and the same as Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.domain import markdown
from assistant.domain.costs import Cost
from assistant.domain.records import Claim, Evidence, Paper, cited_papers, reference
from assistant.domain.sanitize import one_line
from assistant.domain.verdicts import MARKS, Verdict, conclusion

Status = Literal["answered", "abstained", "failed"]

Kind = Literal["prose", "list", "facts", "small_talk"]
"""What is asked for: what papers say, all papers that belong, what the catalogue has, or nothing."""

NOTHING_FOUND = "no sentence found that answers"
"""What an answer without a model says that abstains: what was looked for, and no more than that."""
NO_ANSWER = "the model found no answer in these papers"
"""What is said where a model abstains."""


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
    cost: Cost = field(default_factory=Cost)
    """What the requests to models for it have come to."""
    text: str = ""
    """What no paper says but the assistant: how many there are, what the catalogue has, why nothing is quoted."""
    checker: str | None = None
    """Who judged its claims; None where nobody did."""
    unchecked: int = 0
    """Claims that a checker was to judge and did not, for it failed or was stopped."""

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

    @property
    def nearest(self) -> tuple[Evidence, ...]:
        """The papers to name where it abstains; none where it says why nothing could be looked for."""
        names = self.status == "abstained" and self.is_near and (self.kind == "list" or not self.text)
        return self.evidence[:NEAREST] if names else ()

    @property
    def summary(self) -> str:
        """How many claims got which verdict, who judged them and who wrote them; "" where it claims nothing."""
        if self.status != "answered":
            return ""
        if not self.claims:
            return "from the catalogue" if self.kind == "facts" else ""
        return self.conclusion()

    def conclusion(self, marks: Mapping[Verdict, str] = MARKS) -> str:
        """Return how many claims got which verdict, who judged them and who wrote them."""
        model = one_line(self.model) if self.model else None
        checker = one_line(self.checker) if self.checker else None
        verdicts = [claim.verdict for claim in self.claims]
        return conclusion(verdicts, len(self.numbers), model, marks, checker=checker, unchecked=self.unchecked)

    def markdown(self, numbers: Mapping[str, int]) -> str:
        """What it says itself, then a list: each claim with its mark, what it cites, and what is wrong with it."""
        if self.status != "answered":
            return markdown.escape(self.text or f"{self.abstention}.") if self.status == "abstained" else ""
        rows = [markdown.escape(self.text), ""] if self.text else []
        for claim in self.claims:
            fault = (
                ""
                if claim.verdict in ("quoted", "supported")
                else ": ".join(filter(None, (claim.verdict, claim.reason)))
            )
            text = markdown.cited(claim.text, claim.citations(numbers), fault, quoted=claim.verdict == "quoted")
            rows.append(f"- {MARKS[claim.verdict]} {text}")
        return "\n".join(rows).strip()

    def _repr_markdown_(self) -> str:
        """What a notebook shows: the claims with their marks, then the papers cited; or the nearest ones."""
        parts = [self.markdown(self.numbers)]
        if self.status == "answered":
            parts.append("\n".join(f"- [{number}] {reference(paper)}" for number, paper in enumerate(self.cited, 1)))
            parts.append(f"*{markdown.escape(self.summary)}*" if self.summary else "")
        elif self.nearest:
            nearest = "\n".join(f"- {reference(item.paper)}" for item in self.nearest)
            said = (
                f"{markdown.escape(self.text)}\n\nClosest papers:"
                if self.text
                else f"{self.abstention}; closest papers:"
            )
            parts = [f"{said}\n\n{nearest}"]
        parts += [f"*note: {markdown.escape(note)}*" for note in self.notes]
        return "\n\n".join(part for part in parts if part)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came while an answer was revised or its claims were judged: `answer` is what was there by then."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


NEAREST, LIST_ROWS = 3, 20
"""How many papers are named under an abstention, and how many of a list are shown at once."""
