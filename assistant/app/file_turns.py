"""A file that several processes may change -> one of them at a time, from reading it until it has replaced it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from assistant.domain.errors import ResourceError

_WAIT = 10.0  # seconds for another process that changes the file, which takes it a moment


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Have a file to oneself; its folder is made, for its owner alone, where it is not there.

    Raises `ResourceError` where another process does not let go of it, and where nothing can be written beside it. Not
    to be taken twice by one thread.
    """
    import filelock

    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=_WAIT, mode=0o600)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise ResourceError("another process changes it", path=path, cure="run this again") from error
    except (OSError, NotImplementedError) as error:
        cause = getattr(error, "strerror", None) or str(error) or "its file system has no locks"
        raise ResourceError("cannot be written", path=path, cause=cause) from error
    try:
        yield
    finally:
        lock.release()
