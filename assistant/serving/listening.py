"""A host and a port -> a socket; an application -> served on it until Ctrl-C, or until the system has it end."""

import asyncio
import contextlib
import signal
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.domain.errors import UsageError
from assistant.serving.desk import Desk
from assistant.serving.limits import Limits

_GRACE = 5  # seconds that questions have to end in after Ctrl-C


class _Connection(H11Protocol):
    """A connection of which a head is read of so many bytes at most (h11 sees to that), and waited for no longer than
    for a body: uvicorn itself waits for ever for what never comes whole."""

    patience = Limits().upload
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next one."""
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        if self._late:
            self._late.cancel()

    def shutdown(self) -> None:
        """Hang up where the server ends and nothing was asked yet, or not all of it has come."""
        super().shutdown()
        if self.cycle is not None and self.cycle.more_body and not self.cycle.response_started:
            self.transport.close()

    def _wait(self) -> None:
        if self._late:
            self._late.cancel()
        self._late = self.loop.call_later(self.patience, self._hang_up)

    def _hang_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that stops the work of those whom it answers when it ends."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Have all work end, then wait for it."""
        self._desk.close()
        await super().shutdown(sockets)
        await self._desk.drain(_GRACE)
        if self.force_exit:  # uvicorn then leaves the application running, and tells a traceback of how that ends
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.lifespan.shutdown(), _GRACE)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free. Raises `UsageError` where it cannot."""
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _refused(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from error
    return listener


def address(listener: socket.socket) -> str:
    """Return the address at which a browser finds what listens there."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def server(app: ASGIApp, desk: Desk) -> uvicorn.Server:
    """Return a server of an application, whose questions are handed in at this desk."""

    class Connection(_Connection):
        patience = desk.limits.upload

    config = uvicorn.Config(
        app,
        http=Connection,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=_GRACE,
    )
    return _Server(config, desk)


def run(app: ASGIApp, listener: socket.socket, desk: Desk) -> None:
    """Serve until Ctrl-C or SIGTERM, which end it in order; a second Ctrl-C at once."""
    # Once it has ended in order uvicorn raises the signal anew, which would end the program before it lets go of all.
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server(app, desk).run([listener])
    finally:
        signal.signal(signal.SIGTERM, before)


def _refused(host: str, port: int, error: OSError) -> UsageError:
    cause = error.strerror or str(error)
    return UsageError(f"cannot listen on {host}, port {port}", cause=cause, cure="choose another with --port")
