"""A question -> an answer: evidence retrieved, statements written by an answerer, every one of them verified."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.answering import (
    answerability,
    answerers,
    checked_drafts,
    evidence_packing,
    further_searches,
    reading,
    responses,
)
from assistant.answering.answerer import Answerer, Draft, Inquiry, Request
from assistant.answering.checked_drafts import CheckedDraft
from assistant.domain.answers import Answer, Interrupted, Seconds
from assistant.domain.callbacks import OnStage, OnToken
from assistant.domain.errors import BudgetError, ModelError, Stopped
from assistant.domain.records import Evidence
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.account import Account
from assistant.models.base import ChatModel, Checker, Embedder, Reranker
from assistant.retrieval import forms, idf, languages, names, questions
from assistant.retrieval.forms import Form
from assistant.retrieval.retriever import Context, Query
from assistant.verification import entailment, verifier
from assistant.verification.support import SupportScorer
from assistant.verification.verifier import VerificationContext


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What questions are asked of, and with what; one for a whole session."""

    library: LibrarySnapshot
    embedder: Embedder
    model: ChatModel | None = None
    """None where there is no model."""
    limit: int = 8
    """How many papers at most are evidence."""
    allowed: frozenset[str] | None = None
    """Ids of the papers that a filter admits; None for all."""
    on_token: OnToken | None = None
    """Gets each piece of a reply as it arrives."""
    ordinary: Callable[[str], bool] | None = None
    """Whether a word is one that English texts commonly have; None where that is not known, and no slip is mended."""
    context: Context = field(default_factory=Context)
    """What the conversation so far adds to the question."""
    reranker: Reranker | None = None
    """What reads a question and a sentence together; None where there is none."""
    evidence_tokens: int = evidence_packing.LARGE
    """How many tokens of evidence the model is shown."""
    answerer: Answerer | None = None
    """Who answers whatever is asked; None for what `answerers` has for the kind of question."""
    today: date = field(default_factory=date.today)
    """What "since May" and "last year" are counted from."""
    on_stage: OnStage | None = None
    """Gets what is being done for an answer that a model writes."""
    checker: Checker | None = None
    """What judges the claims of a model; None for nobody."""
    account: Account = field(default_factory=Account)
    """What the requests of the models are counted in that it has metered."""


def ask(pipeline: Pipeline, question: str, form: Form | None = None) -> Answer:
    """Answer one question, whose form is known or else read from its words.

    Raises `ModelError`; and `Interrupted`, with the answer, where Ctrl-C came while a draft was judged by a checker or
    revised.
    """
    with pipeline.account.tally() as tally:
        answer, is_interrupted = _answer(pipeline, question, form)
    answer = replace(answer, cost=tally.cost)
    if is_interrupted:
        raise Interrupted(answer)
    return answer


def _answer(pipeline: Pipeline, question: str, form: Form | None) -> tuple[Answer, bool]:
    """Return the answer to a question, without its cost, and whether Ctrl-C ended it early."""
    began = time.perf_counter()
    form = form or forms.read(question, pipeline.today)
    if pipeline.answerer is None and form.kind != "prose":
        pipeline.library.refresh()
        if answer := responses.respond(_request(pipeline, question, form)):
            return answer, False
    answerer = pipeline.answerer or answerers.choose(pipeline.model, tokens=pipeline.evidence_tokens)
    inquiry, notes = _retrieve(pipeline, answerer, question)
    retrieved = time.perf_counter()
    checked, inquiry = _write(pipeline, answerer, inquiry)
    draft = checked.draft
    answer = Answer(
        question,
        "answered" if checked.claims else "abstained",
        checked.claims,
        inquiry.evidence,
        model=draft.model,
        notes=(*notes, *draft.notes, *(() if checked.claims else languages.hint(question))),
        prompt=draft.prompt,
        tokens=draft.tokens,
        seconds=replace(checked.seconds, retrieve=retrieved - began, total=time.perf_counter() - began),
        confidence=None if pipeline.context.named_papers else answerability.confidence(inquiry.features),
        reply=draft.reply,
        is_near=bool(pipeline.context.named_papers) or answerability.is_near(inquiry.features),
        text=draft.text,
        checker=pipeline.checker.name if pipeline.checker and any(map(entailment.is_judged, checked.claims)) else None,
        unchecked=checked.unchecked,
    )
    return answer, checked.is_interrupted


def rank(pipeline: Pipeline, question: str, limit: int) -> tuple[Query, tuple[Evidence, ...], tuple[str, ...]]:
    """Return a question as it is searched for, at most `limit` papers nearest to it, and notes for a person: slips of
    the finger that were mended, and the period that its words narrow the search to."""
    query, notes = questions.parse_question(pipeline.library, pipeline.embedder, question, pipeline.ordinary)
    ranking, narrowing = questions.find_evidence(
        pipeline.library, query, limit, pipeline.allowed, pipeline.context, pipeline.today
    )
    return query, ranking, (*notes, narrowing) if narrowing else notes


def _request(pipeline: Pipeline, question: str, form: Form) -> Request:
    return Request(
        question,
        form,
        pipeline.library,
        pipeline.embedder,
        pipeline.context,
        pipeline.allowed,
        pipeline.today,
        pipeline.ordinary,
        pipeline.reranker,
    )


def _retrieve(pipeline: Pipeline, answerer: Answerer, question: str) -> tuple[Inquiry, tuple[str, ...]]:
    """Return a question with its evidence, and notes on how it was read and where its words narrowed the search."""
    pipeline.library.refresh()
    query, ranking, notes = rank(pipeline, question, pipeline.limit)
    inquiry = _inquire(pipeline, question, query, answerer.shortlist(ranking))
    notes = (*notes, *filter(None, [inquiry.reading.problem]))
    read = [inquiry.abstracts[item.paper.id] for item in inquiry.evidence]
    unknown = names.unknown(query.text, pipeline.library, read, pipeline.ordinary)
    if not (pipeline.context.named_papers or pipeline.context.latest):  # else they may be of what was said before
        notes = (*notes, *(f"no title or abstract in the library has “{name}”" for name in unknown))
    return replace(inquiry, unknown_names=unknown), notes


def _inquire(pipeline: Pipeline, question: str, query: Query, evidence: Sequence[Evidence]) -> Inquiry:
    """Return a question with this evidence, read and measured."""
    words = pipeline.library.words
    by_id = abstracts.read(pipeline.library, [item.paper for item in evidence], pipeline.embedder)
    for each in (query, *filter(None, [pipeline.context.latest])):
        weights, repeated = idf.term_weights(each.text, words), pipeline.context.repeated
        by_id = {id: abstract.toward(each.vector, weights, repeated) for id, abstract in by_id.items()}
    read = reading.read(pipeline.reranker, query, evidence, by_id, words)
    judge = answerability.load(pipeline.embedder.fingerprint, read.reader)
    features = answerability.features(query, evidence, by_id, words, read, judge)
    listeners = pipeline.on_token, pipeline.on_stage
    may_search = pipeline.evidence_tokens >= evidence_packing.MUCH
    return Inquiry(
        question, query, tuple(evidence), by_id, read, features, words, pipeline.context, *listeners, may_search
    )


def _write(pipeline: Pipeline, answerer: Answerer, inquiry: Inquiry) -> tuple[CheckedDraft, Inquiry]:
    """Have a draft written and verified, once more where it asks for further searches, and revised once where claims
    of it fail. Return it with the inquiry that it answers."""
    if not inquiry.evidence:
        return CheckedDraft(Draft(), (), Seconds()), inquiry  # there is nothing to answer from
    first, context = _state(pipeline, answerer, inquiry)
    if first.draft.searches and not first.is_interrupted:
        first, inquiry, context = _look_again(pipeline, answerer, inquiry, first, context)
    if not first.failing or first.is_interrupted:
        return first, inquiry
    return checked_drafts.revised(answerer, inquiry, first, context, pipeline.embedder), inquiry


def _state(pipeline: Pipeline, answerer: Answerer, inquiry: Inquiry) -> tuple[CheckedDraft, VerificationContext]:
    """Have a draft written and verified; return it, and what it was verified against."""
    scorer = SupportScorer.fitted(inquiry.words, pipeline.embedder)
    reranker = pipeline.reranker if inquiry.reading.reader else None  # one that failed would fail again
    parts = inquiry.question, inquiry.evidence, inquiry.abstracts, scorer, reranker
    context = verifier.context(*parts, pipeline.checker, pipeline.on_stage)
    began = time.perf_counter()
    return checked_drafts.check(answerer.state(inquiry), began, context, pipeline.embedder), context


def _look_again(
    pipeline: Pipeline, answerer: Answerer, inquiry: Inquiry, first: CheckedDraft, context: VerificationContext
) -> tuple[CheckedDraft, Inquiry, VerificationContext]:
    """Search for what a draft asks for, and have it written anew; the first stands where nothing new is found, where
    a model fails or is stopped, or where it abstains or breaks off after it had answered."""
    searches = first.draft.searches
    failed = f"{further_searches.asked(searches)}; that failed"

    def read(evidence: Sequence[Evidence]) -> Inquiry:
        return _inquire(pipeline, inquiry.question, inquiry.query, evidence)

    def search(words: str) -> Sequence[Evidence]:
        return rank(pipeline, words, pipeline.limit)[1]

    try:
        wider = further_searches.look_again(inquiry, searches, pipeline.limit, search, read)
        note = further_searches.note(searches, inquiry, wider)
        if wider is None:
            return first.noted(note), inquiry, context
        failed = f"{note}; then the model failed"
        second, wider_context = _state(pipeline, answerer, wider)
    except BudgetError as error:
        return first.noted(f"{note}; {error}"), inquiry, context
    except ModelError as error:
        return first.noted(f"{failed}: {error}"), inquiry, context
    except KeyboardInterrupt as stop:
        if isinstance(stop, Stopped) or not first.claims:
            raise
        return first.interrupted(f"{further_searches.asked(searches)}; that was stopped"), inquiry, context
    if first.claims and (not second.claims or second.draft.break_cause):
        broke_off = f"; the answer from them broke off ({second.draft.break_cause})" if second.draft.break_cause else ""
        return first.after(second).noted(f"{note}{broke_off}"), inquiry, context
    return second.after(first).noted(note), wider, wider_context
