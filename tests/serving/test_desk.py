"""The desk: bounds on how many ask and for how long, and work that ends when nobody waits for it."""

import asyncio
from threading import Event

import pytest

from assistant.domain.errors import Stopped, UsageError
from assistant.serving.desk import BusyError, ClosingError, Desk, GoneError, LateError
from assistant.serving.limits import Limits
from assistant.serving.turns import IsOver

PATIENCE = 30.0


class Work:
    """Work that goes on until it is over."""

    def __init__(self) -> None:
        self.begun, self.ended = Event(), Event()

    def __call__(self, is_over: IsOver) -> str:
        self.begun.set()
        while not is_over():
            self.ended.wait(0.001)
        self.ended.set()
        raise Stopped


def test_what_is_done_is_returned_and_what_fails_is_raised() -> None:
    def fails(_: IsOver) -> str:
        raise UsageError("no such thing")

    async def asked() -> str:
        desk = Desk(Limits())
        with pytest.raises(UsageError, match="no such thing"):
            await desk.do(fails)
        answer = await desk.do(lambda _: "done")
        assert desk.count == 0
        desk.close()
        with pytest.raises(ClosingError):
            await desk.do(lambda _: "done")
        return answer

    assert asyncio.run(asked()) == "done"


def test_more_questions_than_can_wait_are_refused_until_one_ends() -> None:
    async def asked() -> None:
        desk = Desk(Limits(askers=1, waiting=1))
        works = [Work(), Work()]
        tasks = [asyncio.ensure_future(desk.do(work)) for work in works]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="2 questions are being answered or wait"):
            await desk.do(lambda _: "")
        assert await asyncio.to_thread(works[0].begun.wait, PATIENCE)
        assert not works[1].begun.is_set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await asyncio.to_thread(works[0].ended.wait, PATIENCE)
        while desk.count:
            await asyncio.sleep(0)
        assert await desk.do(lambda _: "again") == "again"
        assert not works[1].begun.is_set()  # nobody waited for it any more
        desk.close()

    asyncio.run(asked())


@pytest.mark.parametrize("how", ["late", "gone", "closed"])
def test_work_ends_when_nobody_waits_for_it(how: str) -> None:
    async def asked() -> type[BaseException]:
        desk, work = Desk(Limits(deadline=0.01 if how == "late" else PATIENCE)), Work()

        async def gone() -> None:
            await asyncio.to_thread(work.begun.wait, PATIENCE)
            if how == "closed":
                desk.close()
                await asyncio.Event().wait()

        try:
            await desk.do(work, None if how == "late" else gone)
        except (LateError, GoneError, ClosingError) as error:
            assert await asyncio.to_thread(work.ended.wait, PATIENCE)
            desk.close()
            return type(error)
        raise AssertionError("it ended by itself")

    assert asyncio.run(asked()) is {"late": LateError, "gone": GoneError, "closed": ClosingError}[how]
