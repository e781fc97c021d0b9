"""A limit on the memory of this program -> a refusal in words, before native code that ends it where it gets none."""

import os

from assistant.domain.errors import LibraryError

READING = 250_000_000
"""Bytes of address space that reading takes, on two cores; numpy's library ends a program that has 200 million."""
INDEXING = 1_200_000_000
"""Bytes that Chroma takes to be loaded and to write; it ends a program that has 900 million, often."""


def require(least: int) -> None:
    """Raise `LibraryError` where this program may have less memory (`ulimit -v`); never on Windows."""
    try:
        import resource
    except ImportError:
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy takes 32 MB for every core, as it is imported
    if limit < least:
        what = f"not enough memory: {limit // 1_000_000:,} MB are allowed, and this takes {least // 1_000_000:,}"
        raise LibraryError(what, cure="allow this program more (`ulimit -v`)")
