"""Every failure the assistant reports, and the exit code each one ends the process with.

    AssistantError               1  a fault of ours
    ├── UsageError               2  an argument, a path or a setting to mend
    ├── ModelError               5  the model endpoint failed
    ├── ArchiveError             6  a conversation cannot be kept or read
    └── LibraryError             6  the library cannot be used
        ├── FingerprintError     6  it was built with another embedder or chunking
        └── LockedError          6  another process is writing to it

A disappointing answer is not an error: abstention (exit 3) and failed verification (exit 4) are fields of an `Answer`.
"""


class AssistantError(Exception):
    """Says what went wrong, where, and what to do next; `exit_code` is what the process ends with."""

    exit_code = 1


class UsageError(AssistantError):
    """Something the user gave (argument, path, setting) cannot be used."""

    exit_code = 2


class ModelError(AssistantError):
    """The model endpoint failed or answered with something that is not a reply."""

    exit_code = 5


class ArchiveError(AssistantError):
    """A conversation cannot be kept on disk, or not be read from there."""

    exit_code = 6


class LibraryError(AssistantError):
    """The library cannot be read or written."""

    exit_code = 6


class FingerprintError(LibraryError):
    """The library was built with another embedder or another chunking."""


class LockedError(LibraryError):
    """Another process is writing to the library."""
