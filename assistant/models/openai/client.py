"""An endpoint's address and key -> clients that ask it, and failures told in words that hold no secret."""

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from assistant.domain import settings
from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    import httpx

OFFICIAL = "https://api.openai.com/v1"
UNUSABLE_KEY = "the key holds characters that no key has"
NOT_A_REPLY = "what came back is not a reply of an OpenAI-compatible endpoint"

_SHORTEST_SECRET = 8  # characters; local servers are given words such as "none" for a key
_LONGEST_CAUSE = 500  # characters
_CHECK_ALL = "check OPENAI_BASE_URL (it usually ends in /v1), OPENAI_API_KEY and --model"
_FEWER_PAPERS = "ask with fewer papers (-k)"
_CURES = {
    401: "check OPENAI_API_KEY",
    403: "check OPENAI_API_KEY and whether it may use this model",
    404: "check --model and OPENAI_BASE_URL (it usually ends in /v1)",
    413: _FEWER_PAPERS,
    429: "wait and ask again, or check the account's quota",
}


class Endpoint:
    """Where a model is, and the key to it. The key is sent there and appears nowhere else."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self._key = key.strip()
        password = _password(base_url)
        self._secrets = [self._key] if len(self._key) >= _SHORTEST_SECRET else []
        self._secrets += filter(None, (password, unquote(password)))

    def __repr__(self) -> str:
        return redact_address(self.base_url)

    @property
    def has_usable_key(self) -> bool:
        """Whether a header of HTTP can hold the key; an empty one can be held."""
        return bool(re.fullmatch(r"[!-~]*", self._key))

    def http_client(self, deadline: float, transport: "httpx.BaseTransport | None" = None) -> "httpx.Client":
        """Return a client that follows no redirect (the question would go elsewhere) and no proxy to this machine.

        `deadline` is in seconds, for each read; `transport` stands in for the network.
        """
        import httpx

        host = urlsplit(self.base_url).hostname or ""
        try:
            loopback = ipaddress.ip_address(host).is_loopback
        except ValueError:
            loopback = host == "localhost"
        timeout = httpx.Timeout(deadline, connect=min(5.0, deadline))
        return httpx.Client(follow_redirects=False, trust_env=not loopback, timeout=timeout, transport=transport)

    def openai_client(self, http: "httpx.Client", retries: int) -> Any:
        """Return the vendor's client; it asks through `http`, and `retries` times more where that may help."""
        import openai

        return openai.OpenAI(api_key=self._key or "none", base_url=self.base_url, max_retries=retries, http_client=http)

    def failure(self, what: str, cause: str, cure: str) -> ModelError:
        """Return the error that says `what` at this endpoint failed, each of its fields one line without a secret."""
        short_cause = one_line(self._mask(cause))[:_LONGEST_CAUSE].rstrip(".")
        fields = (f"{what} at {redact_address(self.base_url)} failed", short_cause, cure)
        what, cause, cure = (self._mask(one_line(field)) for field in fields)
        return ModelError(what, cause=cause, cure=cure)

    def _mask(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def resolve_base_url(base_url: str) -> str:
    """Return the address, OpenAI's own where it is ""; raises `UsageError` where it is none."""
    settings.address(base_url or OFFICIAL)
    return base_url or OFFICIAL


def redact_address(address: str) -> str:
    """Return the address without what may be secret: a user's name, a password, a query.

    >>> redact_address("https://me:password@host.example:8/v1?token=secret")
    'https://host.example:8/v1'
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    if not parts.netloc:
        return address.partition("?")[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def vendor_errors() -> tuple[type[Exception], ...]:
    """Return every kind of exception by which the vendor's client, HTTP and JSON tell of an endpoint's failure."""
    import httpx
    import openai

    vendors = (openai.OpenAIError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
    return (*vendors, ValueError, OSError, RecursionError)


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
    return str(error), _CHECK_ALL


def _explain_status(status: int, message: str, headers: "httpx.Headers") -> tuple[str, str]:
    cure = _CURES.get(status, "ask again later" if status >= 500 else _CHECK_ALL)
    if status in {400, 422} and re.search(r"context|too long|maximum|exceed", message, re.IGNORECASE):
        cure = _FEWER_PAPERS
    cause = f"status {status}: {message}"
    if seconds := headers.get("Retry-After"):
        cause += f", it asks to wait so many seconds: {seconds}"
    if location := headers.get("Location"):
        cause += f", it redirects to {redact_address(location)}"
    return cause, cure


def _message(body: object) -> str:
    message = body.get("message") if isinstance(body, dict) else None
    return message if isinstance(message, str) else ""


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""
