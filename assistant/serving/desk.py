"""Questions of people who may leave -> work in threads: so many at once, so many waiting, and each for so long."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, TypeVar

from assistant.app.handle import Library
from assistant.domain.errors import AssistantError, Stopped
from assistant.serving.limits import RETRY_SECONDS, Limits
from assistant.serving.resident import Resident
from assistant.serving.turns import IsOver

Result = TypeVar("Result")


class BusyError(AssistantError):
    """So many questions wait that this one is refused."""


class ClosingError(AssistantError):
    """The server is ending."""


class LateError(AssistantError):
    """The deadline of a question came before its answer."""


class GoneError(AssistantError):
    """Whoever asked has left, so that nobody reads this."""


class Desk:
    """Where questions are handed in; it belongs to one event loop."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._threads = ThreadPoolExecutor(limits.askers, "asker")
        self._stops: dict[asyncio.Future[Any], Event] = {}
        self._is_closing = False

    @property
    def count(self) -> int:
        """How many questions are worked on or wait, those of people who left and that have not ended yet included."""
        return len(self._stops)

    async def do(self, work: Callable[[IsOver], Result], gone: Callable[[], Awaitable[object]] | None = None) -> Result:
        """Return what `work`, in a thread, makes of the function that says whether it is over; raises what it raises.

        `gone` returns once whoever asked has left. Then, at the deadline, where this is cancelled and where the desk
        is closed, the work is over. Raises `BusyError`, `ClosingError`, `LateError`, `GoneError`.
        """
        if self._is_closing:
            raise _closing()
        if self.count >= self.limits.askers + self.limits.waiting:
            cause = f"{self.count} questions are being answered or wait"
            raise BusyError("the server is busy", cause=cause, cure=f"try again in {RETRY_SECONDS} seconds")
        stop = Event()
        future = asyncio.get_running_loop().run_in_executor(self._threads, _unless_over, work, stop.is_set)
        self._stops[future] = stop
        future.add_done_callback(self._end)
        leaving = asyncio.ensure_future(gone()) if gone else None
        try:
            ends: set[asyncio.Future[Any]] = {future, leaving} if leaving else {future}
            await asyncio.wait(ends, timeout=self.limits.deadline, return_when=asyncio.FIRST_COMPLETED)
            if future.done():
                return future.result()
            if leaving and leaving.done():
                raise GoneError("whoever asked has left")
            cure = "ask for less, or have the server wait longer (--deadline)"
            raise LateError(f"no answer within {self.limits.deadline:g} seconds", cure=cure)
        finally:
            stop.set()
            if leaving:
                leaving.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await leaving

    def close(self) -> None:
        """Have all work end soon, and take no more."""
        self._is_closing = True
        for stop in self._stops.values():
            stop.set()
        self._threads.shutdown(wait=False)

    async def drain(self, seconds: float) -> None:
        """Wait so long at most for work to end, while its loop can still be told of it."""
        if self._stops:
            await asyncio.wait(set(self._stops), timeout=seconds)

    def _end(self, done: "asyncio.Future[Any]") -> None:
        del self._stops[done]
        if not done.cancelled():
            done.exception()  # which nobody may be waiting for


@contextlib.contextmanager
def opened(library: Library, limits: Limits) -> Iterator[tuple[Resident, Desk]]:
    """Give a library for many to ask, and the desk where they do. In the end all work is stopped and waited for."""
    resident, desk = Resident(library), Desk(limits)
    try:
        yield resident, desk
    finally:
        desk.close()
        resident.close()


def _unless_over(work: Callable[[IsOver], Result], is_over: IsOver) -> Result:
    """Return what the work returns. That it was stopped is no Ctrl-C to the loop that waits for it."""
    if is_over():
        raise _closing()
    try:
        return work(is_over)
    except Stopped:
        raise _closing() from None


def _closing() -> ClosingError:
    return ClosingError("the question was stopped", cause="the server is ending")
