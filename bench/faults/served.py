"""Run `python -m bench.faults.served`: `serve` and `mcp` among clients that misbehave, and over a library that is
changed, damaged or taken away -> others are answered as before or told why not, and the server ends when it is told."""

import contextlib
import json
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.faults import damage
from bench.faults.server_process import Served, asked, head, started
from bench.faults.trials import (
    CLEAR,
    HANG,
    LOST,
    QUESTIONS,
    RIGHT,
    SILENT,
    TRACEBACK,
    FaultClass,
    Place,
    main,
    worst,
)

_PAPERS = 40
_END = 20.0  # seconds in which a server has to end
_PATIENCE = 45.0  # seconds in which it has to hang up on somebody who sends without end
_KEPT = 200_000  # kB that it may keep of that


Fault = Callable[[Served], object]


def gone(served: Served, *, streamed: bool) -> None:
    """Ask, and leave at different moments."""
    body = asked(QUESTIONS[0], streamed=streamed)
    for size in (0, 1, 200, 100_000):
        with contextlib.closing(served.connect(head(body) + body)) as connection:
            if size:
                connection.recv(size)


def silent(served: Served) -> None:
    """Leave 50 connections that send nothing, or half a head, or half a body."""
    for number in range(50):
        served.place.open.append(served.connect((b"", b"POST /v1", head(b"", 500) + b"{")[number % 3]))


def endless(served: Served, before: bytes, piece: bytes) -> None:
    """Send pieces until the server hangs up; raises `MemoryError` where it keeps them, or does not hang up."""
    most, end = memory(served) + _KEPT, time.monotonic() + _PATIENCE
    with contextlib.closing(served.connect(before)) as connection, contextlib.suppress(OSError):
        while time.monotonic() < end and memory(served) < most:
            connection.sendall(piece)
            time.sleep(0.0002)  # the machine has others to serve
        raise MemoryError(f"{memory(served) - most + _KEPT:,} kB more after {_PATIENCE - end + time.monotonic():.0f} s")


def memory(served: Served) -> int:
    """Return how much memory a server has, in kB."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0])


def bodies(served: Served, *several: bytes) -> None:
    """Send bodies, each of which has to be refused with a code of HTTP and words, or answered."""
    for body in several:
        status, text = served.post(body)
        if status >= 500 or not text:
            raise ValueError(f"{body[:80]!r}: {status} {text[:300]}")


def change(served: Served, *words: str) -> None:
    """Run a command on the library that is served."""
    done = served.place.run(*words)
    if done.code:
        raise RuntimeError(str(done))


def _without(served: Served) -> None:
    shutil.rmtree(served.place.library)


def _other(served: Served) -> None:
    shutil.move(served.place.library, served.place.folder / "aside")
    change(served, "ingest", str(served.place.listing(0, 7, "other.jsonl")))


def _index(served: Served) -> None:
    shutil.rmtree(served.place.library / "chroma")
    shutil.rmtree(served.place.library / "lexical")


def _damaged(served: Served) -> None:
    for _ in range(3):
        damage.damage(served.place, served.place.library / "catalogue.sqlite3")


_TURNED: dict[str, dict[str, object]] = {
    "bool": {"model": True}, "list": {"model": []}, "messages": {"messages": {}}, "role": {"messages": [{"role": {}}]},
    "parts": {"messages": [{"role": "user", "content": [1]}]}, "n": {"n": [2]}, "stream": {"stream": "yes"},
    "empty": {"messages": []}, "null": {"messages": [{"role": "user", "content": None}]}, "options":
    {"stream_options": 5}, "nul": {"messages": [{"role": "user", "content": "\0 \ud800 moss"}]},
}  # fmt: skip
_NO_JSON = (b"", b"{", b"nonsense", b"\xff\xfe", b'{"a": "\xff"}', b"\x00", b"[]", b"1", b'"x"')
_NO_FORMS = (b"\xff=%ff&" * 9_000, b"question=%00%ff", b"&" * 9)
_PATHS = (b"/paper/%00", b"/paper/" + b"%2e%2e/" * 99 + b"etc/passwd", b"/paper/%ff%fe", b"*", b"http://[", b"/\xff")
STEADY: dict[str, Fault] = {
    "gone": lambda it: gone(it, streamed=False),
    "gone mid-stream": lambda it: gone(it, streamed=True),
    "50 silent connections": silent,
    "declared 10 GB": lambda it: it.raw(head(b"", 10_000_000_000)),
    "longer than declared": lambda it: it.raw(head(b"{}", 2, b"Connection: close\r\n") + b"{}" + b"x" * 1_000_000),
    "chunked without end": lambda it: endless(
        it, head(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"), b"10000\r\n%b\r\n" % (b"x" * 65_536)
    ),
    "header without end": lambda it: endless(it, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", b"x" * 65_536),
    "headers without end": lambda it: endless(it, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X: y\r\n" * 10_000),
    "path without end": lambda it: endless(it, b"GET /", b"x" * 65_536),
    "nonsense": lambda it: it.raw(bytes(range(256)) * 100),
    "no JSON": lambda it: bodies(it, *_NO_JSON),
    "deep JSON": lambda it: bodies(it, b"[" * 400_000, b'{"messages":' * 70_000, b"9" * 900_000),
    "other types": lambda it: bodies(
        it, *(json.dumps({**json.loads(asked("moss")), **fields}).encode() for fields in _TURNED.values())
    ),
    "a form that is none": lambda it: [it.post(body, "/") for body in _NO_FORMS],
    "odd paths": lambda it: [it.raw(b"GET %b HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n" % path) for path in _PATHS],
    "20 at once": lambda it: _together([lambda: it.ask(QUESTIONS[0])] * 20),
    "tagged": lambda it: change(it, "tag", "--match", "moss", "--add", "x"),
    "reindexed": lambda it: change(it, "reindex"),
    "index gone": _index,
}  # fmt: skip
"""What leaves the library as it was: the answer is the same afterwards."""
CHANGING: dict[str, tuple[Fault, str]] = {
    "ingested": (lambda it: change(it, "ingest", str(it.place.listing(100, 120, "more.jsonl"))), "60 papers"),
    "removed from": (lambda it: change(it, "remove", "--yes", "id3", "id7"), "38 papers"),
    "another in its place": (_other, "7 papers"),
    "library gone": (_without, ""),
    "catalogue damaged": (_damaged, "40 papers"),
}
"""What changes the library, and what is answered afterwards; where it was damaged or is gone, a word will do."""
ENDS = ("SIGINT", "SIGTERM", "SIGINT while it answers", "SIGTERM while it answers", "SIGTERM among silent connections",
        "SIGINT twice", "SIGKILL while it answers")  # fmt: skip


def prepare(place: Place) -> None:
    """Make a library to serve, and keep a copy."""
    place.run("ingest", str(place.listing(0, _PAPERS)))
    shutil.copytree(place.library, place.folder / "kept")


def trial(place: Place, number: int) -> str:
    """Serve a fresh copy, over one protocol; do one thing to it; ask; and end it in one way."""
    for name in ("library", "aside"):
        shutil.rmtree(place.folder / name, ignore_errors=True)
    shutil.copytree(place.folder / "kept", place.library)
    names = [*STEADY, *CHANGING, *ENDS]
    name = names[number % len(names)]
    with started(place) as served:
        answered = served.ask()
        outcomes = [RIGHT if f"{_PAPERS} papers" in answered[1] else SILENT]
        try:
            if name in STEADY:
                STEADY[name](served)
                outcomes.append(_same(served.ask(), answered))
            elif name in CHANGING:
                fault, words = CHANGING[name]
                fault(served)
                outcomes.append(_expected(served, words))
        except MemoryError as error:
            served.messages.append(f"{error}")
            outcomes.append(HANG)
        except (OSError, ValueError, RuntimeError) as error:
            served.messages.append(f"{type(error).__name__}: {error}")
            outcomes.append(TRACEBACK)
        outcomes.append(ended(served, name if name in ENDS else "SIGINT" if number % 2 else "SIGTERM"))
        if any("Traceback" in line for line in served.messages):
            outcomes.append(TRACEBACK)
        if worst(outcomes) not in (RIGHT, CLEAR):
            print(f"{name}: {outcomes}\n{''.join(served.messages[-40:])}", flush=True)
    return worst(outcomes)


def ended(served: Served, how: str) -> str:
    """End a server, and return whether it ended in order, in time, and left the library for others to write."""
    if "silent" in how:
        silent(served)
    if "while" in how:
        for _ in range(3):
            body = asked(QUESTIONS[0], streamed=True)
            served.place.open.append(served.connect(head(body) + body))
    number = signal.Signals[how.split()[0]]
    served.process.send_signal(number)
    if "twice" in how:
        time.sleep(0.05)
        served.process.send_signal(number)
    began = time.monotonic()
    try:
        code = served.process.wait(_END)
    except subprocess.TimeoutExpired:
        served.messages.append(f"still there after {_END} s")
        return HANG
    expected = -9 if number == signal.SIGKILL else 0
    if code != expected:
        served.messages.append(f"{how}: ended with {code} after {time.monotonic() - began:.1f} s")
        return TRACEBACK
    if not served.place.library.exists():
        return RIGHT
    status = served.place.run("status", "--json")
    done = served.place.run("tag", "id1", "--add", "free") if status.code == 0 else status
    return RIGHT if done.code == status.code else LOST


def _same(now: tuple[int, str], then: tuple[int, str]) -> str:
    told = [json.loads(text)["choices"][0]["message"]["content"] if code == 200 else text for code, text in (now, then)]
    return RIGHT if told[0] == told[1] else (CLEAR if now[0] in (429, 503) else SILENT)


def _expected(served: Served, words: str) -> str:
    code, text = served.ask()
    if words and words in text:
        return RIGHT
    served.messages.append(f"{code} {text}")
    return CLEAR if code == 503 and "error" in text else SILENT


def _together(several: list[Callable[[], tuple[int, str]]]) -> None:
    """Do things at once; raises `ValueError` where one is not answered."""
    replies: list[tuple[int, str]] = []
    threads = [threading.Thread(target=lambda do=do: replies.append(do())) for do in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(replies) != len(several) or any(code not in (200, 429) for code, _ in replies):
        raise ValueError(str(replies)[:500])


FAULTS = FaultClass("serve", 62, trial, prepare)

if __name__ == "__main__":
    main(FAULTS)
