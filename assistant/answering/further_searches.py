"""An inquiry and words that a model wants to be searched for -> the inquiry with more evidence: one round, bounded."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answering.answerer import Inquiry
from assistant.domain.records import Evidence

_KEPT_FIRST = 2
"""How many of the papers found first stay ahead of all that is found now: they led to what is asked."""


def merge(before: Sequence[Evidence], rankings: Sequence[Sequence[Evidence]], limit: int) -> tuple[Evidence, ...]:
    """Return the first papers, then those of further searches and the others in turns, each once, at most `limit`.

    The score of each is that of the search it came from.
    """
    rows = [*rankings, before[_KEPT_FIRST:]]
    turns = [row[place] for place in range(max(map(len, rows), default=0)) for row in rows if place < len(row)]
    merged: dict[str, Evidence] = {}
    for item in (*before[:_KEPT_FIRST], *turns):
        merged.setdefault(item.paper.id, item)
    return tuple(merged.values())[:limit]


def look_again(
    inquiry: Inquiry,
    searches: Sequence[str],
    limit: int,
    search: Callable[[str], Sequence[Evidence]],
    read: Callable[[Sequence[Evidence]], Inquiry],
) -> Inquiry | None:
    """Return the inquiry with the papers that further searches find; None where they find none that is new.

    `search` finds papers by words, `read` makes an inquiry of papers. Raises what they raise.
    """
    rankings = [search(words) for words in searches]
    evidence = merge(inquiry.evidence, rankings, limit)
    if {item.paper.id for item in evidence} <= {item.paper.id for item in inquiry.evidence}:
        return None
    return replace(read(evidence), may_search=False)


def asked(searches: Sequence[str]) -> str:
    """Return what a person is told of it while nothing is known of what it finds."""
    return f"the model had the library searched again, for {' and '.join(f'“{words}”' for words in searches)}"


def note(searches: Sequence[str], before: Inquiry, after: Inquiry | None) -> str:
    """Return what a person is told of it once it is done."""
    known = {item.paper.id for item in before.evidence}
    count = sum(item.paper.id not in known for item in after.evidence) if after else 0
    papers = "1 further paper was" if count == 1 else f"{count or 'no'} further papers were"
    return f"{asked(searches)}: {papers} found"
