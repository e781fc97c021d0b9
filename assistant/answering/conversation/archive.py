"""A folder <-> the conversations kept in it: one file each, to which whole turns are appended and never changed."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import FileIO
from pathlib import Path

from assistant.answering.conversation import transcript
from assistant.answering.conversation.turns import Conversation
from assistant.domain import files
from assistant.domain.errors import ArchiveError, UsageError
from assistant.library import disk

_SUFFIX = ".jsonl"
_LONGEST_OPENING = 100_000  # bytes of a first line: it names a folder


@dataclass(frozen=True, slots=True)
class Archive:
    """Conversations on disk, by id."""

    folder: Path

    def start(self, library: Path, now: datetime) -> Conversation:
        """Return a new conversation; it gets a file with its first turn."""
        id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        return Conversation(id, str(library), now)

    def ids(self) -> list[str]:
        """Return the ids of all conversations, the one that went on last first."""
        ids = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                if _has_first_line(path):
                    ids.append((path.lstat().st_mtime_ns, path.stem))
        return [id for _, id in sorted(ids, reverse=True)]

    def find(self, name: str) -> str:
        """Return the one id that is `name` or begins with it; raises `UsageError`."""
        ids = self.ids()
        if name in ids:
            return name
        matches = [id for id in ids if id.startswith(name)] if name else []
        if len(matches) == 1:
            return matches[0]
        many, none = f"{len(matches)} conversations begin with {name}", f"no conversation is called {name!r}"
        raise UsageError(many if matches else none, cure="`assistant history` lists them")

    def load(self, id: str) -> Conversation:
        """Return a conversation; a last line that was not written to its end is left out. Raises `ArchiveError`."""
        path = self._path(id)
        try:
            with files.open_regular(path) as file:
                whole = file.read()
            text = whole[: whole.rfind(b"\n") + 1].decode("ascii")
            return replace(transcript.parse(text.splitlines()), id=id)  # the file may be a copy
        except OSError as error:
            cause, cure = str(error.strerror), "make it readable, or move it elsewhere"
            raise ArchiveError("this conversation cannot be read", path=path, cause=cause, cure=cure) from error
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            cause = f"no field {error}" if isinstance(error, KeyError) else str(error)
            cure = "mend it, or move it elsewhere"
            raise ArchiveError("is no conversation of this version", path=path, cause=cause, cure=cure) from error

    def reload(self, conversation: Conversation) -> Conversation:
        """Return a conversation as its file has it by now; the same object where nothing has changed."""
        if not _has_first_line(self._path(conversation.id)):
            return conversation
        latest = self.load(conversation.id)
        same = (len(latest.recorded), latest.undone) == (len(conversation.recorded), conversation.undone)
        return conversation if same else latest

    def delete(self, id: str) -> None:
        """Remove a conversation for good; raises `ArchiveError`, as while it is open somewhere."""
        path = self._path(id)
        with self.lock(id):
            try:
                path.unlink()
            except OSError as error:
                raise ArchiveError("it is not deleted", path=path, cause=str(error.strerror)) from error

    def append(self, conversation: Conversation, line: str) -> None:
        """Add one line to a conversation's file, and its first line where there is none; on disk on return."""
        path = self._path(conversation.id)
        try:
            self._make_folder()
            with FileIO(path, "r+b", opener=_open_private) as file:
                end = file.read().rfind(b"\n") + 1
                opening = "" if end else transcript.opening_line(conversation)
                file.truncate(end)  # what a killed process did not finish
                try:
                    _write(file, (opening + line).encode("ascii"), end)
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(end)
                    raise
            if not end:
                disk.flush(self.folder)
        except OSError as error:
            cure = "ASSISTANT_CHATS names another folder for chats"
            raise ArchiveError("this turn is not kept", path=path, cause=str(error.strerror), cure=cure) from error

    @contextlib.contextmanager
    def lock(self, id: str) -> Iterator[None]:
        """Keep all others from going on with a conversation; raises `ArchiveError` where somebody else does so.

        The lock is gone with its process, however that ends.
        """
        from filelock import FileLock, Timeout

        path = self.folder / f"{id}.lock"
        lock = FileLock(path, timeout=0, mode=0o600)
        try:
            self._make_folder()
            with contextlib.suppress(FileNotFoundError):
                files.check_ordinary(path)
            lock.acquire()
        except Timeout as error:
            raise ArchiveError(f"conversation {id} is open in another chat", cure="leave it there first") from error
        except OSError as error:
            cause, cure = str(error.strerror), "ASSISTANT_CHATS names another folder for chats"
            raise ArchiveError("cannot be locked", path=self._path(id), cause=cause, cure=cure) from error
        try:
            yield
        finally:
            # Removed before it is released: whoever has opened it by then sees that it is gone, and gets no lock.
            with contextlib.suppress(OSError):
                path.unlink()
            lock.release()

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}{_SUFFIX}"


def _has_first_line(path: Path) -> bool:
    """Whether a file has its first line whole, or cannot be read, so that to load it will say why."""
    try:
        with files.open_regular(path) as file:
            return b"\n" in file.readline(_LONGEST_OPENING)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _open_private(path: str, flags: int) -> int:
    """Open a file, made where there is none, that only its owner can read."""
    return files.regular(path, flags | os.O_CREAT)


def _write(file: FileIO, data: bytes, offset: int) -> None:
    """Write all of `data` from an offset on; a single call may write less."""
    file.seek(offset)
    while data:
        data = data[file.write(data) :]
