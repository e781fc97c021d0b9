"""Messages -> a reply, texts -> vectors, pairs -> scores or judgements: what each kind of model offers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from assistant.domain.callbacks import OnToken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation with a model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote; where nothing of an answer came there is a `ModelError` and no `Reply`."""

    text: str
    model: str
    """The name the endpoint gives itself."""
    cut: bool = False
    """True where the rest is missing: at a length limit, by a filter, or because the reply broke off."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    shortened: bool = False
    """True where the endpoint counted far fewer tokens than it was sent: it did not read all of the messages."""
    break_cause: str = ""
    """Why it broke off, where it did: the connection failed, the endpoint fell silent; "" where the model ended it."""
    alternatives: tuple[tuple[str, Mapping[str, float]], ...] = ()
    """Each token that was written, and the probabilities of the likeliest ones in its place; empty where nobody asked
    for them, or the endpoint does not tell."""
    cached_tokens: int | None = None
    """Of the input tokens: those that the endpoint had read for an earlier request and kept; None where unknown."""


class ChatModel(Protocol):
    """A model that replies to messages."""

    @property
    def name(self) -> str:
        """The model's name, as the user typed it."""

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the reply, or what came of it before it broke off; raises `ModelError` where nothing came.

        `on_token` gets each piece as it arrives, and "" while the model thinks, which is no part of its reply. `schema`
        is a JSON Schema for the reply. Not every model can be held to one: whoever reads the reply has to read any.
        """


@runtime_checkable
class PlacedModel(ChatModel, Protocol):
    """A chat model that knows where it runs."""

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine."""

    def context(self) -> int | None:
        """Return the most tokens that it reads and writes together; None where its server does not tell."""


@runtime_checkable
class OddsModel(ChatModel, Protocol):
    """A chat model that can tell how likely other tokens were than those it wrote."""

    def with_alternatives(self, count: int) -> ChatModel:
        """Return the same model, whose replies tell so many of the likeliest tokens in the place of each."""


class Meter(Protocol):
    """What counts requests, and may refuse them."""

    def count(
        self, messages: Sequence[Message], on_token: OnToken | None, ask: Callable[[OnToken, int | None], Reply]
    ) -> Reply:
        """Return the reply that `ask` returns, given what hears its pieces, and the most tokens that it may have where
        these are fewer than usual; raises what it raises, or `BudgetError` before it is called."""


@runtime_checkable
class MeterableModel(ChatModel, Protocol):
    """A chat model that has its own requests counted."""

    def with_meter(self, meter: Meter) -> ChatModel:
        """Return the same model, whose requests `meter` counts."""


@runtime_checkable
class StoppableModel(ChatModel, Protocol):
    """A chat model that can be stopped while nothing of its reply has come."""

    def until(self, is_over: Callable[[], bool]) -> ChatModel:
        """Return the same model, whose replies are broken off with `Stopped` once that says so."""


class Embedder(Protocol):
    """A model that turns texts into vectors. Only vectors of the same fingerprint can be compared."""

    @property
    def fingerprint(self) -> str:
        """What made the vectors, such as `bge-small-en-v1.5@6c9c6101/int8/1`; a library stores it."""

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> "NDArray[np.float32]":
        """Return a matrix of shape (texts, dimension), its rows of length one and in the order of the texts.

        The texts are passages: papers, sentences, claims. `on_progress` gets the number of texts that are done. Raises
        `ModelError`.
        """

    def embed_queries(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return the same for texts that are searched for: many models were trained with a prefix for these.

        Raises `ModelError`.
        """


class Reranker(Protocol):
    """A model that reads a question and a passage together and says how well the passage answers."""

    @property
    def fingerprint(self) -> str:
        """What makes the scores, such as `ms-marco-MiniLM-L-12-v2@1225ccd6/int8/1`; thresholds belong to it."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> "NDArray[np.float32]":
        """Return one logit for each (question, passage), in their order; the higher, the better the passage answers.

        Raises `ModelError`.
        """


@runtime_checkable
class LoadableModel(Protocol):
    """A model on this machine that can be made ready before it is needed."""

    def load(self) -> None:
        """Make ready; may be called from any thread, and again. Raises `UsageError`."""


Judgement = Literal["yes", "no", "contradicts", "unscored"]
"""What a premise says of a claim: that it is so, nothing that settles it, the reverse; or nobody could tell."""


class Checker(Protocol):
    """A model that reads some sentences of a paper and a claim, and says whether the sentences say what it claims."""

    @property
    def name(self) -> str:
        """The model's name, as a person reads it beside what it judged."""

    def check(self, pairs: Sequence[tuple[str, str]]) -> Iterable[Judgement]:
        """Return one judgement for each (premise, claim), in their order; "unscored" where it gave none.

        One that yields them as they come loses none where it is stopped, or fails. Raises `ModelError`, also then.
        """


@runtime_checkable
class Metered(Protocol):
    """A model that counts what it costs."""

    @property
    def tokens(self) -> tuple[int | None, int | None]:
        """Input and output tokens of all that the thread which asks has had it do; None where nobody counted them."""
