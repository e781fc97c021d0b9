"""Listings of a paper, stored and read again -> its listings now, and the date that they give it."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from assistant.domain.records import Listing, Paper
from assistant.ingest.dates import ResolvedDate

# By what a listing is taken for a stored one that was read again; the surest first.
_REPEATS: tuple[Callable[[Listing], Hashable], ...] = (
    lambda listing: listing,
    lambda listing: (listing.source, listing.line),
    lambda listing: (listing.source, listing.title),
)


@dataclass(frozen=True, slots=True)
class Relisting:
    """What became of the listings of a paper in a run."""

    stored: tuple[Listing, ...]
    repeats: dict[int, Listing]
    """Index into `stored` -> the listing of this run that takes its place."""
    new: tuple[Listing, ...]


def relist(stored: Sequence[Listing], listings: Sequence[Listing]) -> Relisting:
    """Each listing of a run replaces the stored one that it repeats: the equal one, else by line, else by title."""
    free = dict.fromkeys(range(len(stored)))
    waiting = list(dict.fromkeys(listings))
    repeats: dict[int, Listing] = {}
    for key in _REPEATS:
        places: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for place in free:
            places[key(stored[place])].append(place)
        unmatched: list[Listing] = []
        for listing in waiting:
            if matches := places.get(key(listing)):
                place = matches.popleft()
                repeats[place] = listing
                del free[place]
            else:
                unmatched.append(listing)
        waiting = unmatched
    return Relisting(tuple(stored), repeats, tuple(waiting))


def paper_date(
    relisting: Relisting, listings: Sequence[Listing], stored: Sequence[Paper], filling: Sequence[Listing] = ()
) -> ResolvedDate:
    """The date of a paper after a run that has these listings of it; `stored` is how it was stored before.

    The dates of `filling` count last.

    A written date beats an inferred one; an inferred one stays until the listing it came from is read again.
    """
    run_dates = [ResolvedDate(listing.date, listing.date_inferred) for listing in listings if listing.date]
    stored_dates = [ResolvedDate(paper.date, paper.date_inferred) for paper in stored if paper.date]
    last_dates = [ResolvedDate(listing.date, listing.date_inferred) for listing in filling if listing.date]
    every = (*run_dates, *stored_dates, *last_dates)
    written = next((resolved for resolved in every if not resolved.inferred), None)
    if written is not None:
        return written
    if not stored_dates:
        return next(iter((*run_dates, *last_dates)), ResolvedDate(None))
    revised = {
        listing
        for place, listing in relisting.repeats.items()
        if listing.date is not None and relisting.stored[place].date == stored_dates[0].date
    }
    revisions = (ResolvedDate(listing.date, listing.date_inferred) for listing in listings if listing in revised)
    return next(revisions, stored_dates[0])
