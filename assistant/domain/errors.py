"""Every failure the assistant reports, and the exit code each one ends the process with.

    AssistantError               1  a fault of ours
    ├── UsageError               2  an argument, a path or a setting to mend
    │   └── MissingModelError    2  the files of a model are not on this machine
    ├── ModelError               5  the model endpoint failed
    │   └── BudgetError          5  a model is not asked, for it would cost more than the budget leaves
    ├── ServiceError             5  a service that papers come from cannot be reached, or failed
    ├── ArchiveError             6  a conversation cannot be kept or read
    ├── ResourceError            6  the machine has no memory, room or open file left for this
    └── LibraryError             6  the library cannot be used
        ├── FingerprintError     6  it was built with another embedder or chunking
        └── LockedError          6  another process is writing to it

A disappointing answer is not an error: abstention (exit 3) and failed verification (exit 4) are fields of an `Answer`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class AssistantError(Exception):
    """Says what went wrong, where, why, and what to do next; programs read the fields, people the text.

    >>> error = LibraryError("cannot be read", path="c.sqlite3", cause="disk I/O error", cure="free space")
    >>> str(error)
    'c.sqlite3: cannot be read (disk I/O error); free space'
    >>> error.cure
    'free space'
    """

    exit_code = 1

    def __init__(self, what: str, *, path: "Path | str | None" = None, cause: str = "", cure: str = "") -> None:
        """`what` went wrong; `path` is the file, folder or id it is about; `cause` is the reason as the system or a
        library gave it; `cure` says what to do next. Whatever is not named is left out of the text."""
        super().__init__(what)
        self.what = what
        self.path = path
        self.cause = cause
        self.cure = cure

    def __str__(self) -> str:
        """Return "path: what (cause); cure"."""
        place = f"{self.path}: " if self.path is not None else ""
        why = f" ({self.cause})" if self.cause else ""
        then = f"; {self.cure}" if self.cure else ""
        return f"{place}{self.what}{why}{then}"


class UsageError(AssistantError):
    """Something the user gave (argument, path, setting) cannot be used."""

    exit_code = 2


class MissingModelError(UsageError):
    """The files of a model that runs on this machine are not there, or not as they were published."""


class ModelError(AssistantError):
    """The model endpoint failed or answered with something that is not a reply."""

    exit_code = 5
    tokens: tuple[int | None, int | None] | None = None
    """What the endpoint says it read and wrote for something that is no answer, each None where it does not say; None
    where it sent nothing."""


class BudgetError(ModelError):
    """A request to a model might cost more than the budget leaves, and was not made; or the budget was used up before
    the model had answered."""


class ServiceError(AssistantError):
    """A service that papers come from cannot be reached, or does not answer as it should."""

    exit_code = 5


class Stopped(KeyboardInterrupt):
    """Whoever asked wants no answer any more: what Ctrl-C is to a command, to one question of many."""


class ArchiveError(AssistantError):
    """A conversation cannot be kept on disk, or not be read from there."""

    exit_code = 6


class ResourceError(AssistantError):
    """The machine has none left of what this takes: memory, room where the output goes, open files, threads."""

    exit_code = 6


class LibraryError(AssistantError):
    """The library cannot be read or written."""

    exit_code = 6


class FingerprintError(LibraryError):
    """The library was built with another embedder or another chunking."""


class LockedError(LibraryError):
    """Another process is writing to the library."""
