"""Messages -> a model's reply: what any answering model offers the assistant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation with the model."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote, complete: a reply that breaks off is a `ModelError`, never a `Reply`."""

    text: str
    model: str
    """The name the endpoint gives itself."""
    cut: bool = False
    """True where the endpoint stopped at its length limit or filtered the rest."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    shortened: bool = False
    """True where the endpoint counted far fewer tokens than it was sent: it did not read them all."""


class ChatModel(Protocol):
    """Anything that can reply; implemented for OpenAI-compatible endpoints and for llama-index models."""

    @property
    def name(self) -> str:
        """The model's name, as asked for."""

    def reply(self, messages: Sequence[Message], heard: Callable[[str], None] | None = None) -> Reply:
        """Return the whole reply; `heard` gets each piece as it arrives. Raises `ModelError`."""
