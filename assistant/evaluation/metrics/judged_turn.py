"""One answered turn of a run and the gold of its suite -> what every metric reads, papers by their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import titles
from assistant.domain.sentences import Span
from assistant.evaluation.cases import Case, GoldTurn
from assistant.evaluation.expectations import Expectation
from assistant.evaluation.metrics import attribution, funnel, quotes
from assistant.evaluation.metrics.attribution import EmittedMark
from assistant.evaluation.metrics.funnel import Stage
from assistant.evaluation.metrics.quotes import Quote
from assistant.evaluation.outcomes import TurnOutcome, cited_ids
from assistant.verification import claims
from assistant.verification.verifier import FAILING

LEVELS: Mapping[str, float] = {"quoted": 1.0, "supported": 1.0, "located": 0.5}
"""How far a verdict of our verifier counts as support; it stands in for the language model of ALCE."""


class PaperIds:
    """Titles as a suite writes them -> ids: exact but for spelling, never by likeness."""

    def __init__(self, titles_by_id: Mapping[str, str]) -> None:
        self._ids = {titles.normalise(title): id for id, title in titles_by_id.items()}
        self.library = frozenset(titles_by_id)

    def of(self, papers: frozenset[str]) -> frozenset[str]:
        """Return the ids of some titles; a title that no paper has stands for itself."""
        return frozenset(self._ids.get(titles.normalise(title), title) for title in papers)


@dataclass(frozen=True, slots=True)
class JudgedTurn:
    """An answered turn beside what a right answer rests on."""

    case: Case
    gold: GoldTurn
    turn: TurnOutcome
    groups: tuple[frozenset[str], ...]
    """Sets of interchangeable papers: a right answer cites one of each."""
    acceptable: frozenset[str]
    """May be cited, need not be."""
    forbidden: frozenset[str]
    """Traps."""
    judged_papers: frozenset[str]
    """Every paper that somebody judged for the question."""
    earlier: frozenset[str] = field(default_factory=frozenset)
    """The gold papers of the earlier turns of its conversation."""
    expected: Expectation | None = None
    """What a right answer does, for a later turn of a dialogue; papers by their ids."""
    before: tuple[TurnOutcome, ...] = ()
    """The earlier turns of its dialogue."""
    answers: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """Paper -> the spans of its abstract that answer the question; empty where nobody marked them."""

    @property
    def own(self) -> frozenset[str]:
        """All gold papers of this turn."""
        return frozenset().union(*self.groups)

    @property
    def quotes(self) -> list[Quote]:
        """What its claims quote, in their order."""
        return quotes.of(self.turn)

    @property
    def marks(self) -> list[EmittedMark]:
        """Every citation that its claims emit."""
        return [
            EmittedMark(
                parsed=claims.is_key(finding.key),
                known=finding.paper is not None,
                in_evidence=finding.paper in self.turn.evidence,
                verbatim=not (finding.step == "quote" and finding.verdict in FAILING),
            )
            for claim in self.turn.claims
            for finding in claim.findings
        ]

    @property
    def citations(self) -> list[frozenset[str]]:
        """What each of its claims cites."""
        return [cited_ids(claim) for claim in self.turn.claims]

    @property
    def support(self) -> attribution.Support:
        """Our verifier as ALCE's support function: a claim that passes is supported by all it cites together."""

        def support(ids: frozenset[str], number: int) -> float:
            claim = self.turn.claims[number]
            if ids == cited_ids(claim):
                return LEVELS.get(claim.verdict, 0.0)
            alone = [LEVELS.get(finding.verdict, 0.0) for finding in claim.findings if finding.paper in ids]
            return max(alone, default=0.0)

        return support


def judge(
    case: Case,
    gold: GoldTurn,
    turn: TurnOutcome,
    ids: PaperIds,
    earlier: frozenset[str] = frozenset(),
    before: Sequence[TurnOutcome] = (),
) -> JudgedTurn:
    """Return a turn beside its gold, which names papers by title; `earlier` are ids already, `before` earlier turns."""
    return JudgedTurn(
        case=case,
        gold=gold,
        turn=turn,
        groups=tuple(ids.of(group) for group in gold.gold),
        acceptable=ids.of(gold.acceptable),
        forbidden=ids.of(gold.forbidden),
        judged_papers=ids.of(gold.judged_papers),
        earlier=earlier,
        expected=gold.expected.by_id(ids.of) if gold.expected else None,
        before=tuple(before),
        answers={id: marked.spans for marked in gold.marked for id in ids.of(frozenset([marked.paper]))},
    )


def lost(judged: JudgedTurn, library: frozenset[str]) -> tuple[tuple[str, Stage], ...]:
    """Return each missing gold group, by one of its ids, with the stage at which it was lost."""
    turn = judged.turn
    supported = {
        finding.paper
        for claim in turn.claims
        for finding in claim.findings
        if finding.paper and finding.verdict not in FAILING
    }
    stages = [
        (min(group), funnel.stage(group, library, turn.retrieved, turn.evidence, turn.cited, supported))
        for group in judged.groups
    ]
    return tuple((id, stage) for id, stage in stages if stage)
