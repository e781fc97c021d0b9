"""A command that serves -> its process, as a client sees it, and as it is asked over HTTP."""

import contextlib
import json
import re
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from bench.faults.trials import LIMIT, Place, kill

_COUNTED = "How many papers are there?"
_URL = re.compile(r"(?:page|at) +(http://127\.0\.0\.1:(\d+))")


@dataclass(slots=True)
class Served:
    """A server that runs, as a client sees it."""

    place: Place
    process: "subprocess.Popen[bytes]"
    port: int
    messages: list[str]

    def connect(self, content: bytes = b"") -> socket.socket:
        """Connect, and send these bytes."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        with contextlib.suppress(OSError):  # it may have hung up meanwhile
            connection.sendall(content)
        return connection

    def raw(self, content: bytes) -> bytes:
        """Send bytes, and return all that comes back."""
        with contextlib.closing(self.connect(content)) as connection:
            pieces = []
            with contextlib.suppress(ConnectionError):
                while piece := connection.recv(65_536):
                    pieces.append(piece)
            return b"".join(pieces)

    def post(self, body: bytes, path: str = "/v1/chat/completions") -> tuple[int, str]:
        """Return the status and the text of a reply."""
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=LIMIT) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ask(self, question: str = _COUNTED, *, streamed: bool = False) -> tuple[int, str]:
        """Return the status and the text of an answer."""
        return self.post(asked(question, streamed=streamed))


def asked(question: str, *, streamed: bool = False) -> bytes:
    """Return the body of a question."""
    messages = [{"role": "user", "content": question}]
    return json.dumps({"model": "assistant", "stream": streamed, "messages": messages}).encode()


def head(body: bytes, length: int | None = None, more: bytes = b"") -> bytes:
    """Return a request up to its body."""
    length = len(body) if length is None else length
    return b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n%b\r\n" % (length, more)


@contextlib.contextmanager
def started(place: Place) -> Iterator[Served]:
    """Start a server, and have it killed in the end."""
    process = place.start("serve", "--port", "0")
    messages: list[str] = []
    stderr = process.stderr
    if stderr is None:
        raise RuntimeError("a command without pipes")
    port = 0
    while not port and (line := stderr.readline().decode()):
        messages.append(line)
        match = _URL.search(line)
        port = int(match[2]) if match else 0
    reader = threading.Thread(target=lambda: messages.extend(line.decode("utf-8", "replace") for line in stderr))
    reader.start()
    try:
        yield Served(place, process, port, messages)
    finally:
        kill(process)
        process.wait()
        reader.join()
        for connection in place.open:
            connection.close()
        place.open.clear()
