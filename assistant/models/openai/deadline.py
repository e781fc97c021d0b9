"""A call of an endpoint -> one that ends in time however slowly it is answered, and reads and asks only so much."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, TypeVar, cast

import httpx

MOST_REQUESTS = 3
_LARGEST = 64_000_000  # bytes of a reply; 200,000 characters, streamed one by one, are 50 million
_LARGEST_EVENT = 1_000_000  # bytes between two blank lines, which the stream's reader holds at once
_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")

T = TypeVar("T")


class DeadlineExceeded(Exception):
    """The deadline came first."""


class BoundedCall(Generic[T]):
    """One call, done in a thread of its own: a client's timeouts are for each read, and for no name look-up at all."""

    def __init__(self, seconds: float) -> None:
        self.requests = 0
        self._seconds = seconds
        self._over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._said: SimpleQueue[str | None] = SimpleQueue()
        self._result: Future[T] = Future()

    def watch(self, client: httpx.Client) -> None:
        """Bound what `client` asks and reads, and have its connections end with this call."""
        client.headers["Accept-Encoding"] = "identity"  # what is compressed cannot be measured before it is unpacked
        client.event_hooks = {"request": [self._asking], "response": [self._answered]}

    def run(self, work: Callable[[Callable[[str], None]], T], heard: Callable[[str], None] | None) -> T:
        """Return `work(say)`; what it says is heard in this thread. Raises what `work` raises, or `OutOfTime`."""
        stop = monotonic() + self._seconds
        # A daemon: a look-up of a name cannot be broken off, and must not keep the program from ending.
        threading.Thread(target=self._work, args=(work,), daemon=True, name="call").start()
        try:
            while (left := stop - monotonic()) > 0:
                piece = self._said.get(timeout=left)
                if piece is None:
                    return self._result.result()
                if heard:
                    heard(piece)
        except Empty:
            pass
        finally:
            self._end()
        raise DeadlineExceeded(f"no whole reply within {self._seconds:g} seconds")

    def _work(self, work: Callable[[Callable[[str], None]], T]) -> None:
        try:
            self._result.set_result(work(self._said.put))
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
            self._result.set_exception(error)
        self._said.put(None)

    def _end(self) -> None:
        self._over.set()
        for held in self._sockets:
            _close_socket(held)

    def _asking(self, request: httpx.Request) -> None:
        self.requests += 1
        if self._over.is_set() or self.requests > MOST_REQUESTS:
            raise DeadlineExceeded("this call is over")
        request.extensions = {**request.extensions, "trace": self._connected}

    def _connected(self, event: str, info: Mapping[str, Any]) -> None:
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            held = stream.get_extra_info("socket")
            self._sockets.append(held)
            if self._over.is_set():
                _close_socket(held)

    def _answered(self, response: httpx.Response) -> None:
        response.stream = _Bounded(
            cast(httpx.SyncByteStream, response.stream), response.headers.get("Content-Encoding", "identity")
        )


class _Bounded(httpx.SyncByteStream):
    """The body of a reply, as long as it keeps within bounds."""

    def __init__(self, body: httpx.SyncByteStream, encoding: str) -> None:
        self._body = body
        self._encoding = encoding

    def __iter__(self) -> Iterator[bytes]:
        if self._encoding.strip().casefold() not in {"", "identity"}:
            raise ValueError(f"the reply is compressed ({self._encoding}), which was not asked for")
        total, since, tail = 0, 0, b""
        for piece in self._body:
            total += len(piece)
            held = tail + piece
            end = max(held.rfind(mark) for mark in _ENDS)
            since = since + len(piece) if end < 0 else len(held) - end
            tail = held[-3:]
            if total > _LARGEST or since > _LARGEST_EVENT:
                raise ValueError(f"the reply is larger than {_LARGEST_EVENT:,} bytes at once or {_LARGEST:,} in all")
            yield piece

    def close(self) -> None:
        self._body.close()


def _close_socket(held: socket.socket) -> None:
    with suppress(OSError):
        # Not the method of an SSL socket, which would first forget its encryption under the reader's hands.
        socket.socket.shutdown(held, socket.SHUT_RDWR)
