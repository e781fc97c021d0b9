"""Run `python -m bench.faults.agents`: `mcp` over its streams, to which an agent writes what is no call, over a library
that is changed or taken away -> later calls are answered or told why not, and it ends with the agent."""

import contextlib
import json
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Any

from bench.faults.damage import damage
from bench.faults.trials import (
    CLEAR,
    HANG,
    LIMIT,
    RIGHT,
    SILENT,
    TRACEBACK,
    FaultClass,
    Place,
    kill,
    main,
    worst,
)

_PAPERS = 40
_END = 20.0  # seconds in which it has to end
_CLIENT = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "faults", "version": "1"}}
Reply = dict[str, Any]


def line(method: str, number: object, **params: object) -> bytes:
    """Return a request as it is written."""
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


def call(tool: str, number: object, **arguments: object) -> bytes:
    """Return a call of a tool as it is written."""
    return line("tools/call", number, name=tool, arguments=arguments)


_NOTE = json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}}).encode()
LINES: dict[str, bytes] = {
    "no JSON": b"nonsense\n\n{\n\x00\n\xff\xfe\xfd\n",
    "no request": b'{}\n[]\nnull\n1\n"x"\n{"jsonrpc": "2.0"}\n{"jsonrpc": "1.0", "id": 7, "method": "ping"}\n',
    "deep": b"[" * 200_000 + b"\n" + b'{"a":' * 200_000 + b"\n",
    "20 MB": b'{"jsonrpc": "2.0", "id": 7, "method": "' + b"x" * 20_000_000 + b'"}\n',
    "20 MB of a query": call("search", 7, query="x" * 20_000_000),
    "a number of a million digits": b'{"jsonrpc": "2.0", "id": ' + b"9" * 1_000_000 + b', "method": "ping"}\n',
    "unknown": line("nonsense", 7) + line("tools/nonsense", 8) + call("nonsense", 9) + line("resources/read", 10),
    "other types": line("tools/call", 7, name=1) + line("tools/call", 8, name="search", arguments=[1])
    + call("search", 9, query=5) + call("search", 10, query="moss", limit="many") + call("show", 11, paper=None),
    "odd texts": call("search", 7, query="\ud800") + call("ask", 8, question="\0") + call("show", 9, paper="../" * 99)
    + line("resources/read", 10, uri="paper://../../etc/passwd") + line("resources/read", 11, uri="file:///etc/passwd"),
    "odd ids": b"".join(call("show", id, paper="id1") for id in (None, "x" * 9_000, 1.5, True, [1])),
    "the same id": call("show", 7, paper="id1") * 3,
    "no such call to cancel": _NOTE + b"\n" + b"\n",
    "30 at once": b"".join(call("ask", number, question="How do we measure moss?") for number in range(100, 130)),
    "add, which is off": call("add", 7, papers=["2210.10760"]),
}  # fmt: skip
LIBRARY = ("tagged", "removed from", "index gone", "damaged", "gone")
ENDS = ("the agent goes", "the agent goes in the middle of a line", "SIGTERM", "SIGINT", "SIGKILL")


class Agent:
    """An agent, and the process that it started."""

    def __init__(self, place: Place) -> None:
        self.process = place.start("mcp")
        self.messages: list[str] = []
        self.strange: list[str] = []
        """Lines that are none of the protocol."""
        self._replies: Queue[Reply] = Queue()
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._listen)]
        for thread in self._threads:
            thread.start()

    def write(self, content: bytes) -> None:
        """Write bytes, as far as they are taken."""
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(content)
                self.process.stdin.flush()

    def reply(self, number: int) -> Reply | None:
        """Return the reply to a request; None where there is none."""
        with contextlib.suppress(Empty):
            while (reply := self._replies.get(timeout=LIMIT)).get("id") != number:
                pass
            return reply
        return None

    def join(self) -> None:
        """Wait until all was read."""
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        for text in self.process.stdout or ():
            try:
                self._replies.put(json.loads(text))
            except ValueError:
                self.strange.append(text.decode("utf-8", "replace"))

    def _listen(self) -> None:
        self.messages += (text.decode("utf-8", "replace") for text in self.process.stderr or ())


def prepare(place: Place) -> None:
    """Make a library to ask, and keep a copy."""
    place.run("ingest", str(place.listing(0, _PAPERS)))
    shutil.copytree(place.library, place.folder / "kept")


def trial(place: Place, number: int) -> str:
    """Start it over a fresh copy; do one thing to it; call a tool; and end it in one way."""
    shutil.rmtree(place.library, ignore_errors=True)
    shutil.copytree(place.folder / "kept", place.library)
    names = [*LINES, *LIBRARY, *ENDS]
    name = names[number % len(names)]
    with started(place) as agent:
        agent.write(line("initialize", 1, **_CLIENT))
        outcomes = [RIGHT if agent.reply(1) else HANG]
        agent.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        agent.write(LINES.get(name, b""))
        _change(place, name)
        if name not in ENDS:
            agent.write(call("ask", 555, question="How many papers are there?"))
            outcomes.append(_answered(agent.reply(555), name))
        outcomes.append(_ended(agent, name if name in ENDS else ENDS[number % 2 * 2]))
    outcomes += [SILENT] * bool(agent.strange)
    outcomes += [TRACEBACK] * any("Traceback" in text for text in agent.messages)
    if worst(outcomes) not in (RIGHT, CLEAR):
        print(f"{name}: {outcomes} {agent.strange[:3]}\n{''.join(agent.messages[-30:])}", flush=True)
    return worst(outcomes)


@contextlib.contextmanager
def started(place: Place) -> Iterator[Agent]:
    """Start it, and have it killed in the end."""
    agent = Agent(place)
    try:
        yield agent
    finally:
        kill(agent.process)
        agent.process.wait()
        agent.join()


def _change(place: Place, name: str) -> None:
    """Change the library that it has open."""
    match name:
        case "tagged":
            place.run("tag", "id1", "--add", "x")
        case "removed from":
            place.run("remove", "--yes", "id3", "id7")
        case "index gone":
            for kind in ("chroma", "lexical"):
                shutil.rmtree(place.library / kind)
        case "damaged":
            for _ in range(3):
                damage(place, place.library / "catalogue.sqlite3")
        case "gone":
            shutil.rmtree(place.library)


def _answered(reply: Reply | None, name: str) -> str:
    if reply is None:
        return HANG
    text = json.dumps(reply)
    if f"{38 if name == 'removed from' else _PAPERS} papers" in text:
        return RIGHT
    return CLEAR if "cannot be used" in text and name in LIBRARY else SILENT


def _ended(agent: Agent, how: str) -> str:
    """End it, while it answers where `how` is one of the ways to go; return whether it did, in time."""
    agent.write(call("ask", 777, question="How do we measure moss near granite?"))
    stdin = agent.process.stdin
    if how.startswith("SIG"):
        agent.process.send_signal(signal.Signals[how])
    elif stdin:
        if "middle" in how:
            agent.write(b'{"jsonrpc": "2.0", "id": 8, "meth')
        with contextlib.suppress(BrokenPipeError):
            stdin.close()
    try:
        code = agent.process.wait(_END)
    except subprocess.TimeoutExpired:
        agent.messages.append(f"{how}: still there after {_END} s")
        return HANG
    if code != (-signal.Signals[how].value if how.startswith("SIG") else 0):
        agent.messages.append(f"{how}: ended with {code}")
        return TRACEBACK
    return RIGHT


FAULTS = FaultClass("mcp", 50, trial, prepare)

if __name__ == "__main__":
    main(FAULTS)
