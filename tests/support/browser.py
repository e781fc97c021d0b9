"""An address -> a page in a headless Chromium, driven over two pipes by the browser's own protocol; no port, no driver.

https://chromedevtools.github.io/devtools-protocol/
"""

import itertools
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

PATIENCE = 60.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def executable() -> str | None:
    """The browser of this machine, None where there is none."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page. Nothing sleeps: each wait ends with the event that it waits for, or fails after `PATIENCE` seconds."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._numbers = itertools.count(1)
        self._buffer = b""
        self.events: list[dict[str, Any]] = []
        """All that happened, in order."""
        self._session: str | None = None
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have the browser do something, and return what it says."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def open(self, url: str) -> None:
        """Go to an address, and wait until it is there."""
        begin = len(self.events)
        self.send("Page.navigate", url=url)
        self.loaded(begin)

    def loaded(self, begin: int) -> None:
        """Wait until a page has been loaded after so many events."""
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events[begin:]):
            self.events.append(self._read())

    def evaluate(self, script: str) -> Any:
        """Return what a script of ours gives, or promises; pages keep theirs from being added, and not this."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, script: str) -> None:
        """Run a script that leads to another page, and wait for that."""
        begin = len(self.events)
        self.evaluate(script)
        self.loaded(begin)

    def complaints(self) -> list[str]:
        """What the browser refused or found wrong, such as a violation of the page's own policy."""
        entries = [event["params"]["entry"] for event in self.events if event.get("method") == "Log.entryAdded"]
        thrown = [event for event in self.events if event.get("method") == "Runtime.exceptionThrown"]
        return [*(entry["text"] for entry in entries if entry["level"] == "error"), *map(str, thrown)]

    def _read(self) -> dict[str, Any]:
        latest = monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], max(latest - monotonic(), 0))
            assert ready, f"the browser said nothing for {PATIENCE} seconds"
            piece = os.read(self._from, 65_536)
            assert piece, "the browser has ended"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


@contextmanager
def browse(folder: Path, options: Sequence[str] = ()) -> Iterator[Tab]:
    """Open a browser that keeps what it keeps in `folder`."""
    path = executable()
    assert path, "there is no browser on this machine"
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    # The browser reads from descriptor 3 and writes to 4, whatever numbers the pipes have here.
    shell = f'exec 3<&{to_read} 4>&{from_write}; exec "$@"'
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    flags += ["--remote-debugging-pipe", f"--user-data-dir={folder}", "--no-proxy-server", *options]
    process = subprocess.Popen(
        ["bash", "-c", shell, "bash", path, *flags],
        pass_fds=(to_read, from_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(from_write)
    try:
        yield Tab(to_write, from_read)
    finally:
        os.close(to_write)  # which ends it
        os.close(from_read)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
