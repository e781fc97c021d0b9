"""A question -> an answer: evidence retrieved, statements written by an answerer, every one of them verified."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.answering import answerability, answerers, reading
from assistant.answering.answerer import Answerer, Draft, Inquiry, Request, Response
from assistant.domain.answers import Answer, Seconds
from assistant.domain.callbacks import OnStage, OnToken
from assistant.domain.errors import ModelError
from assistant.domain.records import Claim, Evidence
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.account import Account
from assistant.models.base import ChatModel, Embedder, Reranker
from assistant.retrieval import forms, languages, questions
from assistant.retrieval.forms import Form
from assistant.retrieval.retriever import Context, Query
from assistant.verification import verifier
from assistant.verification.support import SupportScorer, classifier
from assistant.verification.verifier import FAILING, VerificationContext


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
    answerer: Answerer | None = None
    """Who answers whatever is asked; None for what `answerers` has for the kind of question."""
    today: date = field(default_factory=date.today)
    """What "since May" and "last year" are counted from."""
    on_stage: OnStage | None = None
    """Gets what is being done for an answer that a model writes."""
    account: Account = field(default_factory=Account)
    """What the requests of the models are counted in that it has metered."""


def ask(pipeline: Pipeline, question: str, form: Form | None = None) -> Answer:
    """Answer one question, whose form is known or else read from its words; raises `ModelError`."""
    began, mark = time.perf_counter(), pipeline.account.mark()
    form = form or forms.read(question, pipeline.today)
    if pipeline.answerer is None and form.kind != "prose":
        pipeline.library.refresh()
        if answer := _respond(_request(pipeline, question, form)):
            return answer
    answerer = pipeline.answerer or answerers.choose(pipeline.model)
    inquiry, notes = _retrieve(pipeline, answerer, question)
    retrieved = time.perf_counter()
    checked = _write(pipeline, answerer, inquiry)
    draft = checked.draft
    return Answer(
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
        cost=pipeline.account.since(mark),
    )


def rank(pipeline: Pipeline, question: str, limit: int) -> tuple[Query, tuple[Evidence, ...], tuple[str, ...]]:
    """Return a question as it is searched for, at most `limit` papers nearest to it, and notes for a person: slips of
    the finger that were mended, and the period that its words narrow the search to."""
    query, notes = questions.parse_question(pipeline.library, pipeline.embedder, question, pipeline.ordinary)
    ranking, narrowing = questions.find_evidence(
        pipeline.library, query, limit, pipeline.allowed, pipeline.context, pipeline.today
    )
    return query, ranking, (*notes, narrowing) if narrowing else notes


def from_catalogue(
    library: LibrarySnapshot, question: str, allowed: frozenset[str] | None, today: date | None = None
) -> Answer | None:
    """Return the answer to a question that needs no embedder: small talk, and facts of the library; None for others."""
    today = today or date.today()
    form = forms.read(question, today)
    if form.kind not in ("facts", "small_talk"):
        return None
    library.refresh()
    return _respond(Request(question, form, library, None, Context(), allowed, today))


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


def _respond(request: Request) -> Answer | None:
    """Return the answer to a question of another kind than prose; None where it has to be answered as prose."""
    began = time.perf_counter()
    responder = answerers.RESPONDERS.get(request.form.kind)
    response = responder(request) if responder else None
    if response is None:
        return None
    retrieved = time.perf_counter()
    claims = _verified(request, response)
    ended = time.perf_counter()
    return Answer(
        request.question,
        response.status,
        claims,
        response.evidence,
        notes=response.draft.notes,
        seconds=Seconds(retrieve=retrieved - began, verify=ended - retrieved, total=ended - began),
        kind=request.form.kind,
        text=response.draft.text,
    )


def _verified(request: Request, response: Response) -> tuple[Claim, ...]:
    """Return the statements of a response as claims with their verdicts."""
    statements, evidence, library = response.draft.statements, response.evidence, request.library
    if not statements or request.embedder is None:
        return ()
    by_id = abstracts.read(library, [item.paper for item in evidence], request.embedder)
    scorer = SupportScorer(library.words, classifier.load(request.embedder.fingerprint))
    context = verifier.context(request.question, evidence, by_id, scorer)
    return verifier.verify_statements(statements, context, request.embedder)


def _retrieve(pipeline: Pipeline, answerer: Answerer, question: str) -> tuple[Inquiry, tuple[str, ...]]:
    """Return a question with its evidence, and notes on how it was read and where its words narrowed the search."""
    pipeline.library.refresh()
    query, ranking, notes = rank(pipeline, question, pipeline.limit)
    evidence = answerer.shortlist(ranking)
    by_id = abstracts.read(pipeline.library, [item.paper for item in evidence], pipeline.embedder)
    words = pipeline.library.words
    read = reading.read(pipeline.reranker, query, evidence, by_id, words)
    judge = answerability.load(pipeline.embedder.fingerprint, read.reader)
    features = answerability.features(query, evidence, by_id, words, read, judge)
    listeners = pipeline.on_token, pipeline.on_stage
    inquiry = Inquiry(question, query, evidence, by_id, read, features, words, pipeline.context, *listeners)
    return inquiry, (*notes, *filter(None, [read.problem]))


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


def _write(pipeline: Pipeline, answerer: Answerer, inquiry: Inquiry) -> CheckedDraft:
    """Have a draft written and verified, and revised once where claims of it fail."""
    if not inquiry.evidence:
        return CheckedDraft(Draft(), (), Seconds())  # there is nothing to answer from
    scorer = SupportScorer(inquiry.words, classifier.load(pipeline.embedder.fingerprint))
    reranker = pipeline.reranker if inquiry.reading.reader else None  # one that failed would fail again
    context = verifier.context(inquiry.question, inquiry.evidence, inquiry.abstracts, scorer, reranker)
    began = time.perf_counter()
    first = _check(answerer.state(inquiry), began, context, pipeline.embedder)
    if not first.failing:
        return first
    began = time.perf_counter()
    try:
        revision = answerer.revise(inquiry, first.draft, first.claims)
        second = _check(revision, began, context, pipeline.embedder) if revision else None
    except ModelError as error:
        return _noted(first, f"what failed was sent back once, and the model failed: {error}")
    return _better(first, second) if second else first


def _check(draft: Draft, began: float, context: VerificationContext, embedder: Embedder) -> CheckedDraft:
    """Verify a draft whose writing `began` at a reading of the clock: the one place where answers are verified."""
    written = time.perf_counter()
    try:
        claims = verifier.verify_statements(draft.statements, context, embedder)
    except ModelError as error:
        if context.reranker is None:
            raise
        claims = verifier.verify_statements(draft.statements, replace(context, reranker=None), embedder)
        draft = replace(draft, notes=(*draft.notes, reading.failed(error)))
    return CheckedDraft(draft, claims, Seconds(generate=written - began, verify=time.perf_counter() - written))


def _better(first: CheckedDraft, revision: CheckedDraft) -> CheckedDraft:
    """Return the draft to show, with a note and with what both cost together.

    It is the revision, unless that has a worse balance of passing and failing claims, or the same one and abstains.
    """
    worse = revision.balance < first.balance
    gives_up = revision.balance == first.balance and not revision.claims
    sent_back = f"{first.failing} failing claim{'s were' if first.failing > 1 else ' was'} sent back once"
    if worse or gives_up:
        best = _noted(first, f"{sent_back}; the revision was worse and is not shown")
    else:
        best = _noted(revision, f"{sent_back}; this is the revision")
    seconds = Seconds(
        generate=first.seconds.generate + revision.seconds.generate,
        verify=first.seconds.verify + revision.seconds.verify,
    )
    input_tokens, output_tokens = map(_total, first.draft.tokens, revision.draft.tokens)
    return replace(best, draft=replace(best.draft, tokens=(input_tokens, output_tokens)), seconds=seconds)


def _noted(checked: CheckedDraft, note: str) -> CheckedDraft:
    """Return a draft with one note more."""
    return replace(checked, draft=replace(checked.draft, notes=(*checked.draft.notes, note)))


def _total(first: int | None, second: int | None) -> int | None:
    """Return the sum of two counts of tokens, None where neither is known."""
    return None if first is None and second is None else (first or 0) + (second or 0)
