"""Items of any number -> lists of them, the first short, so that the first result is there at once."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")
_FIRST = 50
_MOST = 1_000
"""Papers of a thousand abstracts take about 5 MB."""


def growing(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield the items in their order, 50 at first, then twice as many each time, at most 1,000 at once.

    >>> [len(batch) for batch in growing(range(400))]
    [50, 100, 200, 50]
    """
    remaining, size = iter(items), _FIRST
    while batch := list(islice(remaining, size)):
        yield batch
        size = min(2 * size, _MOST)
