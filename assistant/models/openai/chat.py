"""Messages -> a reply from any OpenAI-compatible endpoint, streamed, within a deadline and a size."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.models.base import Message, Reply
from assistant.models.openai.stream import STRANGE, read_reply, valid

if TYPE_CHECKING:
    import httpx

    from assistant.models.openai.deadline import BoundedCall

OFFICIAL = "https://api.openai.com/v1"
_SHORTEST_SECRET = 8  # characters; local servers are given words such as "none" for a key
_CHECK = "Check OPENAI_BASE_URL (it usually ends in /v1), OPENAI_API_KEY and --model"
_NEXT = {
    401: "Check OPENAI_API_KEY",
    403: "Check OPENAI_API_KEY and whether it may use this model",
    404: "Check --model and OPENAI_BASE_URL (it usually ends in /v1)",
    413: "Ask with fewer papers (-k)",
    429: "Wait and ask again, or check the account's quota",
}


class OpenAIModel:
    """One model behind one endpoint. The key is sent to the endpoint and appears nowhere else."""

    def __init__(
        self,
        name: str,
        *,
        key: str,
        base_url: str = OFFICIAL,
        deadline: float = 120.0,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        """`deadline` is in seconds, for a whole reply with its retries; `transport` stands in for the network."""
        self.name = name
        self._key = key.strip()
        self._base_url = base_url
        self._deadline = deadline
        self._transport = transport

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={redact_address(self._base_url)!r})"

    def reply(self, messages: Sequence[Message], heard: Callable[[str], None] | None = None) -> Reply:
        """Return the whole reply; raises `ModelError` where it fails, breaks off or takes too long."""
        import openai  # noqa: F401  a second or more, which is not the endpoint's

        from assistant.models.openai.deadline import BoundedCall, DeadlineExceeded

        if not re.fullmatch(r"[!-~]*", self._key):
            raise self._failed("the key holds characters that no key has", "Set OPENAI_API_KEY anew")
        call: BoundedCall[Reply] = BoundedCall(self._deadline)
        try:
            return call.run(lambda say: self._converse(call, messages, say), heard)
        except DeadlineExceeded as error:
            raise self._failed(str(error), "Ask again, or with fewer papers (-k)") from None

    def _converse(self, call: "BoundedCall[Reply]", messages: Sequence[Message], say: Callable[[str], None]) -> Reply:
        import httpx
        import openai

        vendors = (openai.OpenAIError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
        try:
            with http_client(self._base_url, self._deadline, self._transport) as http:
                call.watch(http)
                client = openai.OpenAI(
                    api_key=self._key or "none", base_url=self._base_url, max_retries=2, http_client=http
                )
                sent = sum(len(message.text) for message in messages)
                return read_reply(self._events(client, call, messages), self.name, sent, say)
        # Not `from error`: the vendors' messages may quote the key, and would be part of a traceback.
        except (*vendors, ValueError, OSError, RecursionError) as error:
            raise self._failed(*_explained(error)) from None

    def _events(self, client: Any, call: "BoundedCall[Reply]", messages: Sequence[Message]) -> Iterator[Any]:
        import openai

        from assistant.models.openai.deadline import MOST_REQUESTS

        sent = [{"role": message.role, "content": valid(message.text)} for message in messages]
        optional = {"temperature": 0, "stream_options": {"include_usage": True}}
        while True:
            try:
                stream = client.chat.completions.create(model=self.name, messages=sent, stream=True, **optional)
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

    def _failed(self, why: str, then: str = _CHECK) -> ModelError:
        told = one_line(
            f"the model {self.name} at {redact_address(self._base_url)} failed: {one_line(self._masked(why))[:500]}"
        )
        return ModelError(self._masked(f"{told.rstrip('.')}. {then}, or answer without a model: --model none"))

    def _masked(self, text: str) -> str:
        return text.replace(self._key, "***") if len(self._key) >= _SHORTEST_SECRET else text


def http_client(base_url: str, deadline: float, transport: "httpx.BaseTransport | None" = None) -> "httpx.Client":
    """Return a client that follows no redirect (the question would go elsewhere) and no proxy to this machine."""
    import httpx

    host = urlsplit(base_url).hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    timeout = httpx.Timeout(deadline, connect=min(5.0, deadline))
    return httpx.Client(follow_redirects=False, trust_env=not loopback, timeout=timeout, transport=transport)


def _explained(error: Exception) -> tuple[str, str]:
    """Return what went wrong, and what to do next."""
    import httpx
    import openai

    if isinstance(error, openai.APIStatusError):
        status, told = error.status_code, _message(error.body) or error.message
        then = _NEXT.get(status, "Ask again later" if status >= 500 else _CHECK)
        if status in {400, 422} and re.search(r"context|too long|maximum|exceed", told, re.IGNORECASE):
            then = "Ask with fewer papers (-k)"
        for header, meaning in (("Retry-After", "it asks to wait so many seconds:"), ("Location", "it redirects to")):
            if value := error.response.headers.get(header):
                told += f" ({meaning} {redact_address(value) if header == 'Location' else value})"
        return f"status {status}: {told}", then
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return "no answer in time", "Check whether it is running, or ask again"
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError | OSError):
        return f"the connection failed: {error.__cause__ or error}", "Check whether it is running, and OPENAI_BASE_URL"
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return f"{STRANGE} ({error})", _CHECK
    return str(error), _CHECK


def _message(body: object) -> str:
    told = body.get("message") if isinstance(body, dict) else None
    return told if isinstance(told, str) else ""


def redact_address(address: str) -> str:
    """Return the address without what may be secret: a user's name, a password, a query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    if not parts.netloc:
        return address.partition("?")[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
