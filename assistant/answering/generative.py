"""Evidence for a question and a model -> what it writes, every claim verified, failing ones sent back once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.answering import evidence_prompt, prompts
from assistant.answering.prompts import Prompt
from assistant.domain.errors import ModelError
from assistant.domain.records import Answer, Claim, Evidence, Seconds
from assistant.models.base import ChatModel, Message, Reply
from assistant.models.embedder import Embedder
from assistant.verification import claims, quotes, verifier
from assistant.verification.claims import Statement
from assistant.verification.verifier import FAILING, VerificationContext


def write(
    model: ChatModel,
    question: str,
    found: Sequence[Evidence],
    shown: VerificationContext,
    embedder: Embedder,
    hear: Callable[[str], None] | None,
) -> Answer:
    """Have the model write, check what it wrote, and send failing claims back once; `hear` gets the pieces."""
    prompt = prompts.load("answer.v1")
    turns = [Message("user", evidence_prompt.render_prompt(prompt, question, found))]
    draft = _draft(model, turns, prompt, shown, embedder, hear)
    final = draft
    if draft.failing:
        turns += [Message("assistant", draft.reply.text), _findings(draft.claims, shown)]
        try:
            final = _better(draft, _draft(model, turns, prompt, shown, embedder, hear))
        except ModelError as error:
            note = f"what failed was sent back once, and the model failed: {error}"
            final = replace(draft, notes=(*draft.notes, note))
    return Answer(
        question,
        "answered" if final.claims else "abstained",
        final.claims,
        tuple(found),
        model=final.reply.model,
        notes=final.notes,
        prompt=(prompt.name, prompt.sha256),
        tokens=final.tokens,
        reply=final.reply.text,
        seconds=final.seconds,
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """One reply, checked."""

    reply: Reply
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]
    tokens: tuple[int | None, int | None]
    seconds: Seconds

    @property
    def failing(self) -> int:
        """How many claims have a verdict that --strict forbids."""
        return sum(claim.verdict in FAILING for claim in self.claims)

    @property
    def worth(self) -> int:
        """How many more claims pass than fail."""
        return len(self.claims) - 2 * self.failing


def _draft(
    model: ChatModel,
    turns: Sequence[Message],
    prompt: Prompt,
    shown: VerificationContext,
    embedder: Embedder,
    hear: Callable[[str], None] | None,
) -> _Draft:
    """Get one reply and check it."""
    began = time.perf_counter()
    reply = model.reply(turns, hear)
    generated = time.perf_counter() - began
    abstained = quotes.normal(prompt.abstain)
    stated = [claim for claim in claims.split(reply.text) if quotes.normal(claim.text) != abstained]
    checked = verifier.verify_statements(stated, shown, embedder)
    spent = Seconds(generate=generated, verify=time.perf_counter() - began - generated)
    tokens = (reply.input_tokens, reply.output_tokens)
    return _Draft(reply, checked, _notes(reply, stated, shown), tokens, spent)


def _notes(reply: Reply, stated: Sequence[Statement], shown: VerificationContext) -> tuple[str, ...]:
    """Return what the reader should know about a reply."""
    notes = []
    if reply.cut:
        notes.append("the model's reply was cut off, at its length limit or by a filter")
    if reply.shortened:
        notes.append(f"the endpoint read only {reply.input_tokens:,} tokens of the prompt: raise its context length")
    named = [cited.key for claim in stated for cited in claim.citations if cited.key not in shown.abstracts]
    if named:
        notes.append(f"citations of no paper of the evidence: {', '.join(dict.fromkeys(named))}")
    return tuple(notes)


def _better(first: _Draft, second: _Draft) -> _Draft:
    """Return the revision, unless it is worth less, as where it gives up what had passed; with what both cost."""
    sent_back = f"{first.failing} failing claim{'s were' if first.failing > 1 else ' was'} sent back once"
    if (second.worth, bool(second.claims)) < (first.worth, False):
        told = f"{sent_back}; the revision was worse and is not shown"
        kept = replace(first, notes=(*first.notes, told))
    else:
        told = f"{sent_back}; this is the revision"
        kept = replace(second, notes=(*second.notes, told))
    spent = Seconds(
        generate=first.seconds.generate + second.seconds.generate,
        verify=first.seconds.verify + second.seconds.verify,
    )
    return replace(kept, tokens=_sum(first.tokens, second.tokens), seconds=spent)


def _findings(checked: Sequence[Claim], shown: VerificationContext) -> Message:
    told = "\n".join(
        f"- {evidence_prompt.neutralise(claim.text)}\n  {claim.verdict}: {evidence_prompt.neutralise(claim.reason)}"
        for claim in checked
        if claim.verdict in FAILING
    )
    prompt = prompts.load("revise.v1")
    return Message("user", prompt.fill(findings=told, keys=", ".join(shown.abstracts)))


def _sum(first: tuple[int | None, int | None], second: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    pairs = [None if a is None and b is None else (a or 0) + (b or 0) for a, b in zip(first, second, strict=True)]
    return pairs[0], pairs[1]
