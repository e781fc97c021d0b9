"""Messages -> a reply from any OpenAI-compatible endpoint, streamed, within a deadline and a size."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import ModelError
from assistant.models.base import Message, Reply
from assistant.models.openai.client import OFFICIAL, UNUSABLE_KEY, Endpoint, explain, vendor_errors
from assistant.models.openai.stream import read_reply, valid

if TYPE_CHECKING:
    import httpx

    from assistant.models.openai.deadline import BoundedCall

_LARGEST_REPLY = 64_000_000  # bytes; 200,000 characters, streamed one by one, are 50 million


class OpenAIModel:
    """One model behind one endpoint. The key is sent to the endpoint and appears nowhere else."""

    def __init__(
        self,
        name: str,
        *,
        key: str,
        base_url: str = OFFICIAL,
        deadline: float = 120.0,
        largest: int = _LARGEST_REPLY,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        """`deadline` is in seconds, for a whole reply with its retries; `largest` is the most bytes of a reply that
        are read; `transport` stands in for the network."""
        self.name = name
        self._endpoint = Endpoint(base_url, key)
        self._deadline = deadline
        self._largest = largest
        self._transport = transport

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={str(self._endpoint)!r})"

    def reply(self, messages: Sequence[Message], on_token: OnToken | None = None) -> Reply:
        """Return the whole reply; raises `ModelError` where it fails, breaks off or takes too long."""
        import openai  # noqa: F401  a second or more, which is not the endpoint's

        from assistant.models.openai.deadline import BoundedCall, Deadline, DeadlineExceeded

        if not self._endpoint.has_usable_key:
            raise self._failure(UNUSABLE_KEY, "set OPENAI_API_KEY anew")
        call: BoundedCall[Reply] = BoundedCall(Deadline(self._deadline), self._largest)
        try:
            return call.run(lambda put_token: self._converse(call, messages, put_token), on_token)
        except DeadlineExceeded as error:
            raise self._failure(str(error), "ask again, or with fewer papers (-k)") from None

    def _converse(self, call: "BoundedCall[Reply]", messages: Sequence[Message], on_token: OnToken) -> Reply:
        try:
            with self._endpoint.connect(call, self._transport) as client:
                characters = sum(len(message.text) for message in messages)
                events = self._events(client, call, messages)
                return read_reply(events, self.name, characters, on_token, self._endpoint.secrets)
        # Not `from error`: the vendors' messages may quote the key, and would be part of a traceback.
        except vendor_errors() as error:
            raise self._failure(*explain(error)) from None

    def _events(self, client: Any, call: "BoundedCall[Reply]", messages: Sequence[Message]) -> Iterator[Any]:
        """Ask the endpoint; yield the events of its reply, or the one document of a server that does not stream."""
        import openai

        from assistant.models.openai.deadline import MOST_REQUESTS

        turns = [{"role": message.role, "content": valid(message.text)} for message in messages]
        optional = {"temperature": 0, "stream_options": {"include_usage": True}}
        while True:
            try:
                stream = client.chat.completions.create(model=self.name, messages=turns, stream=True, **optional)
                break
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                # Some servers refuse what they do not know; ask again without it.
                refused = optional.keys() & set(re.findall(r"\w+", error.message))
                if not refused or call.requests >= MOST_REQUESTS:
                    raise
                optional = {name: value for name, value in optional.items() if name not in refused}
                client = client.with_options(max_retries=MOST_REQUESTS - 1 - call.requests)
        if "json" in stream.response.headers.get("Content-Type", ""):
            yield json.loads(stream.response.read())  # a server that does not stream, or an error with status 200
        else:
            yield from stream

    def _failure(self, cause: str, cure: str) -> ModelError:
        cure = f"{cure}, or answer without a model: --model none"
        return self._endpoint.failure(f"the model {self.name}", cause, cure)
