"""One HTTP call -> its result, within a deadline and caps on the size of the reply and the number of requests."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, TypeVar, cast

import httpx

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import Stopped

MOST_REQUESTS = 3
LARGEST_DOCUMENT = 1_000_000  # bytes of an event, an error or a reply that is not streamed: each is held whole
_PIECE = 65_536  # bytes
_LOOK = 0.2  # seconds between two looks at whether anybody still waits for the reply
_MOST_ARRIVED = 64_000_000  # bytes; Linux keeps 6 million for a connection, unless it is told otherwise
_RESET = struct.pack("ii", 1, 0)  # of SO_LINGER: closing waits for nothing, and resets the connection (socket(7))
_EVENT_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")

Result = TypeVar("Result")


class DeadlineExceeded(Exception):
    """The deadline came before the end of the call."""


class Deadline:
    """A moment so many `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._start = monotonic()

    @property
    def elapsed(self) -> float:
        """The seconds that have passed since it was set."""
        return monotonic() - self._start

    @property
    def remaining(self) -> float:
        """The seconds that are left; less than 0 where it is over."""
        return self.seconds - self.elapsed

    @property
    def is_final(self) -> bool:
        """Whether it is over even for what has arrived and is not taken yet."""
        return self.remaining <= 0

    def __str__(self) -> str:
        """Say what did not come before it."""
        return f"no whole reply within {self.seconds:g} seconds"


class Silence(Deadline):
    """The moment at which nothing was heard for too long; a model that writes slowly is not late."""

    def __init__(self, first: float, between: float, total: float) -> None:
        """`first` is how many seconds may pass before anything is heard, `between` before more is, `total` in all."""
        super().__init__(total)
        self._longest = first
        self._between = between
        self._latest = monotonic()

    @property
    def remaining(self) -> float:
        """The seconds that are left unless something is heard."""
        return min(super().remaining, self._longest - (monotonic() - self._latest))

    @property
    def is_final(self) -> bool:
        """Whether the time for all of it is over."""
        return super().remaining <= 0

    def hear(self) -> None:
        """Begin to count anew: something came."""
        self._latest, self._longest = monotonic(), self._between

    def __str__(self) -> str:
        """Say what did not come before it."""
        return super().__str__() if self.is_final else f"no word of a reply for {self._longest:g} seconds"


class BoundedCall(Generic[Result]):
    """One call, done in a thread of its own: a client's timeouts are for each read, and for no name look-up at all."""

    def __init__(self, deadline: Deadline, largest: int, largest_document: int = LARGEST_DOCUMENT) -> None:
        """`largest` is the most bytes of a reply that are read, `largest_document` of one that is not in events.

        `requests` counts what was asked for it, at most `most_requests`; `seconds` is how long it took, once it has
        ended.
        """
        self.deadline = deadline
        self.requests = 0
        self.most_requests = MOST_REQUESTS
        self.seconds = 0.0
        self._largest = largest
        self._largest_document = largest_document
        self._last_error = ""
        self._over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._result: Future[Result] = Future()

    def watch(self, client: httpx.Client) -> None:
        """Bound what `client` asks and reads, and have its connections end with this call."""
        client.headers["Accept-Encoding"] = "identity"  # what is compressed cannot be measured before it is unpacked
        client.event_hooks = {"request": [self._on_request], "response": [self._on_response]}

    def start(self, work: Callable[[], Result], on_end: Callable[[], None]) -> None:
        """Do `work` in a thread, which calls `on_end` once there is a result or a failure."""
        # A daemon: a look-up of a name cannot be broken off, and must not keep the program from ending.
        threading.Thread(target=self._work, args=(work, on_end), daemon=True, name="call").start()

    def result(self) -> Result:
        """Return what the work has returned, or raise what it raised; to be called once it has ended."""
        return self._result.result()

    def run(
        self,
        work: Callable[[OnToken], Result],
        on_token: OnToken | None,
        is_over: Callable[[], bool] | None = None,
    ) -> Result:
        """Return `work(put_token)`; what it puts reaches `on_token` in the thread that called `run`.

        Raises what `work` or `on_token` raises, `DeadlineExceeded`, or `Stopped` once `is_over` says so.
        """
        tokens: SimpleQueue[str | None] = SimpleQueue()
        self.start(lambda: work(tokens.put), lambda: tokens.put(None))
        try:
            while not self.deadline.is_final:
                if is_over and is_over():
                    raise Stopped
                longest = max(self.deadline.remaining, 0)
                try:
                    token = tokens.get(timeout=min(longest, _LOOK) if is_over else longest)
                except Empty:
                    if self.deadline.remaining > 0:
                        continue  # something came meanwhile that is not passed on
                    break
                if token is None:
                    return self.result()
                if on_token:
                    on_token(token)
        finally:
            self.end()
        raise self.exceeded()

    def end(self) -> None:
        """Break off what is under way; the thread finds its connections closed and may ask for nothing more."""
        self._over.set()
        for connection in self._sockets:
            break_off(connection)

    def exceeded(self) -> DeadlineExceeded:
        """Return the error of a call whose deadline has come."""
        return DeadlineExceeded(f"{self.deadline}{self._last_error}")

    def _work(self, work: Callable[[], Result], on_end: Callable[[], None]) -> None:
        start = monotonic()
        try:
            self._result.set_result(work())
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
            self._result.set_exception(error)
        self.seconds = monotonic() - start
        on_end()

    def _on_request(self, request: httpx.Request) -> None:
        self.requests += 1
        if self._over.is_set() or self.requests > self.most_requests:
            raise DeadlineExceeded("this call is over")
        request.extensions = {**request.extensions, "trace": self._on_connection}

    def _on_connection(self, event: str, info: Mapping[str, Any]) -> None:
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            connection = stream.get_extra_info("socket")
            self._sockets.append(connection)
            if self._over.is_set():
                break_off(connection)

    def _on_response(self, response: httpx.Response) -> None:
        body = cast(httpx.SyncByteStream, response.stream)
        total, event = self._largest, self._largest_document
        if not response.is_success:
            self._last_error = f", after an answer of status {response.status_code}"
            total = event = LARGEST_DOCUMENT
        elif "json" in response.headers.get("Content-Type", ""):
            total = event
        response.stream = _BoundedBody(body, total, event, response.headers.get("Content-Encoding", "identity"))


class _BoundedBody(httpx.SyncByteStream):
    """The body of a reply; reading it raises `ValueError` where it is too large, or compressed."""

    def __init__(self, body: httpx.SyncByteStream, total: int, event: int, encoding: str) -> None:
        """`total` is the most bytes of the body, `event` of what stands between two blank lines."""
        self._body = body
        self._total = total
        self._event = event
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
            if total > self._total or event > self._event:
                limits = f"{self._event:,} bytes at once or {self._total:,} in all"
                raise ValueError(f"the reply is larger than {limits}")
            yield piece

    def close(self) -> None:
        self._body.close()


def break_off(connection: socket.socket) -> None:
    """Have whoever reads from a connection find its end at once: also what has arrived is read by nobody.

    Several megabytes may have: of an endpoint that only ever announces a reply, that is a minute's work on a busy
    machine. Meanwhile the endpoint waits for room, and asks for it ever more seldom: so the reader's closing tells it
    at once that nobody is there (RST instead of FIN), else it may wait two minutes.
    """
    # Not the methods of an SSL socket, which would first forget its encryption under the reader's hands.
    with suppress(OSError):  # a system that has another form of this, or a connection that is gone
        socket.socket.setsockopt(connection, socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for _ in range(_MOST_ARRIVED // _PIECE):
            if not socket.socket.recv(connection, _PIECE):
                break
