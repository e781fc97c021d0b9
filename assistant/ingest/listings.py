"""Listings of a paper, stored and read again -> its listings now, and the date that they give it."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.domain.records import Listing

Dated = tuple[date | None, bool]
"""A date, and whether a part of it was inferred."""

_SAME: tuple[Callable[[Listing], Hashable], ...] = (
    lambda listing: listing,
    lambda listing: (listing.source, listing.line),
    lambda listing: (listing.source, listing.title),
)


@dataclass(frozen=True, slots=True)
class Relisting:
    """What became of the listings of a paper in a run."""

    stored: tuple[Listing, ...]
    again: dict[int, Listing]
    """The listing that took the place of a stored one, by that place."""
    new: tuple[Listing, ...]


def relist(stored: Sequence[Listing], seen: Sequence[Listing]) -> Relisting:
    """Each listing seen takes the place of the stored one it repeats: the equal one, else by line, else by title."""
    free = dict.fromkeys(range(len(stored)))
    waiting = list(dict.fromkeys(seen))
    again: dict[int, Listing] = {}
    for same in _SAME:
        places: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for place in free:
            places[same(stored[place])].append(place)
        left: list[Listing] = []
        for listing in waiting:
            if found := places.get(same(listing)):
                place = found.popleft()
                again[place] = listing
                del free[place]
            else:
                left.append(listing)
        waiting = left
    return Relisting(tuple(stored), again, tuple(waiting))


def dated(relisting: Relisting, seen: Sequence[Listing], stored: Sequence[Dated]) -> Dated:
    """A written date beats an inferred one; an inferred one stays until the listing it came from is read again."""
    run = [(listing.date, listing.date_inferred) for listing in seen]
    written = next((each for each in (*run, *stored) if each[0] is not None and not each[1]), None)
    if written is not None:
        return written
    kept = next((each for each in stored if each[0] is not None), None)
    if kept is None:
        return next((each for each in run if each[0] is not None), (None, False))
    revised = {
        listing
        for place, listing in relisting.again.items()
        if listing.date is not None and relisting.stored[place].date == kept[0]
    }
    return next(((listing.date, listing.date_inferred) for listing in seen if listing in revised), kept)
