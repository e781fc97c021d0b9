"""A folder <-> the conversations kept in it: one file each, to which whole turns are appended and never changed."""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import FileIO
from pathlib import Path

from assistant.answering.conversation import lines, transcript
from assistant.answering.conversation.turns import Conversation
from assistant.domain import files
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import ArchiveError, UsageError
from assistant.library import disk

_SUFFIX = ".jsonl"
_LOCK = ".lock"
_TORN = ".torn"
_LOCK_SECONDS = 0.2  # how long a chat waits for a lock: a sweep has one for a moment
_ELSEWHERE = "ASSISTANT_CHATS names another folder for chats"
_MEND = "mend it, or move it elsewhere"


@dataclass(frozen=True, slots=True)
class Archive:
    """Conversations on disk, by id."""

    folder: Path
    on_message: OnMessage = field(default=lambda _: None, compare=False)
    """Gets what a person should know of a conversation that can be read, such as that its last line is torn."""

    def start(self, library: Path | str, now: datetime) -> Conversation:
        """Return a new conversation; it gets a file with its first turn."""
        id = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        return Conversation(id, str(library), now)

    def ids(self) -> list[str]:
        """Return the ids of all conversations, the one that went on last first; raises `ArchiveError`.

        A file that cannot be read is among them, so that to load it says why; one without a byte is not: the chat that
        began it was killed.
        """
        ids = []
        for path in self._paths(_SUFFIX):
            try:
                status = path.stat()
            except FileNotFoundError:  # deleted meanwhile, or a link to nothing
                continue
            except OSError:
                status = path.lstat()
            if status.st_size or not stat.S_ISREG(status.st_mode):
                ids.append((status.st_mtime_ns, path.stem))
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
        """Return a conversation; a last line that is torn is told of, and left out. Raises `ArchiveError`."""
        conversation, torn = self._read(id)
        if torn:
            self.on_message(
                f"{self._path(id)}: its last line is torn ({len(torn):,} bytes that are no whole turn), and is left "
                f"out; it stays where it is until the conversation goes on, and in {id}{_TORN} from then on"
            )
        return conversation

    def reload(self, conversation: Conversation) -> Conversation:
        """Return a conversation as its file has it by now; the same object where nothing has changed, and where lines
        of it are not on disk."""
        if conversation.unkept or not self._has_lines(conversation.id):
            return conversation
        latest, _ = self._read(conversation.id)
        same = (len(latest.recorded), latest.undone) == (len(conversation.recorded), conversation.undone)
        return conversation if same else latest

    def delete(self, id: str) -> None:
        """Remove a conversation for good; raises `ArchiveError`, as while it is open somewhere."""
        path = self._path(id)
        with self.lock(id):
            try:
                path.unlink()
                path.with_suffix(_TORN).unlink(missing_ok=True)
            except OSError as error:
                raise ArchiveError("it is not deleted", path=path, cause=str(error.strerror)) from error

    def sweep(self) -> None:
        """Remove what killed chats left and nobody has open: locks, and conversations without a byte."""
        with contextlib.suppress(ArchiveError, OSError):
            empty = [path.stem for path in self._paths(_SUFFIX) if lines.is_empty(path)]
            for id in {*empty, *(path.stem for path in self._paths(_LOCK))}:
                with contextlib.suppress(ArchiveError, OSError), self.lock(id, 0.0):  # which goes with its file
                    if lines.is_empty(self._path(id)):
                        self._path(id).unlink()

    def append(self, conversation: Conversation, line: str) -> Conversation:
        """Add one line to a conversation's file, after its first line where there is none and the lines that could not
        be kept before; all are on disk on return. Returns the conversation with nothing unkept.

        What is torn at the end of the file goes to a file of its own first.
        """
        path = self._path(conversation.id)
        try:
            self._make_folder()
            with FileIO(path, "r+b", opener=lines.open_private) as file:
                whole, torn = transcript.parted(file.read())
                if torn:
                    self._set_aside(conversation.id, torn)
                    file.truncate(len(whole))
                opening = "" if whole else transcript.opening_line(conversation)
                # A last line that has lost nothing but its end gets that back.
                ending = "\n" if whole and not whole.endswith(b"\n") else ""
                added = "".join((ending, opening, *conversation.unkept, line))
                try:
                    lines.write(file, added.encode("ascii"), len(whole))
                    file.truncate(file.tell())
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(len(whole))
                    raise
            if not whole:
                disk.flush(self.folder)
        except OSError as error:
            cause = error.strerror or str(error)
            raise ArchiveError("this turn is not kept", path=path, cause=cause, cure=_ELSEWHERE) from error
        return replace(conversation, unkept=())

    @contextlib.contextmanager
    def lock(self, id: str, seconds: float = _LOCK_SECONDS) -> Iterator[None]:
        """Keep all others from going on with a conversation.

        Raises `ArchiveError` where somebody else does so for longer than `seconds` (its cause is a `TimeoutError`), and
        where there can be no lock (another `OSError`).
        The lock is gone with its process, however that ends.
        """
        from filelock import FileLock, Timeout

        path = self.folder / f"{id}{_LOCK}"
        lock = FileLock(path, timeout=seconds, mode=0o600)
        try:
            self._make_folder()
            with contextlib.suppress(FileNotFoundError):
                files.check_ordinary(path)
            lock.acquire()
        except Timeout as error:
            raise ArchiveError(f"conversation {id} is open in another chat", cure="leave it there first") from error
        except OSError as error:
            cause = error.strerror or str(error)
            raise ArchiveError("cannot be locked", path=self._path(id), cause=cause, cure=_ELSEWHERE) from error
        try:
            yield
        finally:
            # Removed before it is released: whoever has opened it by then sees that it is gone, and gets no lock.
            with contextlib.suppress(OSError):
                path.unlink()
            lock.release()

    def _read(self, id: str) -> tuple[Conversation, bytes]:
        """Return a conversation, and what is torn at the end of its file; raises `ArchiveError`."""
        path = self._path(id)
        try:
            with FileIO(path, "r", opener=files.regular) as file:
                whole, torn = transcript.parted(file.read())
            if not whole:
                raise ValueError("its first line is cut short")
            conversation = transcript.parse(whole.decode("ascii").splitlines())
            return replace(conversation, id=id), torn  # the file may be a copy
        except OSError as error:
            cause, cure = error.strerror or str(error), "make it readable, or move it elsewhere"
            raise ArchiveError("this conversation cannot be read", path=path, cause=cause, cure=cure) from error
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            cause = f"no field {error}" if isinstance(error, KeyError) else str(error)
            raise ArchiveError("is no conversation of this version", path=path, cause=cause, cure=_MEND) from error

    def _has_lines(self, id: str) -> bool:
        """Whether there is a file with more in it than a part of its first line, or that cannot be read."""
        try:
            with FileIO(self._path(id), "r", opener=files.regular) as file:
                return bool(transcript.parted(file.read())[0])
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def _set_aside(self, id: str, torn: bytes) -> None:
        """Keep what is torn in a file beside the conversation, after what was put there before; on disk on return."""
        path = self._path(id).with_suffix(_TORN)
        descriptor = files.regular(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with FileIO(descriptor, "a") as file:
            lines.write(file, torn + b"\n", file.seek(0, os.SEEK_END))
            os.fsync(file.fileno())
        self.on_message(f"the torn last line of conversation {id} is in {path} now")

    def _paths(self, suffix: str) -> list[Path]:
        """Return the files of the folder whose names end so; raises `ArchiveError` where it cannot be read."""
        try:
            return [path for path in self.folder.iterdir() if path.name.endswith(suffix) and path.stem]
        except FileNotFoundError:
            return []
        except OSError as error:
            cause = error.strerror or str(error)
            raise ArchiveError("chats cannot be read", path=self.folder, cause=cause, cure=_ELSEWHERE) from error

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, id: str) -> Path:
        return self.folder / f"{id}{_SUFFIX}"
