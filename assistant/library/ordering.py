"""A catalogue and an order -> the ids of its papers in that order, without their texts."""

from collections.abc import Collection, Iterator

from assistant.domain.sanitize import one_line
from assistant.domain.selection import Order
from assistant.library import overview
from assistant.library.catalogue import Catalogue


def ids(
    catalogue: Catalogue,
    order: Order | None = None,
    among: Collection[str] | None = None,
    *,
    reverse: bool = False,
) -> Iterator[str]:
    """Yield the ids of papers, of those with the ids `among` (None: of all), each when it is called for.

    Without an `order` they come as they were added; `reverse` turns that or the order round. Papers of one day come in
    the order added, and those without a date last, either way.
    """
    if order == "title":
        yield from _by_title(catalogue, among, reverse=reverse)
    elif order == "date":
        condition = "date IS NOT NULL"
        yield from _ids(catalogue, among, condition, f"date {'ASC' if reverse else 'DESC'}, position")
        yield from _ids(catalogue, among, "date IS NULL", "position")
    elif among is None and not (reverse ^ (order == "added")):
        yield from (id for batch in catalogue.batches() for _, id in batch)
    else:
        yield from _ids(catalogue, among, "true", f"position {'DESC' if reverse ^ (order == 'added') else 'ASC'}")


def _ids(catalogue: Catalogue, among: Collection[str] | None, condition: str, order: str) -> Iterator[str]:
    where = f"{overview.among(among) or 'WHERE true'} AND {condition}"
    query = f"SELECT id FROM {overview.table(catalogue)} {where} ORDER BY {order}"
    yield from (str(id) for (id,) in catalogue.stream(query, overview.values(among)))


def _by_title(catalogue: Catalogue, among: Collection[str] | None, *, reverse: bool) -> Iterator[str]:
    """Yield ids by titles, of which all are in memory: no index of SQLite's has them as a person sorts them."""
    query = f"SELECT id, title FROM papers {overview.among(among)} ORDER BY position"
    titled = catalogue.stream(query, overview.values(among))
    keyed = [(one_line(str(title)).casefold(), place, str(id)) for place, (id, title) in enumerate(titled)]
    keyed.sort(reverse=reverse)
    yield from (id for _, _, id in keyed)
