"""Run `python -m bench.faults.endpoint`: a chat or embeddings endpoint that misbehaves -> an answer, or exit code 5."""

import contextlib
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.faults.trials import QUESTIONS, SILENT, FaultClass, Place, judge, main

_KEY = "sk-faults-0123456789abcdef"
_LIMIT = 300.0  # seconds: 180 of the deadline and 120 for a busy machine
_MEMORY = 'ulimit -v 4000000 && exec "$0" "$@"'
_ENDLESS = 2_000_000_000  # bytes after which an endless reply ends all the same


class Misbehaving(BaseHTTPRequestHandler):
    """Answers as the first folder of its path says: /MODE/v1/…"""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            MODES[self.path.split("/")[1]](self)

    def do_GET(self) -> None:
        self.do_POST()

    def reply(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, text in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def endless(self, status: int, piece: bytes, head: bytes = b"Content-Type: text/event-stream\r\n\r\n") -> None:
        self.wfile.write(b"HTTP/1.1 %d X\r\n%b" % (status, head))
        for _ in range(_ENDLESS // len(piece)):
            self.wfile.write(piece)

    def drip(self, content: bytes, head: bytes = b"") -> None:
        """Send a byte a second, until the program is tired of it or the server ends."""
        self.wfile.write(head)
        for _ in range(600):
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if OVER.wait(1.0):
                    return

    def log_message(self, format: str, *args: object) -> None: ...


OVER = threading.Event()
_BOMB = gzip.compress(bytes(50_000_000))
_HELLO = b'data: {"choices": [{"index": 0, "delta": {"content": "It is so."}, "finish_reason": null}]}\n\n'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

Mode = Callable[[Misbehaving], object]
QUICK: dict[str, Mode] = {
    "401": lambda it: it.reply(401, json.dumps({"error": {"message": f"bad key {_KEY}"}}).encode()),
    "404": lambda it: it.reply(404, b"nothing here", "text/plain"),
    "400-binary": lambda it: it.reply(400, bytes(range(256))),
    "302": lambda it: it.reply(302, b"", Location=f"http://127.0.0.1:9/?key={_KEY}"),
    "200-empty": lambda it: it.reply(200, b""),
    "200-html": lambda it: it.reply(200, b"<html>\x1b[2J</html>", "text/html"),
    "200-json": lambda it: it.reply(200, b'{"data": "no"}'),
    "200-null": lambda it: it.reply(200, b"null"),
    "200-deep": lambda it: it.reply(200, b"[" * 100_000),
    "nan-vector": lambda it: it.reply(200, b'{"data": [{"index": 0, "embedding": [NaN]}]}'),
    "cut-head": lambda it: it.wfile.write(b"HTTP/1.1 200 O"),
    "nonsense": lambda it: it.wfile.write(b"\x16\x03\x01" * 100),
    "closed": lambda _: None,
    "stream-cut": lambda it: it.wfile.write(_HEAD + _HELLO),
    "stream-bad": lambda it: it.wfile.write(_HEAD + b"data: {nonsense\n\n"),
    "stream-array": lambda it: it.wfile.write(_HEAD + b"data: [1]\n\ndata: [DONE]\n\n"),
    "stream-empty": lambda it: it.wfile.write(_HEAD + b"data: [DONE]\n\n"),
    "long-header": lambda it: it.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"),
    "gzip-bomb": lambda it: it.reply(200, _BOMB, Content_Encoding="gzip"),
    "gzip-bomb-401": lambda it: it.reply(401, _BOMB, Content_Encoding="gzip"),
    "not-gzip": lambda it: it.reply(200, b"plain", Content_Encoding="gzip"),
    "endless-200": lambda it: it.endless(200, b"x" * 65_536),
    "endless-401": lambda it: it.endless(401, b"x" * 65_536),
    "endless-stream": lambda it: it.endless(200, _HELLO * 500),
    "endless-1xx": lambda it: it.endless(100, b"HTTP/1.1 100 Continue\r\n\r\n", b"\r\n"),
    "endless-head": lambda it: it.endless(200, b"X-Header: x\r\n" * 1_000, b""),
}
SLOW: dict[str, Mode] = {
    "hang": lambda _: OVER.wait(600.0),
    "500": lambda it: it.reply(500, b"{}"),
    "429": lambda it: it.reply(429, b"{}", Retry_After="59"),
    "drip-head": lambda it: it.drip(b"HTTP/1.1 200 OK\r\nX-Slow: 1\r\n"),
    "drip-body": lambda it: it.drip(_HELLO, _HEAD),
}
MODES = QUICK | SLOW


def prepare(place: Place) -> None:
    """Make a library to ask."""
    place.run("ingest", str(place.listing(0, 20)))


def trial(place: Place, number: int) -> str:
    """Ask a misbehaving model, or ingest with a misbehaving embedder; one try in 28 has one of the slow modes."""
    modes = list(SLOW if number % 28 == 27 else QUICK)
    mode = modes[number // 28 % len(modes)] if number % 28 == 27 else modes[number // 2 % len(modes)]
    with _served() as port:
        own = {"OPENAI_BASE_URL": f"http://127.0.0.1:{port}/{mode}/v1", "OPENAI_API_KEY": _KEY}
        if number % 2:
            library = str(place.folder / f"other{number}")
            words = ["ingest", "--library", library, "--embedder", "openai:e", str(place.listing(0, 5, "few.jsonl"))]
        else:
            words = ["ask", "--json", "--model", "m", QUESTIONS[0]]
        run = place.run(*words, prefix=["bash", "-c", _MEMORY], limit=_LIMIT, more=own)
    is_leaked = _KEY[:-4] in run.output + run.messages
    return SILENT if is_leaked else judge(run, None)


@contextmanager
def _served() -> Iterator[int]:
    """Serve all modes on a port of this machine while the block runs."""
    OVER.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        OVER.set()
        server.shutdown()
        server.server_close()


FAULTS = FaultClass("endpoint", 170, trial, prepare)

if __name__ == "__main__":
    main(FAULTS)
