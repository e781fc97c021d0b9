"""A command -> the same in a fork of this process, which has imported all: in a tenth of the time of a new process."""

import atexit
import contextlib
import importlib
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.faults.trials import LIMIT, Place, Run

_LOOK = 0.002  # seconds between two looks at whether a command has ended


class Fork:
    """A command that runs."""

    def __init__(self, place: Place, words: Sequence[str], typed: bytes = b"", then: Callable[[], None] | None = None):
        """Start it; `then` is called in the fork at its end."""
        self._words = " ".join(words)
        self._files = [tempfile.TemporaryFile() for _ in range(3)]  # noqa: SIM115  closed by `finish`
        self._files[0].write(typed)
        self._files[0].seek(0)
        self._status: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self._began = time.monotonic()
        self._process = os.fork()
        if not self._process:
            self._become(place, list(words), then)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self._began

    def has_ended(self) -> bool:
        """Whether it is over."""
        if self._status is None:
            process, status = os.waitpid(self._process, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if process else None
        return self._status is not None

    def wait(self, seconds: float) -> bool:
        """Wait so long for its end; return whether it is over."""
        end = time.monotonic() + seconds
        while not self.has_ended():
            if time.monotonic() > end:
                return False
            time.sleep(_LOOK)
        return True

    def kill(self) -> None:
        """Kill it and its children, where it still runs."""
        if not self.has_ended():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process, 9)
            _, status = os.waitpid(self._process, 0)
            self._status = os.waitstatus_to_exitcode(status)

    def finish(self, limit: float = LIMIT) -> Run:
        """Wait for it, at most to the limit."""
        is_over = self.wait(limit)
        self.kill()
        texts = []
        for file in self._files:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
            file.close()
        return Run(self._status if is_over else None, texts[1], texts[2], self._words)

    def _become(self, place: Place, words: list[str], then: Callable[[], None] | None) -> None:
        code = 1
        try:
            with contextlib.suppress(PermissionError):
                os.setpgid(0, 0)
            for number, file in enumerate(self._files):
                os.dup2(file.fileno(), number)
            atexit._clear()  # what this process cleans up is not the fork's to clean
            os.chdir(place.folder)
            os.environ.clear()
            os.environ.update(place.environment)
            from assistant.cli import main

            code = main.run(words)
            if then:
                then()
            sys.stdout.flush()
            sys.stderr.flush()
            atexit._run_exitfuncs()
        except BaseException:  # noqa: BLE001  as Python itself ends
            os.write(2, traceback.format_exc().encode())
            code = 1
        finally:
            os._exit(code)


def run(place: Place, *words: str, typed: bytes = b"", limit: float = LIMIT) -> Run:
    """Run a command to its end, or to the limit."""
    return Fork(place, words, typed).finish(limit)


def warm(place: Place, *commands: Sequence[str]) -> None:
    """Run commands, and import here what they import there. Nothing more: a Chroma that is open cannot fork."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    path = place.folder / "modules"

    def note() -> None:
        with path.open("a") as file:
            file.writelines(f"{name}\n" for name in sys.modules)

    for words in commands:
        Fork(place, words, then=note).finish()
    for name in dict.fromkeys(path.read_text().split()):
        if not name.startswith(("__", "bench")):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    path.unlink()


def copied(place: Place, name: str, folder: Path) -> None:
    """Put a fresh copy of a folder in the place of another."""
    import shutil

    target = place.folder / name
    shutil.rmtree(target, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, target)
