"""Messages -> a reply from any OpenAI-compatible endpoint, streamed, within a silence, a length and a size."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import ModelError
from assistant.domain.settings import DEFAULT_MAX_TOKENS, DEFAULT_TIMEOUT
from assistant.models.base import Message, Meter, Reply
from assistant.models.openai.address import is_this_machine
from assistant.models.openai.client import OFFICIAL, UNUSABLE_KEY, Endpoint, explain, vendor_errors
from assistant.models.openai.request import KnownDialect
from assistant.models.openai.servers import Server, list_models
from assistant.models.openai.stream import NoAnswer, ReplyReader

if TYPE_CHECKING:
    import httpx

    from assistant.models.openai.deadline import BoundedCall

_LARGEST_REPLY = 64_000_000  # bytes; 200,000 characters, streamed one by one, are 50 million
_FIRST_WORD = 180.0  # seconds in which a model of this machine reads its prompt: 2,700 tokens at 15 a second
_TOTAL = 1_800.0  # seconds; 4,096 tokens at 3 a second take 1,365


class OpenAIModel:
    """One model behind one endpoint. The key is sent to the endpoint and appears nowhere else."""

    def __init__(
        self,
        name: str,
        *,
        key: str,
        base_url: str = OFFICIAL,
        silence: float | None = None,
        total: float | None = None,
        max_tokens: int = DEFAULT_MAX_TOKENS,
        largest: int = _LARGEST_REPLY,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        """`silence` is how many seconds may pass without a word of the reply: by default 120, and 180 before the first
        word of a model on this machine, which reads the prompt meanwhile. `total` is how many a reply may take in all,
        retries included: by default half an hour, or ten times `silence` where that is more. `max_tokens` and `largest`
        (bytes) are the most of a reply that is asked for, and that is read; `transport` stands in for the network."""
        self.name = name
        self.is_local = is_this_machine(base_url)
        """Whether it runs on this machine."""
        self._server = Server("configured", base_url, key)
        self._endpoint = Endpoint(base_url, key)
        between = DEFAULT_TIMEOUT if silence is None else silence
        first = _FIRST_WORD if silence is None and self.is_local else between
        self.patience = (first, between, max(_TOTAL, 10 * between) if total is None else total)
        """Seconds in which the first word has to come, then the next, and the whole reply."""
        self._max_tokens = max_tokens
        self._alternatives = 0
        self._known = KnownDialect()
        self._largest = largest
        self._transport = transport
        self._meter: Meter | None = None
        self._is_over: Callable[[], bool] | None = None

    def with_alternatives(self, count: int) -> "OpenAIModel":
        """Return the same model, which is asked for so many of the likeliest tokens in the place of each it writes."""
        other = copy.copy(self)
        other._alternatives = count
        return other

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={str(self._endpoint)!r})"

    def context(self) -> int | None:
        """Return the most tokens that it reads and writes together; None where its server does not tell."""
        models = list_models((self._server,))[0].models
        return next((model.context for model in models if model.name in (self.name, f"{self.name}:latest")), None)

    def with_meter(self, meter: Meter) -> "OpenAIModel":
        """Return the same model, whose requests `meter` counts."""
        model = copy.copy(self)
        model._meter = meter
        return model

    def until(self, is_over: Callable[[], bool]) -> "OpenAIModel":
        """Return the same model, whose replies are broken off with `Stopped` once that says so."""
        model = copy.copy(self)
        model._is_over = is_over
        return model

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the reply, or what came of it before it broke off; raises `ModelError` where nothing came.

        The endpoint is asked to keep to the `schema`, unless it refused to: then the reply may be in any form.
        """
        if self._meter is None:
            return self._reply(messages, on_token, schema)

        def ask(listen: OnToken, longest: int | None) -> Reply:
            model = self if longest is None else self._within(longest)
            return model._reply(messages, listen, schema)

        return self._meter.count(messages, on_token, ask)

    def _within(self, max_tokens: int) -> "OpenAIModel":
        """Return the same model, whose replies have so many tokens at most."""
        model = copy.copy(self)
        model._max_tokens = max_tokens
        return model

    def _reply(
        self, messages: Sequence[Message], on_token: OnToken | None, schema: Mapping[str, object] | None
    ) -> Reply:
        import openai  # noqa: F401  a second or more, which is not the endpoint's

        from assistant.models.openai.deadline import BoundedCall, DeadlineExceeded, Silence

        if not self._endpoint.has_usable_key:
            raise self._failure(UNUSABLE_KEY, "set OPENAI_API_KEY anew")
        silence = Silence(*self.patience)
        call: BoundedCall[Reply] = BoundedCall(silence, self._largest)
        reader = ReplyReader(self.name, sum(len(message.text) for message in messages), self._endpoint.secrets)

        def converse(put_token: OnToken) -> Reply:
            try:
                with self._endpoint.connect(call, self._transport) as client:
                    return reader.read(self._events(client, call, messages, schema), put_token, silence.hear)
            except NoAnswer as error:
                raise self._failure(str(error), error.cure, reader) from None
            # Not `from error`: the vendors' messages may quote the key, and would be part of a traceback.
            except vendor_errors() as error:
                cause, cure = explain(error)
                # What is larger than it may be is a plain `ValueError`: nothing of a flood is kept.
                if type(error) is not ValueError and (reply := reader.partial(cause)):
                    return reply
                raise self._failure(cause, cure, reader) from None

        try:
            return call.run(converse, on_token, self._is_over)
        except DeadlineExceeded as error:
            if reply := reader.partial(str(error)):
                return reply
            cure = "wait longer (--timeout), or have it read less (-k, --evidence)"
            raise self._failure(str(error), cure, reader) from None

    def _events(
        self,
        client: Any,
        call: "BoundedCall[Reply]",
        messages: Sequence[Message],
        schema: Mapping[str, object] | None,
    ) -> Iterator[Any]:
        """Ask the endpoint; yield the events of its reply, or the one document of a server that does not stream."""
        import openai

        from assistant.models.openai.deadline import MOST_REQUESTS

        limits = {"max_tokens": self._max_tokens, "alternatives": self._alternatives}
        while True:
            known = self._known.dialect
            fields = known.fields(messages, schema, **limits)
            try:
                stream = client.chat.completions.create(model=self.name, **fields)
                break
            except (openai.BadRequestError, openai.UnprocessableEntityError, openai.InternalServerError) as error:
                # Servers refuse what they do not know; ask again without it, now and from now on.
                dialect = known.after(error.message, messages)
                is_server_error = isinstance(error, openai.InternalServerError)
                if not dialect or (is_server_error and dialect.has_system_role == known.has_system_role):
                    raise
                if call.requests >= call.most_requests and not is_server_error:
                    raise
                self._known.dialect = dialect
                call.most_requests += 1
                client = client.with_options(max_retries=max(MOST_REQUESTS - 1 - call.requests, 0))
        if "json" in stream.response.headers.get("Content-Type", ""):
            yield json.loads(stream.response.read())  # a server that does not stream, or an error with status 200
        else:
            yield from stream

    def _failure(self, cause: str, cure: str, reader: ReplyReader | None = None) -> ModelError:
        cure = f"{cure}, or answer without a model: --model none"
        error = self._endpoint.failure(f"the model {self.name}", cause, cure)
        error.tokens = reader.tokens if reader else None
        return error
