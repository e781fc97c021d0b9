"""One HTTP call -> its result, within a total deadline and caps on the size of the reply and the number of requests."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, TypeVar, cast

import httpx

from assistant.domain.callbacks import OnToken

MOST_REQUESTS = 3
_LARGEST_EVENT = 1_000_000  # bytes between two blank lines, which the stream's reader holds at once
_EVENT_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")

Result = TypeVar("Result")


class DeadlineExceeded(Exception):
    """The deadline came before the end of the call."""


class BoundedCall(Generic[Result]):
    """One call, done in a thread of its own: a client's timeouts are for each read, and for no name look-up at all."""

    def __init__(self, seconds: float, largest: int) -> None:
        """`seconds` is the deadline of the call; `largest` is the most bytes of a reply that are read."""
        self.requests = 0
        self._seconds = seconds
        self._largest = largest
        self._over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._tokens: SimpleQueue[str | None] = SimpleQueue()
        self._result: Future[Result] = Future()

    def watch(self, client: httpx.Client) -> None:
        """Bound what `client` asks and reads, and have its connections end with this call."""
        client.headers["Accept-Encoding"] = "identity"  # what is compressed cannot be measured before it is unpacked
        client.event_hooks = {"request": [self._on_request], "response": [self._on_response]}

    def run(self, work: Callable[[OnToken], Result], on_token: OnToken | None) -> Result:
        """Return `work(put_token)`; what it puts reaches `on_token` in the thread that called `run`.

        Raises what `work` or `on_token` raises, or `DeadlineExceeded`.
        """
        stop = monotonic() + self._seconds
        # A daemon: a look-up of a name cannot be broken off, and must not keep the program from ending.
        threading.Thread(target=self._work, args=(work,), daemon=True, name="call").start()
        try:
            while (remaining := stop - monotonic()) > 0:
                token = self._tokens.get(timeout=remaining)
                if token is None:
                    return self._result.result()
                if on_token:
                    on_token(token)
        except Empty:
            pass
        finally:
            self._end()
        raise DeadlineExceeded(f"no whole reply within {self._seconds:g} seconds")

    def _work(self, work: Callable[[OnToken], Result]) -> None:
        try:
            self._result.set_result(work(self._tokens.put))
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
            self._result.set_exception(error)
        self._tokens.put(None)

    def _end(self) -> None:
        self._over.set()
        for connection in self._sockets:
            _close_socket(connection)

    def _on_request(self, request: httpx.Request) -> None:
        self.requests += 1
        if self._over.is_set() or self.requests > MOST_REQUESTS:
            raise DeadlineExceeded("this call is over")
        request.extensions = {**request.extensions, "trace": self._on_connection}

    def _on_connection(self, event: str, info: Mapping[str, Any]) -> None:
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            connection = stream.get_extra_info("socket")
            self._sockets.append(connection)
            if self._over.is_set():
                _close_socket(connection)

    def _on_response(self, response: httpx.Response) -> None:
        body = cast(httpx.SyncByteStream, response.stream)
        response.stream = _BoundedBody(body, self._largest, response.headers.get("Content-Encoding", "identity"))


class _BoundedBody(httpx.SyncByteStream):
    """The body of a reply; reading it raises `ValueError` where it is too large, or compressed."""

    def __init__(self, body: httpx.SyncByteStream, largest: int, encoding: str) -> None:
        self._body = body
        self._largest = largest
        self._encoding = encoding

    def __iter__(self) -> Iterator[bytes]:
        if self._encoding.strip().casefold() not in {"", "identity"}:
            raise ValueError(f"the reply is compressed ({self._encoding}), which was not asked for")
        total, event, tail = 0, 0, b""  # bytes of the body, bytes of the event so far, the end of the piece before
        for piece in self._body:
            total += len(piece)
            window = tail + piece
            end = max(window.rfind(mark) for mark in _EVENT_ENDS)
            event = event + len(piece) if end < 0 else len(window) - end
            tail = window[-3:]
            if total > self._largest or event > _LARGEST_EVENT:
                limits = f"{_LARGEST_EVENT:,} bytes at once or {self._largest:,} in all"
                raise ValueError(f"the reply is larger than {limits}")
            yield piece

    def close(self) -> None:
        self._body.close()


def _close_socket(connection: socket.socket) -> None:
    with suppress(OSError):
        # Not the method of an SSL socket, which would first forget its encryption under the reader's hands.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
