"""A script -> an OpenAI-compatible endpoint for chat and embeddings on this machine that keeps to it, faults and all.

    with endpoint.serve(endpoint.says("Hello.")) as server:
        OpenAIModel("m", key="k", base_url=server.url).reply(...)
        assert len(server.requests) == 1

A script is one step, or a list of steps of which each answers one request and the last all that follow.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Literal


@dataclass(frozen=True)
class Request:
    """What one request asked; the headers are by name in lower case."""

    path: str
    headers: dict[str, str]
    body: Any


class Exchange(BaseHTTPRequestHandler):
    """One request, and the means to answer it rightly or wrongly."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    request_made: Request

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.request_made = Request(self.path, headers, json.loads(body) if body else None)
        number = self.server.record(self.request_made)
        self.close_connection = True
        with suppress(OSError):  # the client may leave whenever it likes
            self.server.step(number)(self)

    def do_GET(self) -> None:
        if self.server.lists_models:
            self.do_POST()
        else:
            self.send_error(404)

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Send the head of a reply whose body comes in chunks."""
        self.send_response(status)
        sent = {"Content_Type": kind, "Transfer_Encoding": "chunked", "Connection": "close"} | headers
        for name, value in sent.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        """Send one chunk of the body."""
        if data:  # an empty chunk would end it
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def end(self) -> None:
        """End the body as HTTP wants it; a body without this end is cut."""
        self.wfile.write(b"0\r\n\r\n")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end of the test; return whether it came."""
        return self.server.over.wait(seconds)

    def log_message(self, format: str, *args: object) -> None: ...


Step = Callable[[Exchange], None]


class Server(ThreadingHTTPServer):
    """The endpoint. Leaving the block that serves it ends whatever hangs, and waits for every thread."""

    daemon_threads = False

    def __init__(self, steps: Sequence[Step], *, lists_models: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.lists_models = lists_models
        self.requests: list[Request] = []
        self.over = Event()
        self._steps = steps
        self._lock = Lock()

    @property
    def url(self) -> str:
        """The base URL that a client is given."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def record(self, request: Request) -> int:
        """Remember a request; return its number, from 0."""
        with self._lock:
            self.requests.append(request)
            return len(self.requests) - 1

    def step(self, number: int) -> Step:
        """Return what answers the request of this number."""
        return self._steps[min(number, len(self._steps) - 1)]


@contextmanager
def serve(script: Step | Sequence[Step], *, lists_models: bool = True) -> Iterator[Server]:
    """Serve the script while the block runs. One that does not list its models keeps its steps for the replies."""
    with Server([script] if callable(script) else script, lists_models=lists_models) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


def chunk(content: object = None, finish: str | None = None, **more: object) -> dict[str, Any]:
    """Return the event that carries a piece of a reply, or its end."""
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": [choice],
        **more,
    }


def usage(read: int, written: int) -> dict[str, Any]:
    """Return the event that comes last where usage was asked for."""
    counts = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return chunk() | {"choices": [], "usage": counts}


def encoded(*events: object, done: bool = True) -> bytes:
    """Return events as they go over the wire; bytes go as they are."""
    lines = [item if isinstance(item, bytes) else b"data: %b\n\n" % json.dumps(item).encode() for item in events]
    return b"".join([*lines, b"data: [DONE]\n\n" if done else b""])


def streams(*events: object, done: bool = True, then: Literal["end", "cut", "stall"] = "end") -> Step:
    """Stream these events, each in a chunk of its own, and end the body, or close the connection, or do nothing."""

    def step(exchange: Exchange) -> None:
        exchange.begin()
        for event in events:
            exchange.send(encoded(event, done=False))
        if then == "end":
            exchange.send(encoded(done=done))
            exchange.end()
        elif then == "stall":
            exchange.wait()

    return step


def says(*pieces: str, finish: str = "stop", tokens: tuple[int, int] | None = (900, 9)) -> Step:
    """Stream a reply as an endpoint should."""
    return streams(chunk(""), *map(chunk, pieces), chunk(finish=finish), *([usage(*tokens)] if tokens else []))


def answers(status: int, body: object = b"", kind: str = "application/json", **headers: str) -> Step:
    """Answer at once, with this status and body."""

    def step(exchange: Exchange) -> None:
        exchange.begin(status, kind, **headers)
        exchange.send(body if isinstance(body, bytes) else json.dumps(body).encode())
        exchange.end()

    return step


def item(index: int, vector: object) -> dict[str, Any]:
    """Return one vector of a reply, and of which text it is."""
    return {"object": "embedding", "index": index, "embedding": vector}


def listed(items: Sequence[object]) -> bytes:
    """Return the body of a reply that holds vectors."""
    return json.dumps({"object": "list", "model": "m", "data": items, "usage": {}}).encode()


def embeds(exchange: Exchange) -> None:
    """Answer with the length of each text as a direction, in reverse order."""
    items = [item(index, [len(text), 1.0]) for index, text in enumerate(exchange.request_made.body["input"])]
    answers(200, listed(items[::-1]))(exchange)


def refuses(status: int, message: str, code: str | None = None, **headers: str) -> Step:
    """Answer with an error in OpenAI's form; a client that tries again does so at once."""
    error = {"message": message, "type": "error", "param": None, "code": code}
    return answers(status, {"error": error}, **(headers or {"retry_after_ms": "1"}))


def hangs(exchange: Exchange) -> None:
    """Take the request and never answer."""
    exchange.wait()


def drips(data: bytes, head: bytes = b"", pause: float = 0.02) -> Step:
    """Send `head` at once if given, else the usual head, then one byte at a time."""

    def step(exchange: Exchange) -> None:
        exchange.wfile.write(head) if head else exchange.begin()
        for place in range(len(data)):
            if exchange.wait(pause):
                return
            (exchange.wfile.write if head else exchange.send)(data[place : place + 1])

    return step


def repeats(data: bytes, times: int | None = None, kind: str = "text/event-stream") -> Step:
    """Send the same bytes again and again, without end unless `times` is given."""

    def step(exchange: Exchange) -> None:
        exchange.begin(kind=kind)
        for _ in iter(int, 1) if times is None else range(times):
            if exchange.wait(0):
                return
            exchange.send(data)
        exchange.end()

    return step


def floods(status: int) -> Step:
    """Answer with this status and a body without end."""

    def step(exchange: Exchange) -> None:
        exchange.begin(status, "application/json")
        while not exchange.wait(0):
            exchange.send(b"x" * 65_536)

    return step


def informs(exchange: Exchange) -> None:
    """Say again and again that an answer will come."""
    while not exchange.wait(0):
        exchange.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
