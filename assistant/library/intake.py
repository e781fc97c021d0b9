"""Entries of any number -> batches that may be merged one after the other: what may be one paper is in one batch.

Entries have to do with each other where they share an id, a title, or a stored paper. By these links a batch is made
complete, however far apart in a file its entries are; entries wait on the disk until then.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.domain.full_texts import FullText
from assistant.domain.records import Entry, Paper, Rejection
from assistant.library import names
from assistant.library.names import Name
from assistant.library.spool import Spool, Spooled

AT_ONCE = 5_000
"""Entries that are merged at once, about 30 MB with what is known of them."""
_LINKED_AT_ONCE = 500

Known = Callable[[Sequence[Entry]], list[Paper]]
"""Entries -> the stored papers that they may be, or whose ids they may not take, in the order added."""


class Intake:
    """The entries of one run."""

    def __init__(self, rows: Iterable[Entry | Rejection], at_once: int = AT_ONCE) -> None:
        """Read all rows; no more than `at_once` entries are ever in memory, but for those that are linked."""
        self.rejections: list[Rejection] = []
        """What could not be read."""
        self.count = 0
        """The number of entries."""
        self._texts: Spool | None = None
        self._at_once = at_once
        self._spool: Spool | None = None
        self._waiting: list[Entry] = []
        for row in rows:
            if isinstance(row, Rejection):
                self.rejections.append(row)
                continue
            if len(self._waiting) >= at_once:
                self._put_away()
            self._waiting.append(self._without_passages(row))
            self.count += 1

    def full_texts(self) -> Iterator[FullText]:
        """Yield the full texts of the entries, one at a time, with their passages."""
        if self._texts is not None:
            yield from Spooled[FullText](self._texts, "full text", lambda text: text, at_once=1)

    def batches(self, known: Known) -> Iterator[tuple[list[Entry], list[Paper]]]:
        """Yield entries that may be merged without the others, in the order read, with the stored papers that they may
        be; all of them again each time."""
        if self._spool is None:
            if self._waiting:
                yield self._waiting, known(self._waiting)
            return
        self._put_away()
        self._spool.run_many("CREATE INDEX IF NOT EXISTS links_by_node ON links (node)", [()])
        self._spool.run_many("UPDATE entries SET taken = 0", [()])
        query = "SELECT number FROM entries WHERE NOT taken AND number > ? ORDER BY number LIMIT ?"
        last = -1
        while numbers := [number for (number,) in self._spool.read(query, (last, self._at_once))]:
            last = numbers[-1]
            yield self._complete(numbers, known, self._spool)

    def _without_passages(self, entry: Entry) -> Entry:
        """Put the passages of an entry on the disk, where they wait for a place in a library."""
        if entry.full_text is None:
            return entry
        self._texts = self._texts or Spool()
        self._texts.extend("full text", [entry.full_text])
        return replace(entry, full_text=replace(entry.full_text, passages=()))

    def _put_away(self) -> None:
        """Put entries on the disk, with what links them."""
        if self._spool is None:
            self._spool = Spool()
            self._spool.run_many("CREATE TABLE entries (number INTEGER PRIMARY KEY, item BLOB, taken INTEGER)", [()])
            self._spool.run_many("CREATE TABLE links (node INTEGER, number INTEGER)", [()])
        first = self.count - len(self._waiting)
        rows = ((first + place, pickle.dumps(entry)) for place, entry in enumerate(self._waiting))
        self._spool.run_many("INSERT INTO entries VALUES (?, ?, 0)", rows)
        links = ((node, first + place) for place, entry in enumerate(self._waiting) for node in _nodes(_names(entry)))
        self._spool.run_many("INSERT INTO links VALUES (?, ?)", links)
        self._waiting = []

    def _complete(self, numbers: list[int], known: Known, spool: Spool) -> tuple[list[Entry], list[Paper]]:
        """Return these entries and all that are linked to them, and the stored papers."""
        entries: dict[int, Entry] = {}
        papers: dict[str, Paper] = {}
        seen: set[int] = set()
        while numbers:
            batch = _read(spool, numbers)
            entries |= batch
            stored = [paper for paper in known(list(batch.values())) if paper.id not in papers]
            papers |= {paper.id: paper for paper in stored}
            spool.run_many("UPDATE entries SET taken = 1 WHERE number = ?", ((number,) for number in numbers))
            linking = (*map(_names, batch.values()), *map(names.of_paper, stored))
            nodes = {node for found in linking for node in _nodes(found)} - seen
            seen |= nodes  # a title that very many have is looked up once
            numbers = sorted(set(_linked(spool, sorted(nodes))))
        in_order = [entries[number] for number in sorted(entries)]
        return in_order, known(in_order) if len(papers) > 1 else list(papers.values())


def _names(entry: Entry) -> set[Name]:
    """Return all by which an entry may be one paper with another, or may not have the id that it would."""
    return names.of_entries([entry]) | names.of_ids(names.possible_ids(entry))


def _nodes(found: Iterable[Name]) -> Iterator[int]:
    return (number * 4 + kind for kind, number in found)


def _read(spool: Spool, numbers: Sequence[int]) -> dict[int, Entry]:
    """Return {number: entry} of these numbers; the file is nobody else's to write."""
    entries: dict[int, Entry] = {}
    for start in range(0, len(numbers), _LINKED_AT_ONCE):
        some = numbers[start : start + _LINKED_AT_ONCE]
        query = f"SELECT number, item FROM entries WHERE number IN ({','.join('?' * len(some))})"
        entries |= {number: pickle.loads(item) for number, item in spool.read(query, some)}
    return entries


_AT_NODES = "SELECT DISTINCT number FROM links JOIN entries USING (number) WHERE NOT taken AND node IN ({})"


def _linked(spool: Spool, nodes: Sequence[int]) -> Iterator[int]:
    """Yield the numbers of the entries in no batch yet that have one of these nodes."""
    for start in range(0, len(nodes), _LINKED_AT_ONCE):
        some = nodes[start : start + _LINKED_AT_ONCE]
        yield from (number for (number,) in spool.read(_AT_NODES.format(",".join("?" * len(some))), some))
