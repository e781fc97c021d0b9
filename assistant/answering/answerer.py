"""A question and its evidence -> a draft: statements, each citing papers. What every way of answering has to offer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from assistant.answering.answerability import Features
from assistant.answering.reading import Reading
from assistant.domain.answers import Status
from assistant.domain.callbacks import OnStage, OnToken
from assistant.domain.records import Claim, Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder, Message, Reranker
from assistant.retrieval.forms import Form
from assistant.retrieval.retriever import Context, Query
from assistant.verification.claims import CitationMark, Statement

if TYPE_CHECKING:
    from assistant.answering.numbered_sources import NumberedSources


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question with everything that was retrieved for it."""

    question: str
    """As the answer repeats it."""
    query: Query
    """As it was searched for, slips of the finger mended."""
    evidence: tuple[Evidence, ...]
    """Best first; only these papers may be cited."""
    abstracts: Mapping[str, Abstract]
    """The abstracts of the evidence by paper id."""
    reading: Reading
    """The sentences that a cross-encoder read with the question, with their scores."""
    features: Features
    """What tells whether the evidence holds an answer, and which papers give it."""
    words: BM25Index
    """The words of the whole library."""
    context: Context
    """What the conversation so far adds to the question."""
    on_token: OnToken | None = None
    """Gets each piece of a reply as it arrives."""
    on_stage: OnStage | None = None
    """Gets what is being done for the answer."""
    may_search: bool = False
    """Whether a draft may ask for further searches."""
    unknown_names: tuple[str, ...] = ()
    """Names in the question that nothing in the library has."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer wrote, before it is verified; no statements mean that it abstains."""

    statements: tuple[Statement, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader should know about it."""
    model: str | None = None
    """The name of the model that wrote it; None for quotes."""
    prompt: tuple[str, str] | None = None
    """Name and sha256 of the prompt."""
    tokens: tuple[int | None, int | None] = (None, None)
    """Input and output tokens, as the endpoint counted them."""
    reply: str = ""
    """What the model wrote, citing by keys."""
    text: str = ""
    """What the assistant says itself; no paper is cited for it, and it is not verified."""
    exchange: tuple[Message, ...] = ()
    """What the model was sent, and what it replied, word for word."""
    searches: tuple[str, ...] = ()
    """Words that the library should be searched for, for a better draft."""
    break_cause: str = ""
    """Why the model's reply broke off before its end; "" where it did not."""
    sources: "NumberedSources | None" = None
    """What the model was shown; None for quotes."""


class Answerer(Protocol):
    """A way of answering. A new one is a subclass in a file of its own, and is passed in as `Pipeline.answerer`."""

    def shortlist(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Return the papers that it can read for one question, best first: all, unless it has less room."""
        return tuple(evidence)

    def state(self, inquiry: Inquiry) -> Draft:
        """Answer a question, for which there is at least one paper of evidence. Raises `ModelError`."""

    def revise(self, inquiry: Inquiry, draft: Draft, claims: Sequence[Claim]) -> Draft | None:
        """Return a better draft, or None where it cannot write one. Raises `ModelError`.

        `claims` are the verified statements of `draft`; at least one of them fails.
        """
        return None


@dataclass(frozen=True, slots=True)
class Request:
    """A question of another kind than prose, and what it is asked of."""

    question: str
    form: Form
    library: LibrarySnapshot
    embedder: Embedder | None
    """None where there is none on this machine: facts need none, and lists cannot be made."""
    context: Context
    allowed: frozenset[str] | None
    """Ids of the papers that a filter admits; None for all."""
    today: date
    ordinary: Callable[[str], bool] | None = None
    """Whether a word is one that English texts commonly have; None where that is not known."""
    reranker: Reranker | None = None
    """What reads a question and a passage together; None where there is none."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer to such a question, before its statements are verified."""

    draft: Draft
    evidence: tuple[Evidence, ...] = ()
    """The papers that it is about: all that belong to a list, or those that a fact is of."""
    status: Status = "answered"


Responder = Callable[[Request], Response | None]
"""A way of answering one kind of question; None hands it on to be answered as prose."""


def quote(item: Evidence, sentence: str) -> Statement:
    """Return the statement that a paper says this, word for word."""
    return Statement(sentence, (CitationMark(item.key, wellformed=True, quote=sentence),))
