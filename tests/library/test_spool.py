"""A disk that takes no more of what an ingest puts away -> an error that says so."""

import contextlib
import resource
from collections.abc import Iterator

import pytest

from assistant.domain.errors import ResourceError
from assistant.library.spool import Spool, Spooled


@contextlib.contextmanager
def files_of(most: int) -> Iterator[None]:
    """Let this process write no file of more than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_when_something_is_put_away_and_when_it_is_read() -> None:
    spool = Spool()
    spool.extend("a", (f"{number:6}{'x' * 60_000}" for number in range(100)))  # SQLite keeps 2 MB of it in memory
    assert len(Spooled[str](spool, "a", lambda item: item)) == 100
    with files_of(1_000_000):
        with pytest.raises(ResourceError, match="what is ingested cannot be kept") as caught:
            spool.extend("b", ["y" * 8_000_000])
        assert "set TMPDIR to another" in caught.value.cure
        with pytest.raises(ResourceError, match="what is ingested cannot be kept"):
            spool.read("SELECT a.item FROM items AS a, items AS b ORDER BY a.item, b.number")  # sorted in a file
