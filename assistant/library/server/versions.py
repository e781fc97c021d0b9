"""The versions of a library at a server: which one is current, and how a writer makes the next one, or learns that
another has.

A version is a collection of notes alone, `papers-v7`. Chroma keeps names unique, so of several writers that make the
same version one succeeds. Its records were staged before, and no version shows them; once it has won they are marked
(`settle`), which anybody may do again after it died, and then the version is published. Readers move on to published
versions alone, so nothing is seen by halves.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.domain.errors import LibraryError
from assistant.library.server import annotation_records, records
from assistant.library.server.address import ANNOTATIONS
from assistant.library.server.client import PAGE, Server
from assistant.library.server.collection import Records
from assistant.library.server.records import NEVER, Counts

_KEPT = 16  # versions whose notes are kept at least: so far behind a writer may be; as often they are swept
_STALE = 24 * 3_600  # seconds after which what was staged and never became a version is swept
LONGEST = 20 * 3_600
"""Seconds that a writer may take; then what it staged may soon be swept."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a version notes of the library."""

    number: int
    commit: str
    """Of its writer: what it staged has this name."""
    fingerprint: str
    dimension: int
    counts: Counts
    position: int
    """The next new paper is given this place."""
    published: bool = False

    def notes(self) -> dict[str, Any]:
        """Return what is noted of its collection."""
        facts = {key: value for key, value in asdict(self).items() if key != "counts"}
        return {**facts, **asdict(self.counts)}


class Versions:
    """The versions of one library."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._name = server.address.collection

    def make(self, fingerprint: str, dimension: int) -> None:
        """Make an empty library where there is none."""
        if self._server.create_records(self._name, {"version": 0}):
            self._server.drop(f"{self._name}{ANNOTATIONS}")  # of a library that was here before
        empty = Version(0, "", fingerprint, dimension, Counts(), position=1, published=True)
        self._server.create(self._of(0), empty.notes())

    def sparse(self) -> bool:
        """Whether words are searched by sparse vectors, as was noted when the library was made. Raises `LibraryError`
        where there is none, or the collection is of another program."""
        words = self._noted().get("words")
        if words not in ("sparse", "text"):
            cure = "name another with ?collection= in the address"
            raise LibraryError("the collection is of another program", path=str(self._server.address), cure=cure)
        return bool(words == "sparse")

    def exist(self) -> bool:
        """Whether there is a library at the address."""
        return self._server.metadata(self._name) is not None and bool(self._all())

    def current(self, after: Version | None = None) -> Version:
        """Return the newest published version; `after` is one that was current, from which on it is sought."""
        there = self._read(after.number) if after else None
        is_same = after is not None and there is not None and there.commit == after.commit  # it may have been made anew
        version = after if after and is_same else self._hinted()
        while (following := self._read(version.number + 1)) and following.published:
            version = following
        if not version.published:
            raise self._server.missing()
        return version

    def overtaken(self, version: Version) -> bool:
        """Whether what a version shows, and later ones do not, may have been deleted (see `sweep`)."""
        now, second = self._read(version.number), self._read(version.number + 2)
        return now is None or now.commit != version.commit or (second is not None and second.published)

    def finish(self, store: Records) -> Version:
        """Return the current version, having published one whose writer died before it did."""
        version = self.current()
        if following := self._read(version.number + 1):
            self.settle(store, following)
            return self.current(version)
        return version

    def win(self, version: Version, basis: Version) -> bool:
        """Make a version, unless another has made it; return whether it was made. `basis` is the one it changes."""
        try:
            self._server.create(self._of(version.number), version.notes())
        except LibraryError:  # it may have been created before the connection was lost
            if not self._is_own(version):
                raise
        if not self._is_own(version):
            return False
        # Notes are swept in the order of their numbers: while those of the basis are there, this number was new.
        still = self._read(basis.number)
        if still is None or still.commit != basis.commit:
            self._server.drop(self._of(version.number))
            return False
        return True

    def settle(self, store: Records, version: Version) -> None:
        """Mark what a version shows, and what it no longer does, then publish it; done again, it changes nothing."""
        former = version.number - 1
        for each in annotation_records.collections(store):
            staged = [row.id for row in each.get(where={"commit": version.commit}, include=())]
            ids = sorted(set(map(records.paper_of, staged)))
            for start in range(0, len(ids), PAGE):
                of_them = records.of_papers(ids[start : start + PAGE])
                rows = each.get(where=records.visible(former, of_them), include=())
                each.mark([row.id for row in rows], {"until": version.number})
            each.mark([id for id in staged if not records.is_tombstone(id)], {"since": version.number})
        self._server.note(self._of(version.number), replace(version, published=True).notes())
        self._hint(version.number)

    def sweep(self, store: Records, version: Version) -> None:
        """Delete what neither this version nor the one before shows, and what a dead writer left long ago."""
        stale = {"$and": [{"since": NEVER}, {"staged": {"$lt": int(time.time()) - _STALE}}]}
        for each in annotation_records.collections(store):
            each.remove({"until": {"$lt": version.number}})
            each.remove(stale)
            each.remove({"$and": [{"commit": version.commit}, {"part": -1}]})
        if version.number % _KEPT == 0:
            for number in self._all():  # in their order, for `win` relies on it
                if number < version.number - _KEPT:
                    self._server.drop(self._of(number))

    def _hinted(self) -> Version:
        """Return the version that the collection of records notes, which is the current one or shortly before it."""
        noted = self._noted().get("version")
        if isinstance(noted, int) and (version := self._read(noted)):
            return version
        numbers = self._all()
        newest = [version for number in numbers[-2:] if (version := self._read(number)) and version.published]
        if not newest:
            raise self._server.missing()
        return newest[-1]

    def _noted(self) -> Mapping[str, Any]:
        notes = self._server.metadata(self._name)
        if notes is None:
            raise self._server.missing()
        return notes

    def _hint(self, number: int) -> None:
        self._server.note(self._name, {**self._noted(), "version": number})

    def _all(self) -> list[int]:
        beginning = self._of("")
        endings = (name.removeprefix(beginning) for name in self._server.names(beginning))
        return sorted(int(ending) for ending in endings if ending.isdecimal())

    def _is_own(self, version: Version) -> bool:
        there = self._read(version.number)
        return there is not None and there.commit == version.commit

    def _read(self, number: int) -> Version | None:
        notes = self._server.metadata(self._of(number))
        if notes is None:
            return None
        try:
            counts = Counts(*(int(notes[field]) for field in ("papers", "listings", "undated", "vectors", "terms")))
            return Version(
                number,
                str(notes["commit"]),
                str(notes["fingerprint"]),
                int(notes["dimension"]),
                counts,
                int(notes["position"]),
                bool(notes["published"]),
            )
        except (KeyError, ValueError) as error:
            what = f"the notes of version {number} are not those of a library"
            raise LibraryError(what, path=str(self._server.address), cause=repr(error)) from error

    def _of(self, number: int | str) -> str:
        return f"{self._name}-v{number}"
