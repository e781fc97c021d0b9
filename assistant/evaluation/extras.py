"""The packages of the extra `eval`, imported where they are used -> themselves, or an error with its cure."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.domain.errors import UsageError


@contextmanager
def needed(package: str) -> Iterator[None]:
    """Wrap the import of a package of the extra; raises `UsageError` where it is not installed."""
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"`assistant eval` needs {package}", cause=str(error), cure="install `assistant[eval]`"
        ) from error
