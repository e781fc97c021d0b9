"""Ids of papers -> citation keys: the short names by which a model cites them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.domain import identifiers
from assistant.domain.records import Evidence, Paper
from assistant.library import names

if TYPE_CHECKING:
    from assistant.library.snapshot import LibrarySnapshot

SHORTEST = 4
"""Hex digits of a key."""


def citation_keys(
    ids: Iterable[str], earlier: Mapping[str, str] = MappingProxyType({}), others: tuple[str, ...] = ()
) -> dict[str, str]:
    """Return {paper id: key}: "P" and the first hex digits of the id's hash, four or as many as make the key unique
    among these papers and `others`, the ids of the library.

    A key names a paper, not a rank: the same paper has the same key in the next question. A paper keeps the key that
    it has in `earlier` ({paper id: key}), and no other paper gets that key.
    """
    order = list(ids)
    digests = {id: identifiers.digest(id) for id in order}
    rivals = (
        sorted({*digests.values(), *_sorted_digests(others)}) if set(order) - set(others) else _sorted_digests(others)
    )
    return _keys(digests, earlier, rivals)


def library_keys(
    library: "LibrarySnapshot", ids: Iterable[str], earlier: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Return what `citation_keys` does where all papers of a library are `others`, which are not read."""
    if library.catalogue.version() < names.VERSION:
        return citation_keys(ids, earlier, library.ids)
    length = len(names.digits(0))
    digests = {id: identifiers.digest(id)[:length] for id in ids}
    return _keys(digests, earlier, sorted({*digests.values(), *names.keys_beside(library.catalogue, digests.values())}))


def evidence(
    library: "LibrarySnapshot",
    papers: Sequence[Paper],
    scores: Mapping[str, float] = MappingProxyType({}),
    earlier: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Evidence, ...]:
    """Return papers of a library under their keys, with their `scores` ({paper id: score}; 0 where there is none)."""
    keys = library_keys(library, [paper.id for paper in papers], earlier)
    return tuple(Evidence(keys[paper.id], paper, scores.get(paper.id, 0.0)) for paper in papers)


def _keys(digests: Mapping[str, str], earlier: Mapping[str, str], rivals: list[str]) -> dict[str, str]:
    taken = {key[1:] for key in earlier.values()}
    return {
        id: earlier[id] if id in earlier else f"P{_shortest(digest, rivals, taken)}" for id, digest in digests.items()
    }


def _shortest(digest: str, rivals: list[str], taken: set[str]) -> str:
    """Return the shortest beginning of a digest that begins no other of `rivals`, sorted, and is not `taken`."""
    place = bisect_left(rivals, digest)
    beside = rivals[max(place - 1, 0) : place] + rivals[place + 1 : place + 2]
    length = SHORTEST
    while digest[:length] in taken or any(rival.startswith(digest[:length]) for rival in beside):
        length += 1
    return digest[:length]


@lru_cache(maxsize=2)
def _sorted_digests(ids: tuple[str, ...]) -> list[str]:
    """Return the digests of all ids of a library, in order; kept for its next question."""
    return sorted(map(identifiers.digest, ids))
