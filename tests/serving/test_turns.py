"""Turns at the library: in order, one at a time, away while a model writes, and left by those who are stopped."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import Stopped
from assistant.models.base import Message, Reply
from assistant.serving.turns import Seat, Turns, WaitingModel
from assistant.testing import ScriptedModel

PATIENCE = 30.0


def never() -> bool:
    return False


def test_who_comes_first_has_the_library_first_and_nobody_beside() -> None:
    turns, order = Turns(), list[int]()
    first = turns.take(never)
    line = [Event() for _ in range(5)]

    def work(number: int) -> None:
        def is_over() -> bool:
            line[number].set()  # asked only of those who wait in the line
            return False

        with Seat(turns, is_over).taken():
            order.append(number)

    with ThreadPoolExecutor(5) as pool:
        for number in range(5):
            pool.submit(work, number)
            assert line[number].wait(PATIENCE)
        assert order == []
        turns.give(first)
    assert order == [0, 1, 2, 3, 4]


def test_who_is_stopped_in_the_line_leaves_it_to_the_others() -> None:
    turns = Turns()
    first = turns.take(never)
    with pytest.raises(Stopped):
        turns.take(lambda: True)
    turns.give(first)
    with Seat(turns, never).taken():
        pass


class Asked:
    """A model that writes once the test says so."""

    name = "asked"

    def __init__(self) -> None:
        self.begun, self.go = Event(), Event()

    def reply(
        self, messages: Sequence[Message], on_token: OnToken | None = None, schema: Mapping[str, object] | None = None
    ) -> Reply:
        self.begun.set()
        assert self.go.wait(PATIENCE)
        if on_token:
            on_token("Said.")
        return Reply("Said.", self.name)


def asking(model: Asked, turns: Turns, is_over: Callable[[], bool]) -> tuple[str, bool]:
    seat = Seat(turns, is_over)
    with seat.taken():
        text = WaitingModel(model, seat).reply([Message("user", "?")]).text
        has_library = seat._turn is not None and seat._turn.is_set()
    return text, has_library


def test_the_library_is_free_while_a_model_writes_and_had_again_after_it() -> None:
    turns, model = Turns(), Asked()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(asking, model, turns, never)
        assert model.begun.wait(PATIENCE)
        with Seat(turns, never).taken():  # another question
            model.go.set()
        assert future.result(PATIENCE) == ("Said.", True)


def test_a_model_is_heard_no_longer_than_somebody_waits() -> None:
    turns, model, stop = Turns(), Asked(), Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(asking, model, turns, stop.is_set)
        assert model.begun.wait(PATIENCE)
        stop.set()
        model.go.set()
        with pytest.raises(Stopped):
            future.result(PATIENCE)
    with Seat(turns, never).taken():
        pass


def test_any_model_can_be_waited_for() -> None:
    seat = Seat(Turns(), never)
    with seat.taken():
        model = WaitingModel(ScriptedModel(["One.", "Two."]), seat)
        assert (model.name, model.reply([]).text, model.reply([]).text) == ("scripted", "One.", "Two.")
