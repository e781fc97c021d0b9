"""Answers of services -> files of a folder, from which a run that was interrupted goes on."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import files

_MOST = 2_000  # answers that are kept; the oldest go
_QUEUE = 600.0  # seconds; 200 processes that ask arXiv. After that a lock may be one that a dead process left
_ENDING = ".answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said, when (seconds since 1970), and by which mark it knows whether it would say it again."""

    body: bytes
    time: float
    etag: str = ""


class Answers:
    """The folder. What cannot be read or written there is as if it were not kept: it can be fetched again."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit

    def find(self, address: str) -> Answer | None:
        """The answer that was kept for an address; None where there is none, or it is spoilt."""
        try:
            with files.open_regular(self._path(address)) as file:
                head, _, body = file.read(self._limit + 10_000).partition(b"\n")
            facts = json.loads(head)
            if facts["address"] != address or facts["sha256"] != hashlib.sha256(body).hexdigest():
                return None
            return Answer(body, float(facts["time"]), str(facts["etag"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def keep(self, address: str, answer: Answer) -> None:
        """Keep an answer, whole or not at all."""
        facts = {
            "address": address,
            "time": answer.time,
            "etag": answer.etag,
            "sha256": hashlib.sha256(answer.body).hexdigest(),
        }
        temporary = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(suffix=".tmp", dir=self._folder)
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(facts).encode() + b"\n" + answer.body)
            Path(temporary).replace(self._path(address))
            self._forget_oldest()
        except OSError:
            if temporary:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()

    def take_turn(self, service: str, pause: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Wait until a service has had its pause since the last request of any process of this user; of several that
        wait, one goes after the other."""
        with self._alone(service):
            rest = pause - (clock() - self._asked(service))
            if rest > 0:
                sleep(min(rest, pause))
            with contextlib.suppress(OSError):
                now = clock()
                self._stamp(service).touch()
                os.utime(self._stamp(service), (now, now))

    @contextlib.contextmanager
    def _alone(self, service: str) -> Iterator[None]:
        """Keep other processes from waiting for their turn; where the folder has no locks, they are not kept."""
        import filelock

        path = self._folder / f"{service}.lock"
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError, NotImplementedError):
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                with contextlib.suppress(FileNotFoundError):
                    files.check_ordinary(path)
                stack.enter_context(filelock.FileLock(path, timeout=_QUEUE, mode=0o600))
            yield

    def _asked(self, service: str) -> float:
        """When a service was last asked; 0 where nobody knows."""
        try:
            return self._stamp(service).stat().st_mtime
        except OSError:
            return 0.0

    def _forget_oldest(self) -> None:
        kept = [
            (entry.stat().st_mtime, entry.path) for entry in os.scandir(self._folder) if entry.name.endswith(_ENDING)
        ]
        for _, path in sorted(kept)[: max(0, len(kept) - _MOST)]:
            Path(path).unlink(missing_ok=True)

    def _path(self, address: str) -> Path:
        return self._folder / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}{_ENDING}"

    def _stamp(self, service: str) -> Path:
        return self._folder / f"{service}.asked"
