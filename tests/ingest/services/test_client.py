"""How services are asked: within bounds, again where that may help, and not twice."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support import endpoint, services
from support.endpoint import Exchange, Server, Step
from support.services import Clock

from assistant.domain.errors import ServiceError, UsageError
from assistant.ingest.services.base import ARXIV, SEMANTIC_SCHOLAR
from assistant.ingest.services.body import LARGEST
from assistant.ingest.services.client import Client


@dataclass
class Asker:
    """A client whose service is on this machine, its clock, and what it said."""

    server: Server
    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    messages: list[str] = field(default_factory=list)

    def get(self, path: str = "", service: str = "arxiv", **parameters: str) -> bytes | None:
        environment = services.environment(self.server) | dict(self.more)
        wanted = ARXIV if service == "arxiv" else SEMANTIC_SCHOLAR
        with Client(self.folder, environment, self.messages.append, self.clock, self.clock.sleep) as client:
            return client.get(wanted, path, parameters)


def test_an_answer_is_kept_for_an_hour_and_then_asked_after_by_its_mark(tmp_path: Path) -> None:
    with services.serve({"/arxiv": b"papers"}) as server:
        asker = Asker(server, tmp_path)
        assert [asker.get(id_list="1"), asker.get(id_list="1")] == [b"papers"] * 2
        assert len(server.requests) == 1
        asker.clock.now += 3_601
        assert asker.get(id_list="1") == b"papers"
        assert [question.headers.get("if-none-match") for question in services.asked(server)] == [None, '"6"']
        assert asker.get(id_list="1") == b"papers"
        assert len(server.requests) == 2


def test_an_answer_that_was_tampered_with_is_asked_for_again(tmp_path: Path) -> None:
    with services.serve({"/arxiv": b"papers"}) as server:
        asker = Asker(server, tmp_path)
        asker.get()
        [kept] = tmp_path.glob("*.answer")
        for data in (kept.read_bytes().replace(b"papers", b"poison"), b"", b"{}\n", b"[" * 9_999):
            kept.write_bytes(data)
            assert asker.get() == b"papers"
        kept.unlink()
        kept.symlink_to("/dev/zero")
        assert asker.get() == b"papers"


def test_who_asks_says_its_name_and_its_user_where_that_is_set(tmp_path: Path) -> None:
    with services.serve({"/": b"{}"}) as server:
        Asker(server, tmp_path).get("/a")
        Asker(server, tmp_path, {"ASSISTANT_MAILTO": "me@a.example", "SEMANTIC_SCHOLAR_API_KEY": "k"}).get("/b")
        Asker(server, tmp_path, {"SEMANTIC_SCHOLAR_API_KEY": "k"}).get("/c", "scholar")
        Asker(server, tmp_path, {"ASSISTANT_MAILTO": "me@a\r\nX: y"}).get("/d")
    agents = [question.headers["user-agent"] for question in services.asked(server)]
    assert [agent.startswith("assistant/") for agent in agents] == [True] * 4
    assert ["mailto:me@a.example" in agent for agent in agents] == [False, True, False, False]
    assert [question.headers.get("x-api-key") for question in services.asked(server)] == [None, None, "k", None]


def failing(status: int, times: int, **headers: str) -> Step:
    """Fail so often, then answer."""
    left = iter([endpoint.answers(status, b"busy", "text/plain", **headers)] * times)
    return lambda exchange: next(left, endpoint.answers(200, b"papers"))(exchange)


@pytest.mark.parametrize(
    ("step", "slept"),
    [
        (failing(429, 1, Retry_After="7"), [7.0]),
        (failing(503, 3), [2.0, 4.0, 8.0]),
        (failing(500, 1, Retry_After="Mon, 12 Jan 1970 13:46:47 GMT"), [7.0]),  # 1,000,007 seconds after 1970
        (failing(500, 1, Retry_After="Mon, 12 Jan 1970 14:46:47 +0100"), [7.0]),
        (failing(500, 1, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT"), []),
        (failing(500, 1, Retry_After="tomorrow"), [2.0]),
        (failing(500, 1, Retry_After="Mon, 12 Jan 9999999999999999 13:46:47 GMT"), [2.0]),
        (failing(502, 1, Retry_After="0"), []),
    ],
)
def test_a_service_that_is_busy_is_asked_again_after_a_while(step: Step, slept: list[float], tmp_path: Path) -> None:
    with services.serve({"/arxiv": step}) as server:
        asker = Asker(server, tmp_path)
        assert asker.get() == b"papers"
    assert asker.clock.slept == slept
    assert asker.messages == [f"arxiv is busy; asking it again in {seconds:.0f} s" for seconds in slept]


def elsewhere(location: str) -> Step:
    return endpoint.answers(302, b"", Location=location)


def floods(exchange: Exchange) -> None:
    exchange.begin()
    for _ in range(LARGEST // 1_000_000 + 1):
        exchange.send(b"x" * 1_000_000)
    exchange.end()


def packed(data: bytes, encoding: str = "gzip") -> Step:
    return endpoint.answers(200, data, Content_Encoding=encoding)


BOMB = gzip.compress(bytes(LARGEST + 1))


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (failing(503, 9), "arxiv failed 4 times in a row (status 503); wait a while; check the network"),
        (failing(429, 9, Retry_After="900"), "arxiv wants no request for 900 seconds; call it again after 900 seconds"),
        (endpoint.answers(400, b"bad id", "text/plain"), "arxiv refused with status 400 (bad id)"),
        (endpoint.answers(403, b"no", "text/plain"), "arxiv refused with status 403 (no); look at the key"),
        (
            elsewhere("https://a.example/x"),
            "arxiv redirects to another host, which is not followed (https://a.example)",
        ),
        (elsewhere("file:///etc/passwd"), "arxiv redirects to another host, which is not followed (file://)"),
        (elsewhere("/arxiv"), ": arxiv redirects without end"),
        (floods, "arxiv answered with more than 20,000,000 bytes; ask for fewer papers"),
        (packed(BOMB), "arxiv answered with more than 20,000,000 bytes; ask for fewer papers"),
        (
            packed(gzip.compress(BOMB), "gzip, gzip"),
            "arxiv packs its answer in a way that was not asked for (gzip, gzip)",
        ),
        (packed(b"x", "br"), "arxiv packs its answer in a way that was not asked for (br)"),
        (packed(b"papers"), "arxiv gave an answer that cannot be unpacked (Error -3"),
        (packed(gzip.compress(b"papers")[:-9]), "arxiv gave an answer that cannot be unpacked (it is cut short)"),
    ],
)
def test_a_service_that_fails_is_told_with_its_reason(step: Step, message: str, tmp_path: Path) -> None:
    with services.serve({"/arxiv": step}) as server, pytest.raises(ServiceError) as raised:
        Asker(server, tmp_path).get()
    assert message in str(raised.value)
    assert raised.value.exit_code == 5
    assert not list(tmp_path.glob("*.answer"))


@pytest.mark.parametrize("step", [packed(gzip.compress(b"papers")), packed(b"papers", "identity")])
def test_an_answer_may_be_packed_once(step: Step, tmp_path: Path) -> None:
    with services.serve({"/arxiv": step}) as server:
        assert Asker(server, tmp_path).get() == b"papers"


@pytest.mark.parametrize(("seconds", "comes"), [(299.0, True), (301.0, False)])
def test_an_answer_that_takes_five_minutes_is_not_waited_for(seconds: float, comes: bool, tmp_path: Path) -> None:
    clock = Clock()

    def step(exchange: Exchange) -> None:
        clock.now += seconds
        endpoint.answers(200, b"papers")(exchange)

    with services.serve({"/arxiv": step}) as server:
        asker = Asker(server, tmp_path, clock=clock)
        if comes:
            assert asker.get() == b"papers"
        else:
            with pytest.raises(ServiceError, match="arxiv takes too long over one answer; ask for fewer papers"):
                asker.get()


def test_a_redirect_on_the_same_host_is_followed_and_nothing_is_nothing(tmp_path: Path) -> None:
    with services.serve({"/arxiv/new": b"papers", "/arxiv?": elsewhere("/arxiv/new")}) as server:
        asker = Asker(server, tmp_path)
        assert asker.get(id_list="1") == b"papers"
        assert asker.get("/7/unknown") is None


def test_a_service_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with services.serve({}) as server:
        environment = services.environment(server)
    clock = Clock()
    client = Client(tmp_path, environment, clock=clock, sleep=clock.sleep)
    with client, pytest.raises(ServiceError, match="arxiv cannot be reached"):
        client.get(ARXIV)
    assert clock.slept == []


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example/api",
        "ftp://a.example",
        "https://",
        "https://me:secret@a.example",
        "//x",
        "https://a.example?k=1",
    ],
)
def test_an_address_that_is_not_safe_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="ASSISTANT_ARXIV_URL is not the address of a service") as raised:
        ARXIV.base({"ASSISTANT_ARXIV_URL": address})
    assert "secret" not in str(raised.value)
