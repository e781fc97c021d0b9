"""A question of another kind than prose -> its answer: a list, a fact of the library, small talk; verified like any."""

import time
from datetime import date

from assistant.answering import answerers
from assistant.answering.answerer import Request, Response
from assistant.domain.answers import Answer, Seconds
from assistant.domain.records import Claim
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import forms
from assistant.retrieval.retriever import Context
from assistant.verification import verifier
from assistant.verification.support import SupportScorer


def from_catalogue(
    library: LibrarySnapshot, question: str, allowed: frozenset[str] | None, today: date | None = None
) -> Answer | None:
    """Return the answer to a question that needs no embedder: small talk, and facts of the library; None for others."""
    today = today or date.today()
    form = forms.read(question, today)
    if form.kind not in ("facts", "small_talk"):
        return None
    library.refresh()
    return respond(Request(question, form, library, None, Context(), allowed, today))


def respond(request: Request) -> Answer | None:
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
    scorer = SupportScorer.fitted(library.words, request.embedder)
    context = verifier.context(request.question, evidence, by_id, scorer)
    return verifier.verify_statements(statements, context, request.embedder)
