"""A function -> an embeddings endpoint on this machine that answers by it, and remembers what it was asked."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

Answer = Callable[["Handler", dict[str, Any]], None]


class Server(ThreadingHTTPServer):
    """An endpoint that answers as it is told, and remembers what it was asked."""

    daemon_threads = True
    answer: Answer
    asked: list[dict[str, Any]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(request | {"path": self.path, "key": self.headers["Authorization"]})
        self.server.answer(self, request)

    def do_GET(self) -> None:
        self.server.asked.append({"path": self.path})
        self.reply(200, b"{}")

    def log_message(self, format: str, *args: object) -> None:
        return

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.answer = vectors_of_lengths
        running.asked = []
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def item(index: int, vector: Any) -> dict[str, Any]:
    return {"object": "embedding", "index": index, "embedding": vector}


def listed(items: list[dict[str, Any]]) -> bytes:
    return json.dumps({"object": "list", "model": "m", "data": items, "usage": {}}).encode()


def vectors_of_lengths(handler: Handler, request: dict[str, Any]) -> None:
    """The length of each text as a direction, in reverse order."""
    items = [item(index, [len(text), 1.0]) for index, text in enumerate(request["input"])]
    handler.reply(200, listed(items[::-1]))
