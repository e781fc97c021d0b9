"""What readers say of papers <-> rows of the catalogue beside the papers, each with a checksum of its own."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from assistant.domain.annotations import NOTHING, Annotations, Note, is_within, tag_key
from assistant.library import row_sums
from assistant.library.connection import AMONG
from assistant.library.facts import CatalogueFacts
from assistant.library.finding import FindsPapers

AnnotationRow = tuple[str, str, str, str | None, str]
"""What is said of a paper as it is stored: its id, its tags and its notes as JSON, when it was read, a checksum."""
Gap = Literal["gone", "overtaken"]
VERSION = 5
"""The first version of a catalogue's schema that has them."""
_COLUMNS = "paper_id, tags, notes, read, checksum"
_BEYOND = "SELECT 1 FROM annotations LIMIT 1 OFFSET ?"
_SUMMED = 2_000  # rows at most, which are summed in a few milliseconds
CURE = "restore a backup, or write them anew with `assistant tag`, `assistant note` or `assistant read`"
"""Of what is not as it was written."""
_GAPS: Mapping[Gap, tuple[str, str]] = {
    "gone": ("of the tags, notes and marks that were written some are gone, or others are there", row_sums.CURE),
    "overtaken": ("others changed the library meanwhile: tags, notes and marks may be missing", "run this again"),
}
"""What is wrong, and what to do about it."""


@dataclass(frozen=True, slots=True)
class StoredAnnotations:
    """What is said of papers, by their ids."""

    by_id: Mapping[str, Annotations]
    """Of all papers of which something is said that can be read."""
    damaged: tuple[str, ...] = ()
    """Ids of papers of which something was said, that is not as it was written."""
    gap: Gap | None = None
    """Why not all is there that was written, so far as that is known; nobody knows of which papers it was."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it, in words."""
        return (*map(problem, self.damaged), *([_GAPS[self.gap][0]] if self.gap else []))

    @property
    def cure(self) -> str:
        """What to do about that."""
        return "; ".join([*([CURE] if self.damaged else []), *([_GAPS[self.gap][1]] if self.gap else [])])


def read(catalogue: CatalogueFacts, ids: Iterable[str] | None = None) -> StoredAnnotations:
    """Return what is said of the papers with these ids, or of all."""
    if catalogue.version() < VERSION:
        return StoredAnnotations({})
    by_id: dict[str, Annotations] = {}
    damaged: list[str] = []
    for id, tags, notes, read, checksum in _rows(catalogue, None if ids is None else list(ids)):
        annotations = _parsed(tags, notes, read) if checksum == _checksum(id, tags, notes, read) else None
        if annotations is None:
            damaged.append(str(id))
        else:
            by_id[str(id)] = annotations
    return StoredAnnotations(by_id, tuple(damaged), None if damaged else _gap(catalogue, for_few=ids is not None))


def _gap(catalogue: CatalogueFacts, *, for_few: bool) -> Gap | None:
    """Return why a row that was written may not have been read, as far as that is looked at: the rows of very many
    papers are not all read for a few."""
    if isinstance(catalogue, FindsPapers):
        return "overtaken" if catalogue.is_overtaken() else None
    if for_few and catalogue.read(_BEYOND, (_SUMMED,)):
        return None
    return None if row_sums.is_sound(catalogue, "annotations") else "gone"


def problem(id: str) -> str:
    """Return what is wrong with what is said of a paper, where that is not as it was written."""
    return f"the tags and notes of {id} are not as they were written"


def write(catalogue: CatalogueFacts, by_id: Mapping[str, Annotations]) -> None:
    """Set what is said of papers, within a transaction; needs the writer's lock."""
    with row_sums.noting(catalogue, "annotations"):
        catalogue.run_many("DELETE FROM annotations WHERE paper_id = ?", [(id,) for id in by_id])
        catalogue.run_many(
            f"INSERT INTO annotations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
            [row(id, annotations) for id, annotations in by_id.items() if not annotations.is_empty],
        )


def edited(
    catalogue: CatalogueFacts, ids: Iterable[str], edit: Callable[[Annotations], Annotations]
) -> dict[str, Annotations]:
    """Return what is to be said of those of these papers for which an edit changes that, or makes it anew where it is
    not as it was written."""
    papers = list(dict.fromkeys(ids))
    before = read(catalogue, papers)
    after = {id: edit(before.by_id.get(id, NOTHING)) for id in papers}
    return {id: words for id, words in after.items() if id in before.damaged or words != before.by_id.get(id, NOTHING)}


def carried(catalogue: CatalogueFacts, successors: Mapping[str, str]) -> dict[str, Annotations]:
    """Return what is to be said once papers are stored under other ids, {id: id now}: of these what was said of
    both."""
    stored = read(catalogue, {*successors, *successors.values()}).by_id
    moved: dict[str, Annotations] = {}
    for former, now in successors.items():
        if former in stored:
            moved[now] = moved.get(now, stored.get(now, NOTHING)).joined(stored[former])
            moved.setdefault(former, NOTHING)
    return moved


def tagged(by_id: Mapping[str, Annotations], tags: Iterable[str]) -> set[str]:
    """Return the ids of the papers that have all these tags, each itself or a tag within it."""
    outers = tuple(tags)
    return {
        id
        for id, annotations in by_id.items()
        if all(any(is_within(tag, outer) for tag in annotations.tags) for outer in outers)
    }


def counts(by_id: Mapping[str, Annotations]) -> dict[str, int]:
    """Return {tag: how many papers `tagged` finds by it}, those that others are within included, in the order of the
    alphabet; in the spelling that most have."""
    spellings: dict[str, Counter[str]] = {}
    papers: Counter[str] = Counter()
    for annotations in by_id.values():
        outers = {outer for tag in annotations.tags for outer in _outers(tag)}
        papers.update({tag_key(outer) for outer in outers})
        for outer in outers:
            spellings.setdefault(tag_key(outer), Counter())[outer] += 1
    return {spellings[key].most_common(1)[0][0]: papers[key] for key in sorted(papers)}


def _outers(tag: str) -> Iterator[str]:
    """Yield a tag and those that it is within."""
    parts = tag.split("/")
    yield from ("/".join(parts[: count + 1]) for count in range(len(parts)))


def row(id: str, annotations: Annotations) -> AnnotationRow:
    """Return what is said of a paper as it is stored."""
    tags = json.dumps(annotations.tags)
    notes = json.dumps([[note.at.isoformat(), note.text] for note in annotations.notes])
    read = annotations.read.isoformat() if annotations.read else None
    return id, tags, notes, read, _checksum(id, tags, notes, read)


def _rows(catalogue: CatalogueFacts, ids: Sequence[str] | None) -> Sequence[tuple[Any, ...]]:
    if isinstance(catalogue, FindsPapers):
        return catalogue.annotation_rows(ids)
    where, values = ("", ()) if ids is None else (f"WHERE paper_id {AMONG}", (json.dumps(ids),))
    return catalogue.read(f"SELECT {_COLUMNS} FROM annotations {where}", values)


def _checksum(*values: object) -> str:
    return hashlib.sha256(json.dumps(values, default=repr).encode()).hexdigest()


def _parsed(tags: object, notes: object, read: object) -> Annotations | None:
    try:
        rows = [Note(str(text), datetime.fromisoformat(at)) for at, text in json.loads(str(notes))]
        words = tuple(map(str, json.loads(str(tags))))
        return Annotations(words, tuple(rows), datetime.fromisoformat(str(read)) if read is not None else None)
    except (ValueError, TypeError, RecursionError):
        return None
