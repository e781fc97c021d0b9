"""Claims with what the cascade found of their citations, and a checker -> findings that the checker's word decides.

The rules compare words; a checker reads. It is asked of what they leave open, and of what only a weak rule objects to:
a fact that is missing, a quote that nobody wrote and a paper that is not there need no reader, and cost no request.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain.callbacks import OnStage
from assistant.domain.counts import number_of
from assistant.domain.errors import BudgetError, ModelError, Stopped
from assistant.domain.records import Claim, Finding
from assistant.models.base import Checker, Judgement
from assistant.verification.evidence import CitedEvidence

STEP = "checker"
"""The step of a finding that a checker decided."""
_WEAK = frozenset({"opposition", "support", "contrast", "facts"})
"""Steps of the cascade that decide by likeness of words, where no number is missing."""
_PASSING = frozenset({"quoted", "supported", "located"})


@dataclass(frozen=True, slots=True)
class CheckedCitations:
    """A claim, and for each of its citations the evidence and what the cascade found."""

    text: str
    evidence: tuple[CitedEvidence, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    claim: int
    """The place of the claim."""
    citations: tuple[int, ...]
    """The places of the citations, among those of the claim, whose sentences are the premise."""
    premise: str

    @property
    def is_joint(self) -> bool:
        """Whether several papers speak together: what they affirm, none of them may say by itself."""
        return len(self.citations) > 1


def is_judged(claim: Claim) -> bool:
    """Whether a checker decided on any citation of a claim."""
    return any(finding.step == STEP for finding in claim.findings)


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Claims that a checker was to judge and did not."""

    claims: int
    of: int
    cause: ModelError | KeyboardInterrupt
    """Its failure, or Ctrl-C."""

    def __str__(self) -> str:
        """Say it in words for a person."""
        judged = self.of - self.claims
        begun = f"of {self.of} claims {judged} {'was' if judged == 1 else 'were'} judged by the checker"
        before = begun if judged else "no claim was judged by a checker"
        if isinstance(self.cause, KeyboardInterrupt):
            return f"{before}, for it was stopped"
        return f"{before}, for {'' if isinstance(self.cause, BudgetError) else 'it failed: '}{self.cause}"


def judge(
    claims: Sequence[CheckedCitations], checker: Checker, on_stage: OnStage | None = None
) -> tuple[list[tuple[Finding, ...]], Unchecked | None]:
    """Return the findings of each claim, those that a checker can settle as it judged them, all asked of it at once;
    and what of them it did not judge, where it failed or Ctrl-C stopped it.

    Raises `Stopped`.
    """
    questions = [question for place, claim in enumerate(claims) for question in _questions(place, claim)]
    findings = [list(claim.findings) for claim in claims]
    if not questions:
        return [claim.findings for claim in claims], None
    count = len({question.claim for question in questions})
    if on_stage:
        on_stage(f"checking {number_of('claim', count)}")
    judgements, cause = _asked(checker, [(question.premise, claims[question.claim].text) for question in questions])
    rest = {question.claim for question in questions[len(judgements) :]}
    for question, judgement in zip(questions, judgements, strict=False):
        if question.is_joint and any(
            findings[question.claim][place].verdict == "supported" for place in question.citations
        ):
            continue  # one of them says it by itself
        for place in question.citations:
            finding = findings[question.claim][place]
            evidence = claims[question.claim].evidence[place]
            decided = _decided_jointly if question.is_joint else _decided
            findings[question.claim][place] = decided(finding, judgement, checker.name, evidence)
    return [tuple(row) for row in findings], Unchecked(len(rest), count, cause) if cause else None


def _asked(
    checker: Checker, pairs: Sequence[tuple[str, str]]
) -> tuple[list[Judgement], ModelError | KeyboardInterrupt | None]:
    """Return the judgements of the first pairs, of all unless the checker failed or was stopped, and what came between.
    Raises `Stopped`."""
    judgements: list[Judgement] = []
    try:
        judgements.extend(checker.check(pairs))
    except Stopped:
        raise
    except (ModelError, KeyboardInterrupt) as error:
        return judgements, error
    if len(judgements) == len(pairs):
        return judgements, None
    cause = f"{len(judgements)} judgements of {len(pairs)} claims"
    return [], ModelError(f"the checker {checker.name} failed", cause=cause, cure="name another one (--checker)")


def _questions(place: int, claim: CheckedCitations) -> Iterator[_Question]:
    """Yield what to ask of a claim: once with each paper, for none must speak for another, and then, where several are
    near it, with these together. Nothing where a citation fails for certain, for that decides."""
    citations = list(zip(claim.evidence, claim.findings, strict=True))
    opens = [number for number, citation in enumerate(citations) if _is_open(*citation)]
    if any(claim.findings[number].verdict not in _PASSING for number in range(len(citations)) if number not in opens):
        return
    near = [number for number in opens if claim.findings[number].verdict in _PASSING]
    for numbers in (*([number] for number in opens), *([near] if len(near) > 1 else [])):
        premises = dict.fromkeys(claim.evidence[number].premise for number in numbers)
        yield _Question(place, tuple(numbers), "\n".join(premises))


def _is_open(evidence: CitedEvidence, finding: Finding) -> bool:
    """Whether nothing certain decided, and there is something to read."""
    return finding.step in _WEAK and bool(evidence.sentences) and not evidence.missing.numbers


def _decided(finding: Finding, judgement: Judgement, name: str, evidence: CitedEvidence) -> Finding:
    """Return a finding as a checker's judgement leaves it. What the checker affirms never fails; where a rule objects,
    or the paper has hardly a word of one clause, it is not shown as supported either: small models affirm what is half
    right."""
    located, where = finding.verdict == "located", "paper" if finding.page else "abstract"
    if judgement == "yes":
        if located and (clause := evidence.unsaid_clause):
            reason = f"{name} affirms it, but the {evidence.noun} has hardly a word of “{clause}”"
            return replace(finding, step=STEP, reason=reason)
        if located:
            return replace(finding, verdict="supported", step=STEP, reason="")
        return replace(finding, verdict="located", step=STEP, reason=f"{name} affirms it, but {finding.reason}")
    if judgement == "contradicts":
        return replace(finding, verdict="contradicted", step=STEP, reason=f"{name} finds the reverse in the {where}")
    if judgement == "no" and located:
        return replace(finding, step=STEP, reason=f"{name} does not find it in the sentences nearest to it")
    return finding


def _decided_jointly(finding: Finding, judgement: Judgement, name: str, evidence: CitedEvidence) -> Finding:
    """Return the finding of one of several papers as a judgement of all leaves it: what only all of them say, each is
    but a part of."""
    if judgement == "yes" and finding.verdict == "located":
        clause = evidence.unsaid_clause
        alone = f"and this one has hardly a word of “{clause}”" if clause else "not of this one alone"
        return replace(finding, step=STEP, reason=f"{name} affirms it of these papers together, {alone}")
    return finding
