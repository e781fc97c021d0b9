"""A kind of question, a model or none -> who answers: the table of answerers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answering import catalogue_facts, evidence_packing, lists, small_talk
from assistant.answering.answerer import Answerer, Responder
from assistant.answering.extractive import Extractive
from assistant.domain.answers import Kind
from assistant.models.base import ChatModel


@dataclass(frozen=True, slots=True)
class AnswererKind:
    """One way to answer."""

    name: str
    make: Callable[[ChatModel | None, int], Answerer | None]
    """Gets the model (None where there is none) and the tokens of evidence that it is shown; returns None where it
    cannot answer with that."""


def _generative(model: ChatModel | None, tokens: int) -> Answerer | None:
    if model is None:
        return None
    from assistant.answering.generative import Generative  # quotes need nothing of it

    return Generative(model, tokens)


ANSWERERS = (
    AnswererKind("generative", _generative),
    AnswererKind("extractive", lambda *_: Extractive()),
)
"""Who answers in prose, in order of preference: the first that can answer does."""

RESPONDERS: Mapping[Kind, Responder] = {
    "list": lists.respond,
    "facts": catalogue_facts.respond,
    "small_talk": small_talk.respond,
}
"""Who answers what is not prose, whether there is a model or not; what is not here is answered as prose."""


def choose(
    model: ChatModel | None, kinds: Sequence[AnswererKind] = ANSWERERS, tokens: int = evidence_packing.LARGE
) -> Answerer:
    """Return the first answerer of the table that can answer with this model, which is shown so many `tokens` of
    evidence; quotes where none can."""
    return next((answerer for kind in kinds if (answerer := kind.make(model, tokens))), Extractive())
