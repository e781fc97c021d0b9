"""Limits on this program's memory and open files -> a refusal in words, before native code that ends it for want."""

import os

from assistant.domain.errors import LibraryError

READING = 250_000_000
"""Bytes of address space that reading takes, on two cores; numpy's library ends a program that has 200 million."""
INDEXING = 1_200_000_000
"""Bytes that Chroma takes to be loaded and to write; it ends a program that has 800 million, often."""
_INDEXING_FILES = 48
"""Files that Chroma may have open; it ends a program that may have 24."""


def require(least: int) -> None:
    """Raise `LibraryError` where this program may have less memory (`ulimit -v`); never on Windows."""
    limit = _limit("RLIMIT_AS")
    if limit is None:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy takes 32 MB for every core, as it is imported
    if limit < least:
        what = f"not enough memory: {limit // 1_000_000:,} MB are allowed, and this takes {least // 1_000_000:,}"
        raise LibraryError(what, cure="allow this program more (`ulimit -v`)")


def require_for_indexing() -> None:
    """Raise `LibraryError` where Chroma would end this program for want of memory or of files (`ulimit -n`)."""
    require(INDEXING)
    limit = _limit("RLIMIT_NOFILE")
    if limit is not None and limit < _INDEXING_FILES:
        what = f"not enough open files: {limit} are allowed, and this takes {_INDEXING_FILES}"
        raise LibraryError(what, cure="allow this program more (`ulimit -n`)")


def _limit(name: str) -> int | None:
    """Return a limit of this process; None where it has none."""
    try:
        import resource
    except ImportError:
        return None
    limit, _ = resource.getrlimit(getattr(resource, name))
    return None if limit == resource.RLIM_INFINITY else limit
