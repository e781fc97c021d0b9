"""A search for texts -> as many papers as were asked for, where several texts may be of one paper and some papers do
not count: it is asked for more texts until enough papers do."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Hit = TypeVar("Hit")
Near = TypeVar("Near")
_FURTHER = 4  # times as many texts are asked for where too few of the papers count


def papers(
    search: Callable[[int], Sequence[Sequence[Hit]]],
    count: int,
    limit: int,
    of: Callable[[Sequence[Hit]], list[Near]],
    further: int = _FURTHER,
) -> list[list[Near]]:
    """Return for each row of `search(count)` the papers `of` its hits: at least `limit`, or all that there are.

    `search` returns for each question at most so many hits as it is told, best first, and fewer only where there are no
    more; `count` is how many it is told at first, and each time after `further` times as many.
    """
    while True:
        rows = search(count)
        near = [of(row) for row in rows]
        if all(len(row) < count or len(few) >= limit for row, few in zip(rows, near, strict=True)):
            return near
        count *= further
