"""A folder <-> the conversations kept in it: one file each, to which whole turns are appended and never changed."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assistant.answering.conversation import transcript
from assistant.answering.conversation.turns import Conversation
from assistant.domain.errors import ArchiveError, UsageError
from assistant.library import disk

_SUFFIX = ".jsonl"
_FIRST = 100_000  # bytes of a first line at most: it names a folder


@dataclass(frozen=True, slots=True)
class Archive:
    """Conversations on disk, by id."""

    folder: Path

    def start(self, library: Path, now: datetime) -> Conversation:
        """Return a new conversation; it gets a file with its first turn."""
        name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        return Conversation(name, str(library), now)

    def ids(self) -> list[str]:
        """Return the ids of all conversations, the one that went on last first."""
        kept = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                if _begun(path):
                    kept.append((path.stat().st_mtime_ns, path.stem))
        return [id for _, id in sorted(kept, reverse=True)]

    def find(self, name: str) -> str:
        """Return the one id that begins with `name`; raises `UsageError`."""
        ids = self.ids()
        found = [id for id in ids if id.startswith(name)] if name else []
        if len(found) == 1 or name in found:
            return name if name in found else found[0]
        why = f"{len(found)} conversations begin with {name}" if found else f"no conversation is called {name!r}"
        raise UsageError(f"{why}; `assistant history` lists them")

    def load(self, id: str) -> Conversation:
        """Return a conversation; a last line that was not written to its end is left out. Raises `ArchiveError`."""
        path = self._path(id)
        try:
            whole = path.read_bytes()
            text = whole[: whole.rfind(b"\n") + 1].decode("ascii")
            return replace(transcript.read(text.splitlines()), id=id)  # the file may be a copy
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise ArchiveError(
                f"{path} is no conversation of this version ({error}); mend it, or move it elsewhere"
            ) from error

    def kept(self, conversation: Conversation) -> Conversation:
        """Return a conversation as its file tells it by now, and as it is where that tells nothing new."""
        if not _begun(self._path(conversation.id)):
            return conversation
        found = self.load(conversation.id)
        same = (len(found.recorded), found.undone) == (len(conversation.recorded), conversation.undone)
        return conversation if same else found

    def delete(self, id: str) -> None:
        """Remove a conversation for good; raises `ArchiveError`, as while it is open somewhere."""
        with self.held(id):
            try:
                self._path(id).unlink()
            except OSError as error:
                raise ArchiveError(f"{self._path(id)}: {error.strerror}; it is not deleted") from error

    def append(self, conversation: Conversation, line: str) -> None:
        """Add one line to a conversation's file, and its first line where there is none; on disk on return."""
        path = self._path(conversation.id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                end = _end(descriptor)
                written = ((transcript.begin(conversation) if not end else "") + line).encode("ascii")
                os.ftruncate(descriptor, end)  # what a killed process did not finish
                try:
                    _write(descriptor, written, end)
                    os.fsync(descriptor)
                except OSError:
                    os.ftruncate(descriptor, end)
                    raise
            finally:
                os.close(descriptor)
            if not end:
                disk.flush(self.folder)
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror}; this turn is not kept") from error

    @contextlib.contextmanager
    def held(self, id: str) -> Iterator[None]:
        """Hold a conversation so that nobody else goes on with it; raises `ArchiveError` where somebody does."""
        path = self._path(id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror}; ASSISTANT_CHATS names another folder for chats") from error
        try:
            _lock(descriptor, id)
            try:
                yield
            finally:
                if not os.fstat(descriptor).st_size:
                    path.unlink(missing_ok=True)  # nothing was asked
        finally:
            os.close(descriptor)

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}{_SUFFIX}"


def _begun(path: Path) -> bool:
    """Whether a file holds its first line whole; of one that cannot be read, loading it will tell more."""
    try:
        with path.open("rb") as file:
            return b"\n" in file.readline(_FIRST)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _lock(descriptor: int, id: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ArchiveError(f"conversation {id} is open in another chat; leave it there first") from error


def _end(descriptor: int) -> int:
    """Return where the last whole line ends."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).rfind(b"\n") + 1


def _write(descriptor: int, data: bytes, place: int) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(descriptor, data[done:], place + done)
