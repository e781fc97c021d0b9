"""An endpoint's address and key -> clients that ask it, and failures told in words that hold no secret."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assistant.domain import settings
from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.models.openai.address import is_this_machine, passwords, redact_address
from assistant.models.openai.secrets import Secrets

if TYPE_CHECKING:
    import httpx

    from assistant.models.openai.deadline import BoundedCall

OFFICIAL = "https://api.openai.com/v1"
UNUSABLE_KEY = "the key holds characters that no key has"
NOT_A_REPLY = "what came back is not a reply of an OpenAI-compatible endpoint"

_SHORTEST_SECRET = 8  # characters; local servers are given words such as "none" for a key
_LONGEST_CAUSE = 500  # characters
_LONGEST_QUOTE = 10_000  # characters of what an endpoint says that are looked at
_RETRIES = 2  # of a request that may succeed when it is made again
_CHECK_ALL = "check OPENAI_BASE_URL (it usually ends in /v1), OPENAI_API_KEY and --model"
_LESS = "have it read less (-k, --evidence)"
_LONGER_CONTEXT = f"{_LESS}, or give it a longer context where it is served"
_TOO_LONG = re.compile(r"context|too long|maximum|exceed", re.IGNORECASE)
# How llama.cpp and LM Studio say so, also with status 500, or as an event of a reply with status 200.
_CONTEXT = re.compile(r"context (?:size|length|window|the overflows)|context overflow", re.IGNORECASE)
_CURES = {
    401: "check OPENAI_API_KEY",
    403: "check OPENAI_API_KEY and whether it may use this model",
    404: "check --model and OPENAI_BASE_URL (it usually ends in /v1); `assistant models` lists what there is",
    413: _LESS,
    429: "wait and ask again, or check the account's quota",
}


class Endpoint:
    """Where a model is, and the key to it. The key is sent there and appears nowhere else."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self._key = key.strip()
        keys = [self._key] if len(self._key) >= _SHORTEST_SECRET else []
        self.secrets = Secrets(*keys, *passwords(base_url))

    def __repr__(self) -> str:
        return redact_address(self.base_url)

    @property
    def has_usable_key(self) -> bool:
        """Whether a header of HTTP can hold the key; an empty one can be held."""
        return bool(re.fullmatch(r"[!-~]*", self._key))

    @contextmanager
    def connect(self, call: "BoundedCall[Any]", transport: "httpx.BaseTransport | None" = None) -> Iterator[Any]:
        """Yield the vendor's client, whose requests have the bounds of `call`; its log shows no secret.

        It follows no redirect (the question would go elsewhere) and no proxy to this machine. `transport` stands in for
        the network.
        """
        import httpx
        import openai

        if transport is None and is_this_machine(self.base_url):
            transport = httpx.HTTPTransport()  # where one is given, the variables that name proxies are not read
        seconds = max(call.deadline.remaining, 0.001)
        # A read may take a moment longer than the call, so that it is the call's deadline that is told.
        timeout = httpx.Timeout(seconds + 1.0, connect=min(5.0, seconds))
        with (
            httpx.Client(follow_redirects=False, timeout=timeout, transport=transport) as http,
            self.secrets.masked_logs(),
        ):
            call.watch(http)
            yield openai.OpenAI(
                api_key=self._key or "none", base_url=self.base_url, max_retries=_RETRIES, http_client=http
            )

    def failure(self, what: str, cause: str, cure: str) -> ModelError:
        """Return the error that says `what` at this endpoint failed, each of its fields one line without a secret."""
        mask = self.secrets.mask
        fields = (f"{what} at {redact_address(self.base_url)} failed", mask(cause[:_LONGEST_QUOTE]), cure)
        what, cause, cure = (mask(one_line(field)) for field in fields)
        return ModelError(what, cause=cause[:_LONGEST_CAUSE].rstrip("."), cure=cure)


def resolve_base_url(base_url: str) -> str:
    """Return the address, OpenAI's own where it is ""; raises `UsageError` where it is none."""
    settings.address(base_url or OFFICIAL)
    return base_url or OFFICIAL


def vendor_errors() -> tuple[type[Exception], ...]:
    """Return every kind of exception by which the vendor's client, HTTP and JSON tell of an endpoint's failure."""
    import httpx
    import openai

    vendors = (openai.OpenAIError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
    return (*vendors, ValueError, OSError, RecursionError, ImportError)  # the last one for a proxy by SOCKS


def explain(error: Exception) -> tuple[str, str]:
    """Return the cause and the cure of one of the `vendor_errors`; the cause may still quote a secret."""
    import httpx
    import openai

    if isinstance(error, openai.APIStatusError):
        return _explain_status(error.status_code, _message(error.body) or error.message, error.response.headers)
    if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
        return "no answer in time", "check whether it is running, or ask again"
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError | OSError):
        return f"the connection failed: {error.__cause__ or error}", "check whether it is running, and OPENAI_BASE_URL"
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return f"{NOT_A_REPLY}: {error}", _CHECK_ALL
    return str(error), _LONGER_CONTEXT if _CONTEXT.search(str(error)) else _CHECK_ALL


def _explain_status(status: int, message: str, headers: "httpx.Headers") -> tuple[str, str]:
    cure = _CURES.get(status, "ask again later" if status >= 500 else _CHECK_ALL)
    if (status in {400, 422} and _TOO_LONG.search(message)) or _CONTEXT.search(message):
        cure = _LONGER_CONTEXT
    cause = f"status {status}: {message}"
    if seconds := headers.get("Retry-After"):
        cause += f", it asks to wait so many seconds: {seconds}"
    if location := headers.get("Location"):
        cause += f", it redirects to {redact_address(location)}"
    return cause, cure


def _message(body: object) -> str:
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else ""
