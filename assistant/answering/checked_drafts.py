"""Two drafts of one answer, both verified -> the one to show, with a note on what was tried and what both cost."""

from dataclasses import dataclass, replace

from assistant.answering.answerer import Draft
from assistant.domain.answers import Seconds
from assistant.domain.records import Claim
from assistant.models import metering
from assistant.verification.verifier import FAILING


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft with the verdicts on its statements."""

    draft: Draft
    claims: tuple[Claim, ...]
    seconds: Seconds

    @property
    def failing(self) -> int:
        """How many claims have a verdict that --strict forbids."""
        return sum(claim.verdict in FAILING for claim in self.claims)

    @property
    def balance(self) -> int:
        """How many more claims pass than fail."""
        return len(self.claims) - 2 * self.failing

    def noted(self, note: str) -> "CheckedDraft":
        """Return it with one note more."""
        return replace(self, draft=replace(self.draft, notes=(*self.draft.notes, note)))

    def after(self, other: "CheckedDraft") -> "CheckedDraft":
        """Return it with what another draft of the same answer cost added to what it cost."""
        seconds = Seconds(
            generate=other.seconds.generate + self.seconds.generate,
            verify=other.seconds.verify + self.seconds.verify,
        )
        tokens = metering.added(other.draft.tokens, self.draft.tokens)
        return replace(self, draft=replace(self.draft, tokens=tokens), seconds=seconds)


def better(first: CheckedDraft, revision: CheckedDraft) -> CheckedDraft:
    """Return the draft to show after what failed of `first` was sent back.

    It is the revision, unless that abstains, for whoever gives up has mended nothing, or has a worse balance of passing
    and failing claims.
    """
    sent_back = f"{first.failing} failing claim{'s were' if first.failing > 1 else ' was'} sent back once"
    if not revision.claims:
        return first.after(revision).noted(f"{sent_back}; the model then gave up, and its first answer is shown")
    if revision.balance < first.balance:
        return first.after(revision).noted(f"{sent_back}; the revision was worse and is not shown")
    return revision.after(first).noted(f"{sent_back}; this is the revision")
