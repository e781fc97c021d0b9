"""A llama-index LLM -> a `ChatModel` of the assistant."""

from collections.abc import Mapping, Sequence

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.models.base import Message, Reply


class LlamaModel:
    """Any llama-index LLM as a chat model."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.name = str(llm.metadata.model_name)

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the whole reply; raises `ModelError` for whatever the LLM raises, or an empty reply.

        llama-index has no one way to ask all its LLMs for a form, so none is asked to keep to the `schema`.
        """
        turns = [ChatMessage(role=message.role, content=message.text) for message in messages]
        pieces: list[str] = []
        try:
            for response in self._llm.stream_chat(turns):
                pieces.append(response.delta or "")
                if on_token:
                    on_token(pieces[-1])
        except Exception as error:  # noqa: BLE001  each of the many integrations raises its own
            raise self._failure(f"{type(error).__name__}: {one_line(str(error))[:300]}") from None
        if not (text := "".join(pieces).strip()):
            raise self._failure("the reply is empty")
        return Reply(text, self.name)

    def _failure(self, cause: str) -> ModelError:
        cure = "check how the model was set up in llama-index, or answer without a model"
        return ModelError(f"the model {self.name} failed", cause=cause, cure=cure)
