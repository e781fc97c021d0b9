"""Drafts of an answer -> the same verified, revised once where claims fail; and of two the one to show, with a note on
what was tried and what both cost."""

import time
from dataclasses import dataclass, replace

from assistant.answering import reading
from assistant.answering.answerer import Answerer, Draft, Inquiry
from assistant.domain.answers import Seconds
from assistant.domain.errors import BudgetError, ModelError, Stopped
from assistant.domain.records import Claim
from assistant.models import metering
from assistant.models.base import Embedder
from assistant.verification import verifier
from assistant.verification.entailment import Unchecked
from assistant.verification.verifier import FAILING, VerificationContext


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft with the verdicts on its statements."""

    draft: Draft
    claims: tuple[Claim, ...]
    seconds: Seconds
    unchecked: int = 0
    """Claims that a checker was to judge and did not."""
    is_interrupted: bool = False
    """Whether Ctrl-C came before it was checked to the end, or revised where it fails."""

    @property
    def failing(self) -> int:
        """How many claims have a verdict that --strict forbids."""
        return sum(claim.verdict in FAILING for claim in self.claims)

    @property
    def balance(self) -> int:
        """How many more claims pass than fail."""
        return len(self.claims) - 2 * self.failing

    @property
    def sent_back(self) -> str:
        """That what fails was sent back to be written again, for a note."""
        return f"{self.failing} failing claim{'s were' if self.failing > 1 else ' was'} sent back once"

    def noted(self, note: str) -> "CheckedDraft":
        """Return it with one note more."""
        return replace(self, draft=replace(self.draft, notes=(*self.draft.notes, note)))

    def interrupted(self, note: str) -> "CheckedDraft":
        """Return it with a note on what Ctrl-C ended."""
        return replace(self.noted(note), is_interrupted=True)

    def after(self, other: "CheckedDraft") -> "CheckedDraft":
        """Return it with what another draft of the same answer cost added to what it cost; Ctrl-C ended both."""
        seconds = Seconds(
            generate=other.seconds.generate + self.seconds.generate,
            verify=other.seconds.verify + self.seconds.verify,
        )
        tokens = metering.added(other.draft.tokens, self.draft.tokens)
        is_interrupted = self.is_interrupted or other.is_interrupted
        return replace(self, draft=replace(self.draft, tokens=tokens), seconds=seconds, is_interrupted=is_interrupted)


def check(draft: Draft, began: float, context: VerificationContext, embedder: Embedder) -> CheckedDraft:
    """Verify a draft whose writing `began` at a reading of the clock: the one place where answers are verified."""
    written = time.perf_counter()
    before, problems, unchecked = metering.spent(context.checker), list[str](), list[Unchecked]()
    context = replace(context, on_problem=problems.append, on_unchecked=unchecked.append)
    try:
        claims = verifier.verify_statements(draft.statements, context, embedder)
    except ModelError as error:
        if context.reranker is None:
            raise
        claims = verifier.verify_statements(draft.statements, replace(context, reranker=None), embedder)
        draft = replace(draft, notes=(*draft.notes, reading.failed(error)))
    spent = metering.spent_since(context.checker, before)
    draft = replace(draft, notes=(*draft.notes, *problems), tokens=metering.added(draft.tokens, spent))
    return CheckedDraft(
        draft,
        claims,
        Seconds(generate=written - began, verify=time.perf_counter() - written),
        sum(each.claims for each in unchecked),
        any(isinstance(each.cause, KeyboardInterrupt) for each in unchecked),
    )


def revised(
    answerer: Answerer, inquiry: Inquiry, first: CheckedDraft, context: VerificationContext, embedder: Embedder
) -> CheckedDraft:
    """Send a draft back with what failed of it; return the one of the two to show, the first where no second comes."""
    began = time.perf_counter()
    try:
        revision = answerer.revise(inquiry, first.draft, first.claims)
        second = check(revision, began, context, embedder) if revision else None
    except BudgetError as error:
        return first.noted(f"what failed was not revised: {error}")
    except ModelError as error:
        return first.noted(f"what failed was sent back once, and the model failed: {error}")
    except Stopped:
        raise
    except KeyboardInterrupt:
        return first.interrupted(f"{first.sent_back}; the revision was stopped, and the first answer stands")
    if second and second.is_interrupted:
        note = f"{first.sent_back}; the checking of the revision was stopped, and the first answer stands"
        return first.after(second).interrupted(note)
    return better(first, second) if second else first


def better(first: CheckedDraft, revision: CheckedDraft) -> CheckedDraft:
    """Return the draft to show after what failed of `first` was sent back.

    It is the revision, unless that broke off, abstains, for whoever gives up has mended nothing, or has a worse balance
    of passing and failing claims.
    """
    sent_back = first.sent_back
    if cause := revision.draft.break_cause:
        note = f"{sent_back}; the revision broke off ({cause}), and the first answer stands"
        return first.after(revision).noted(note)
    if not revision.claims:
        return first.after(revision).noted(f"{sent_back}; the model then gave up, and its first answer is shown")
    if revision.balance < first.balance:
        return first.after(revision).noted(f"{sent_back}; the revision was worse and is not shown")
    return revision.after(first).noted(f"{sent_back}; this is the revision")
