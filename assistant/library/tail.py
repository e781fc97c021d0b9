"""A catalogue -> which papers its vector index does not have as they are: the tail, which is compared beside it.

A vector index once built is never changed. Papers that came or went since are noted in the table `changes`; when they
are more than a share of the library, the next generation has a vector index without a tail. A paper counts once, and
once more for each passage of its full text.
"""

from collections.abc import Iterable

from assistant.library import digest_sums, full_texts, names
from assistant.library.catalogue import Catalogue

_LEAST = 250
"""Changed texts that make no new index in any library: as many vectors are compared one by one in a millisecond."""
_SHARE = 20
"""Beyond these, one text in so many: what a new index costs a paper added does not grow with the library."""


def limit(texts: int) -> int:
    """Return how many changed texts a library of so many has at most before the vector index is made anew."""
    return _LEAST + texts // _SHARE


def length(catalogue: Catalogue) -> int:
    """Return how many texts have changed: papers, and the passages of those that are there."""
    changed = ids(catalogue)
    return len(changed) + sum(full_texts.counts(catalogue, list(changed)).values())


def ids(catalogue: Catalogue) -> dict[str, bool]:
    """Return {id: whether the vector index has something of it, which no longer counts} of the papers that came, went
    or changed since it was made."""
    if catalogue.version() < names.VERSION:
        return {}
    return {str(id): bool(indexed) for id, indexed in catalogue.read("SELECT id, indexed FROM changes")}


def mark(catalogue: Catalogue, before: Iterable[str], after: Iterable[str]) -> None:
    """Note the papers that were changed: those that there were before, those that there are after."""
    catalogue.run_many("INSERT OR IGNORE INTO changes VALUES (?, 1)", [(id,) for id in before])
    catalogue.run_many("INSERT OR IGNORE INTO changes VALUES (?, 0)", [(id,) for id in after])
    _note(catalogue)


def clear(catalogue: Catalogue) -> None:
    """Note that the vector index has all papers as they are."""
    catalogue.run("DELETE FROM changes")
    _note(catalogue)


def is_sound(catalogue: Catalogue) -> bool:
    """Whether the notes are as they were written."""
    return catalogue.state().get("changes", "0") == _sum(catalogue)


def _note(catalogue: Catalogue) -> None:
    catalogue.set_state(changes=_sum(catalogue))


def _sum(catalogue: Catalogue) -> str:
    return digest_sums.total(names.places((int(indexed), id) for id, indexed in ids(catalogue).items()))
