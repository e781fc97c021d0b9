"""A question -> an answer: evidence gathered, a reply or quotes, every claim verified, failing ones sent back once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from assistant import abstracts, briefing, claims, evidence, extraction, prompts, selection, spelling, verification
from assistant.claims import Stated
from assistant.embedding.ports import Embedder
from assistant.errors import ModelError
from assistant.evidence import Context, Query
from assistant.library.reader import Library
from assistant.model import ChatModel, Message, Reply
from assistant.prompts import Prompt
from assistant.records import Answer, Claim, Evidence, Seconds
from assistant.spelling import Mended
from assistant.verification import FAILING, Shown

ABSTENTION = "The library does not hold the answer."


@dataclass(frozen=True, slots=True)
class Asking:
    """What questions are asked of, and with what; one for a whole session."""

    library: Library
    embedder: Embedder
    model: ChatModel | None = None
    """None for the extractive answerer."""
    limit: int = 8
    """How many papers at most are evidence."""
    allowed: frozenset[str] | None = None
    """Ids of the papers that a filter admits; None for all."""
    hear: Callable[[str], None] | None = None
    """Gets the reply's pieces as they arrive."""
    ordinary: Callable[[str], bool] | None = None
    """Whether a word is one that English texts commonly have; None where that is not known, and no slip is mended."""
    context: Context = field(default_factory=Context)
    """What the conversation so far adds to the question."""


def read(asking: Asking, typed: str) -> tuple[Query, tuple[str, ...]]:
    """Return a question as it is searched for, slips of the finger mended, and notes on what was mended."""
    mended = spelling.mend(typed, asking.library, asking.ordinary) if asking.ordinary else Mended(typed)
    return Query(mended.text, asking.embedder.embed([mended.text])[0]), mended.notes


def find(asking: Asking, question: Query, limit: int) -> tuple[tuple[Evidence, ...], str]:
    """Return the papers nearest to a question, and a note where its words narrow the search."""
    left = evidence.narrow(asking.library, question.text, asking.allowed)
    found = evidence.nearest(asking.library, question.vector, question.text, limit, left.allowed, asking.context)
    return found, left.note


def ask(asking: Asking, question: str) -> Answer:
    """Answer one question. Raises `ModelError` where the model fails."""
    began = time.perf_counter()
    asking.library.refresh()
    asked, mended = read(asking, question)
    found, note = find(asking, asked, asking.limit)
    if asking.model is not None:
        found = briefing.fit(found)
    held = abstracts.read(asking.library, [item.paper for item in found])
    shown = verification.shown(question, found, held, asking.library.words)
    seen = selection.see(asked, found, held, asking.library.words)
    retrieved = time.perf_counter() - began
    if asking.model is None or not found:
        stated = extraction.extract(asked, found, held, asking.library.words, asking.context, seen)
        answer = _quoted(question, found, stated, shown, asking.embedder)
    else:
        answer = _written(asking.model, question, found, shown, asking)
    total = time.perf_counter() - began
    notes = (*mended, *([note] if note else []), *answer.notes)
    known = None if asking.context.named else selection.confidence(seen)
    return replace(
        answer, notes=notes, confidence=known, seconds=replace(answer.seconds, retrieve=retrieved, total=total)
    )


def _quoted(
    question: str, found: Sequence[Evidence], stated: Sequence[Stated], shown: Shown, embedder: Embedder
) -> Answer:
    """Put an answer together from quotes; none is an abstention."""
    began = time.perf_counter()
    checked = verification.verify(stated, shown, embedder)
    spent = Seconds(verify=time.perf_counter() - began)
    return Answer(question, "answered" if checked else "abstained", checked, tuple(found), seconds=spent)


def _written(model: ChatModel, question: str, found: Sequence[Evidence], shown: Shown, asking: Asking) -> Answer:
    """Have the model write, check what it wrote, and send failing claims back once."""
    prompt = prompts.load("answer.v1")
    turns = [Message("user", briefing.fill(prompt, question, found))]
    draft = _draft(model, turns, prompt, shown, asking)
    final = draft
    if draft.failing:
        turns += [Message("assistant", draft.reply.text), _findings(draft.claims, shown)]
        try:
            final = _better(draft, _draft(model, turns, prompt, shown, asking))
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


def _draft(model: ChatModel, turns: Sequence[Message], prompt: Prompt, shown: Shown, asking: Asking) -> _Draft:
    """Get one reply and check it."""
    began = time.perf_counter()
    reply = model.reply(turns, asking.hear)
    generated = time.perf_counter() - began
    abstained = verification.normal(prompt.abstain)
    stated = [claim for claim in claims.split(reply.text) if verification.normal(claim.text) != abstained]
    checked = verification.verify(stated, shown, asking.embedder)
    spent = Seconds(generate=generated, verify=time.perf_counter() - began - generated)
    tokens = (reply.input_tokens, reply.output_tokens)
    return _Draft(reply, checked, _notes(reply, stated, shown), tokens, spent)


def _notes(reply: Reply, stated: Sequence[Stated], shown: Shown) -> tuple[str, ...]:
    """Return what the reader should know about a reply."""
    notes = []
    if reply.cut:
        notes.append("the model's reply was cut off, at its length limit or by a filter")
    if reply.shortened:
        notes.append(f"the endpoint read only {reply.input_tokens:,} tokens of the prompt: raise its context length")
    named = [cited.key for claim in stated for cited in claim.cited if cited.key not in shown.abstracts]
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


def _findings(checked: Sequence[Claim], shown: Shown) -> Message:
    told = "\n".join(
        f"- {briefing.safe(claim.text)}\n  {claim.verdict}: {briefing.safe(claim.reason)}"
        for claim in checked
        if claim.verdict in FAILING
    )
    prompt = prompts.load("revise.v1")
    return Message("user", prompt.fill(findings=told, keys=", ".join(shown.abstracts)))


def _sum(first: tuple[int | None, int | None], second: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    pairs = [None if a is None and b is None else (a or 0) + (b or 0) for a, b in zip(first, second, strict=True)]
    return pairs[0], pairs[1]
