"""A request over HTTP -> passed on, or refused: who may ask, from which pages, under which names, and how much."""

import asyncio
import base64
import binascii
import hmac
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.domain.errors import UsageError
from assistant.serving.limits import Limits

OPEN = "/health"
"""The path that anybody may ask for; it tells nothing of the library."""
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Access:
    """Where a server listens, and who may ask it."""

    host: str = "127.0.0.1"
    token: str = ""
    """What has to be sent with each request; "" for nothing."""
    names: Sequence[str] = ()
    """Further names under which the server is reached, as where a proxy stands before it."""
    origins: Sequence[str] = ()
    """Addresses of pages elsewhere that may ask, such as https://chat.example.org."""

    def check(self) -> None:
        """Raise `UsageError` where a server that others reach would answer anybody."""
        if not self.token and not is_loopback(self.host):
            cure = "set ASSISTANT_TOKEN (or --token) to a long secret, or listen on 127.0.0.1"
            raise UsageError(f"to listen on {self.host} takes a token", cure=cure)
        if self.token and (not self.token.isascii() or not self.token.isprintable() or " " in self.token):
            raise UsageError("a token has visible ASCII characters only")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address to listen on."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """Refuses what may not ask, before anything reads it."""

    def __init__(self, app: ASGIApp, access: Access, limits: Limits) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._names = _names(access)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with why not (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = None if scope["path"] == OPEN else self._refusal(headers, scope)
        if refusal is None:
            try:
                async with asyncio.timeout(self._limits.upload):
                    body = await _body(headers, receive, self._limits.body)
            except TimeoutError:
                refusal = refused(408, "the request did not come in time", "timeout")
            else:
                if isinstance(body, bytes):
                    await self._app(scope, _replayed(body, receive), send)
                    return
                refusal = body
        await refusal(scope, receive, send)

    def _refusal(self, headers: Headers, scope: Scope) -> Response | None:
        """Return what to answer to a request that may not be made; None where it may."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            cure = "open it under the address that the server printed, or start it with --allow-host NAME"
            return refused(421, f"this server is not called {host[:100]!r}; {cure}", "wrong_host")
        origin = headers.get("origin")
        if origin and origin not in self._access.origins and origin.partition("://")[2] != host:
            message = "pages of other sites may not ask; start the server with --allow-origin to let one"
            return refused(403, message, "wrong_origin")
        if self._access.token and not self._has_token(headers.get("authorization", "")):
            message = "a token is needed: send `Authorization: Bearer TOKEN` (in a browser: the token as password)"
            # Pages ask for it in the browser's own window; programs are told by the code.
            kept = {"WWW-Authenticate": 'Basic realm="assistant", charset="UTF-8"'}
            return refused(401, message, "invalid_api_key", kept if "text/html" in headers.get("accept", "") else {})
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a `Host` header names this server: else a page elsewhere may have had its own name lead here."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name.casefold() in self._names:
            return True
        if is_loopback(self._access.host):
            return False
        try:  # an address that is no name can be led nowhere else
            return bool(ipaddress.ip_address(name.strip("[]")))
        except ValueError:
            return False

    def _has_token(self, authorization: str) -> bool:
        kind, _, value = authorization.partition(" ")
        if kind.casefold() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
            except (binascii.Error, ValueError):
                return False
        elif kind.casefold() != "bearer":
            return False
        return hmac.compare_digest(value.strip().encode(), self._access.token.encode())


def refused(status: int, message: str, code: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that says why there is none, in the shape of OpenAI's errors."""
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    kind = kind if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status, dict(headers or {}))


def _names(access: Access) -> frozenset[str]:
    names = {*_LOOPBACK, *access.names}
    if not is_loopback(access.host):
        names |= {socket.gethostname(), access.host}
    return frozenset(name.casefold() for name in names)


async def _body(headers: Headers, receive: Receive, most: int) -> bytes | Response:
    """Return the whole body of a request, or what to answer to one that is too large."""
    too_large = refused(413, f"a request has at most {most:,} bytes", "request_too_large")
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        return too_large
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)  # whoever sent it has left, and reads no answer
        body += message.get("body", b"")
        if len(body) > most:
            return too_large
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read once more, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
