"""Papers -> a claim each about what it found: its own sentence, or one that a model wrote and that passed checking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering import finding_sentences, model_reply, numbered_sources, prompts, statement_json
from assistant.answering.answerer import quote
from assistant.answering.evidence_packing import PackedPaper
from assistant.answering.evidence_prompt import fence
from assistant.answering.numbered_sources import NumberedSources
from assistant.answering.pipeline import Pipeline
from assistant.domain.errors import BudgetError, ModelError
from assistant.domain.records import Claim, Evidence
from assistant.library import abstracts, chunks
from assistant.library.abstracts import Abstract
from assistant.models.base import ChatModel, Embedder
from assistant.verification import verifier
from assistant.verification.claims import Statement
from assistant.verification.support import SupportScorer
from assistant.verification.verifier import FAILING, VerificationContext

_SHOWN = 4
"""Sentences of an abstract that a model is shown: those that most likely say what was found."""
_LONGEST = 400
"""Characters of a sentence of a model; what is longer sums up nothing."""
_FAILED_AT_MOST = 2
"""Requests in a row that may fail before the model is asked no more."""


@dataclass(frozen=True, slots=True)
class Summaries:
    """What papers found."""

    claims: dict[str, Claim]
    """{paper id: claim}; none of a paper without an abstract."""
    model: str | None = None
    """The model that wrote some of them; None where all are quotes."""
    failure: str = ""
    """Why a model wrote none of the rest, where it failed."""
    replaced: int = 0
    """How many sentences of a model failed checking or are long, and have a quote in their place."""


def summarise(pipeline: Pipeline, evidence: Sequence[Evidence]) -> Summaries:
    """Return what each paper found, verified like any answer: by the model of the pipeline where it has one, a quote
    where it has none, where it fails, and where what it wrote fails checking. Raises `LibraryError`."""
    by_id = abstracts.read(pipeline.library, [item.paper for item in evidence], pipeline.embedder)
    scorer = SupportScorer.fitted(pipeline.library.words, pipeline.embedder)
    context = verifier.context("", evidence, by_id, scorer, pipeline.reranker, pipeline.checker)
    quotes = {item.paper.id: statement for item in evidence if (statement := _quoted(item, pipeline))}
    verified = verifier.verify_statements(list(quotes.values()), context, pipeline.embedder)
    claims = dict(zip(quotes, verified, strict=True))
    if pipeline.model is None:
        return Summaries(claims)
    written, failure = _written(pipeline, [item for item in evidence if item.paper.id in claims])
    checked = _verified([(statement, by_id[id]) for id, statement in written.items()], context, pipeline.embedder)
    passed = {
        id: claim
        for id, claim in zip(written, checked, strict=True)
        if claim.verdict not in FAILING and len(claim.text) <= _LONGEST
    }
    name = pipeline.model.name if passed else None
    return Summaries(claims | passed, name, failure, len(written) - len(passed))


def _quoted(item: Evidence, pipeline: Pipeline) -> Statement | None:
    sentence = finding_sentences.finding_sentence(item.paper, pipeline.library.words)
    return quote(item, sentence) if sentence else None


def _verified(
    rows: Sequence[tuple[Statement, Abstract]], context: VerificationContext, embedder: Embedder
) -> tuple[Claim, ...]:
    """Return sentences of a model as claims, each of which only its own paper may support."""
    if not rows:
        return ()
    vectors = embedder.embed([statement.text for statement, _ in rows])
    contexts = [
        replace(context, abstracts={key: each for key, each in context.abstracts.items() if each is own})
        for _, own in rows
    ]
    statements = (statement for statement, _ in rows)
    return verifier.verify_claims(list(zip(statements, vectors, contexts, strict=True)))


def _written(pipeline: Pipeline, evidence: Sequence[Evidence]) -> tuple[dict[str, Statement], str]:
    """Return {paper id: what the model wrote of it}, one request a paper, and why it was asked no more where that is
    so."""
    on_stage = pipeline.on_stage or (lambda _: None)
    statements: dict[str, Statement] = {}
    failed = 0
    for number, item in enumerate(evidence, 1):
        on_stage(f"reading paper {number:,} of {len(evidence):,}")
        try:
            written = _ask(pipeline.model, item, pipeline) if pipeline.model else None
        except BudgetError as error:
            return statements, str(error)
        except ModelError as error:
            failed += 1
            if failed >= _FAILED_AT_MOST:
                return statements, str(error)
            continue
        failed = 0
        if written:
            statements[item.paper.id] = written
    return statements, ""


def _ask(model: ChatModel, item: Evidence, pipeline: Pipeline) -> Statement | None:
    """Return the sentence that a model writes about a paper; None where it writes none."""
    likeliest = set(finding_sentences.finding_sentences(item.paper, pipeline.library.words, _SHOWN))
    shown = tuple(sentence for sentence in chunks.sentences_of(item.paper) if sentence in likeliest)
    sources = NumberedSources((PackedPaper(item, shown),))
    data = numbered_sources.render(sources)
    messages = prompts.load("summary.v1").messages(source=data, fence=fence(item.paper.title, data))
    reply = model.reply(messages, None, schema=statement_json.schema(sources))
    statements = model_reply.read(reply.text, sources, "", cut=reply.cut).statements
    return statements[0] if statements else None
