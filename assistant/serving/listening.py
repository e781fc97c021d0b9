"""A host and a port -> a socket; an application -> served on it until Ctrl-C."""

import contextlib
import socket

import uvicorn
from starlette.types import ASGIApp

from assistant.domain.errors import UsageError
from assistant.serving.desk import Desk

_GRACE = 5  # seconds that questions have to end in after Ctrl-C


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
    config = uvicorn.Config(
        app,
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
    """Serve until Ctrl-C, which ends it in order; a second one at once."""
    with contextlib.suppress(KeyboardInterrupt):
        server(app, desk).run([listener])


def _refused(host: str, port: int, error: OSError) -> UsageError:
    cause = error.strerror or str(error)
    return UsageError(f"cannot listen on {host}, port {port}", cause=cause, cure="choose another with --port")
