"""A question -> an answer: evidence gathered, a reply or quotes, every claim verified."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from assistant.answering import answerability, evidence_prompt, extractive, generative
from assistant.domain.records import Answer, Evidence, Seconds
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel
from assistant.models.embedder import Embedder
from assistant.retrieval import periods, retriever, spelling
from assistant.retrieval.retriever import Context, Query
from assistant.retrieval.spelling import Mended
from assistant.verification import verifier
from assistant.verification.claims import Statement
from assistant.verification.verifier import VerificationContext


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What questions are asked of, and with what; one for a whole session."""

    library: LibrarySnapshot
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


def read(asking: Pipeline, typed: str) -> tuple[Query, tuple[str, ...]]:
    """Return a question as it is searched for, slips of the finger mended, and notes on what was mended."""
    mended = spelling.mend(typed, asking.library, asking.ordinary) if asking.ordinary else Mended(typed)
    return Query(mended.text, asking.embedder.embed([mended.text])[0]), mended.notes


def find(asking: Pipeline, question: Query, limit: int) -> tuple[tuple[Evidence, ...], str]:
    """Return the papers nearest to a question, and a note where its words narrow the search."""
    typed = asking.context.pointed
    # What was just typed may set another period than what it continues.
    text = typed.text if typed and periods.read(typed.text) else question.text
    left = retriever.narrow(asking.library, text, asking.allowed)
    found = retriever.retrieve(asking.library, question.vector, question.text, limit, left.allowed, asking.context)
    return found, left.note


def ask(asking: Pipeline, question: str) -> Answer:
    """Answer one question. Raises `ModelError` where the model fails."""
    began = time.perf_counter()
    asking.library.refresh()
    asked, mended = read(asking, question)
    found, note = find(asking, asked, asking.limit)
    if asking.model is not None:
        found = evidence_prompt.select_within_budget(found)
    held = abstracts.read(asking.library, [item.paper for item in found])
    shown = verifier.context(question, found, held, asking.library.words)
    seen = answerability.features(asked, found, held, asking.library.words)
    retrieved = time.perf_counter() - began
    if asking.model is None or not found:
        stated = extractive.extract(asked, found, held, asking.library.words, asking.context, seen)
        answer = _quoted(question, found, stated, shown, asking.embedder)
    else:
        answer = generative.write(asking.model, question, found, shown, asking.embedder, asking.hear)
    total = time.perf_counter() - began
    notes = (*mended, *([note] if note else []), *answer.notes)
    known = None if asking.context.named else answerability.confidence(seen)
    return replace(
        answer, notes=notes, confidence=known, seconds=replace(answer.seconds, retrieve=retrieved, total=total)
    )


def _quoted(
    question: str,
    found: Sequence[Evidence],
    stated: Sequence[Statement],
    shown: VerificationContext,
    embedder: Embedder,
) -> Answer:
    """Put an answer together from quotes; none is an abstention."""
    began = time.perf_counter()
    checked = verifier.verify_statements(stated, shown, embedder)
    spent = Seconds(verify=time.perf_counter() - began)
    return Answer(question, "answered" if checked else "abstained", checked, tuple(found), seconds=spent)
