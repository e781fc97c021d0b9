"""A llama-index model -> a model that answers here."""

from collections.abc import Callable, Sequence

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.models.base import Message, Reply


class LlamaModel:
    """Any llama-index LLM as an answering model."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.name = str(llm.metadata.model_name)

    def reply(self, messages: Sequence[Message], heard: Callable[[str], None] | None = None) -> Reply:
        """Return the whole reply; raises `ModelError` for whatever the LLM raises, or an empty reply."""
        turns = [ChatMessage(role=message.role, content=message.text) for message in messages]
        pieces: list[str] = []
        try:
            for piece in self._llm.stream_chat(turns):
                pieces.append(piece.delta or "")
                if heard:
                    heard(pieces[-1])
        except Exception as error:  # noqa: BLE001  each of the many integrations raises its own
            raise ModelError(
                f"the model {self.name} failed: {type(error).__name__}: {one_line(str(error))[:300]}"
            ) from None
        if not (text := "".join(pieces).strip()):
            raise ModelError(f"the model {self.name} failed: the reply is empty")
        return Reply(text, self.name)
