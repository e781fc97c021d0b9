"""Threads that want the one library -> each in its turn, first come, first served, and away while a model writes.

A library and its indexes are made for one thread at a time, and one question keeps all cores busy; but a question that
waits for a model needs neither.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event, Lock

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import Stopped
from assistant.models.base import ChatModel, Message, Reply, StoppableModel

IsOver = Callable[[], bool]
"""Whether nobody waits for the answer any more."""
_LOOK = 0.2  # seconds between two looks at that


class Turns:
    """A line in which the first has the library."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._line: deque[Event] = deque()

    def take(self, is_over: IsOver) -> Event:
        """Return one's turn, once it has come; raises `Stopped`."""
        turn = Event()
        with self._lock:
            self._line.append(turn)
            self._line[0].set()
        while not turn.wait(_LOOK):
            if is_over():
                self.give(turn)
                raise Stopped
        return turn

    def give(self, turn: Event) -> None:
        """Leave the line, whether or not one's turn has come."""
        with self._lock:
            self._line.remove(turn)
            if self._line:
                self._line[0].set()


class Seat:
    """One question's place: at the library, or away from it."""

    def __init__(self, turns: Turns, is_over: IsOver) -> None:
        self.is_over = is_over
        self._turns = turns
        self._turn: Event | None = None
        self._replies = 0
        self._lock = Lock()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Have the library inside, but while `away`; raises `Stopped`."""
        self._turn = self._turns.take(self.is_over)
        try:
            yield
        finally:
            self._leave()

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Let others have the library inside, also where several threads of one question are away at once. Raises
        `Stopped`, and then the library is not had."""
        with self._lock:
            self._replies += 1
            if self._replies == 1:
                self._leave()
        try:
            yield
        finally:
            with self._lock:
                self._replies -= 1
                if not self._replies:
                    self._turn = self._turns.take(self.is_over)

    def _leave(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            self._turns.give(turn)


class WaitingModel:
    """A chat model that is waited for away from the library, and no longer than somebody waits for the answer."""

    def __init__(self, model: ChatModel, seat: Seat) -> None:
        self._model = model.until(seat.is_over) if isinstance(model, StoppableModel) else model
        self._seat = seat

    @property
    def name(self) -> str:
        """The model's name, as the user typed it."""
        return self._model.name

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the model's reply; raises what the model raises, and `Stopped`."""

        def heard(piece: str) -> None:
            if self._seat.is_over():
                raise Stopped
            if on_token:
                on_token(piece)

        with self._seat.away():
            return self._model.reply(messages, heard, schema)
