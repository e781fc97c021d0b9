"""Several that ask one service -> each in its turn, with the pause that the service wants."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from support import endpoint, services
from support.endpoint import Exchange
from support.services import Clock

from assistant.domain.errors import ServiceError
from assistant.ingest.services.answers import Answers
from assistant.ingest.services.base import ARXIV
from assistant.ingest.services.body import LARGEST
from assistant.ingest.services.client import Client


def test_between_two_requests_a_service_has_its_pause_whichever_process_asks(tmp_path: Path) -> None:
    """The pause is counted from the last request that any client of this user made."""
    clock = Clock()
    waits: list[list[float]] = []
    step: Callable[[Exchange], None] = endpoint.answers(200, b"papers")
    with services.serve({"/arxiv": step}) as server:
        # An address that is not of this machine, to which a proxy on this machine leads.
        away = replace(ARXIV, address="https://arxiv.invalid/api")
        proxies = {"HTTPS_PROXY": server.url.removesuffix("/v1")}
        for pause in (0.0, 1.0, 5.0):
            clock.now += pause
            clock.slept.clear()
            with pytest.MonkeyPatch.context() as patch:
                for name, value in proxies.items():
                    patch.setenv(name, value)
                    patch.setenv(name.lower(), value)
                with Client(tmp_path, {}, clock=clock, sleep=clock.sleep) as client, pytest.raises(ServiceError):
                    client.get(away)
            waits.append(list(clock.slept))
    assert waits == [[], [2.0], []]


def test_of_several_that_ask_a_service_at_once_one_waits_after_the_other(tmp_path: Path) -> None:
    both_asleep = threading.Barrier(2)

    def sleep(_: float) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            both_asleep.wait(0.5)
            overlaps.append(True)

    def ask(_: int) -> None:
        Answers(tmp_path, LARGEST).take_turn("arxiv", 3.0, lambda: 1_000_000.0, sleep)

    overlaps: list[bool] = []
    ask(0)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, range(2)))
    assert overlaps == []
    assert {path.name for path in tmp_path.iterdir()} >= {"arxiv.asked"}
