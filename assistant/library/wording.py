"""The catalogue's papers -> the word index of a generation: grown from the one before, or built from nothing."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from assistant.domain.errors import LibraryError
from assistant.library import bm25, disk, full_texts, generations, integrity, state
from assistant.library.catalogue import Catalogue
from assistant.library.generations import IndexChange
from assistant.library.index import LEXICAL

_PROPER = (".managed.json", "meta.json")  # what tantivy replaces; all else it writes once
_GONE = 5  # an index is grown until one paper in five has gone from it or changed, whose words count until then
_AT_ONCE = 1_000  # texts in memory
_SMALL = 1_000  # so few texts are indexed anew in a tenth of a second, and then the words of none that is gone count


def build(library: Path, number: int, catalogue: Catalogue, change: IndexChange | None) -> tuple[integrity.Files, int]:
    """Write the word index of generation `number`; return its files, and how many papers went since one was built from
    nothing. Where `change` is all that was changed, that before it is grown."""
    gone = state.whole_number(catalogue.path, catalogue.state(), "gone") if change else 0
    if change and (grown := _grown(library, number, catalogue, change)) is not None:
        return grown, gone + len(change.removed)
    generations.empty(library, LEXICAL, number)
    folder = generations.folder(library, LEXICAL, number)
    bm25.build_numbered(papers(catalogue), folder)
    if (size := bm25.open_index(folder).size) != (expected := size_of(catalogue)):
        problem = f"the new word index holds {size:,} texts instead of {expected:,}"
        raise LibraryError(problem, path=library, cure=generations.AGAIN)
    return integrity.manifest(library, LEXICAL, number), 0


def _grown(library: Path, number: int, catalogue: Catalogue, change: IndexChange) -> integrity.Files | None:
    """Grow the index of the current generation into that of `number`; None where that would not pay or is not sound."""
    facts, current = catalogue.state(), catalogue.generation()
    gone = state.whole_number(catalogue.path, facts, "gone") + len(change.removed)
    if gone * _GONE > catalogue.size() or (gone and size_of(catalogue) <= _SMALL):
        return None
    if not current or facts.get("words") != bm25.SCHEME:
        return None
    recorded = integrity.of_kind(LEXICAL, catalogue.files(current))
    if integrity.check_files(library, {LEXICAL: current}, recorded).problems:
        return None
    generations.empty(library, LEXICAL, number)
    former = {Path(path).name: facts for path, facts in recorded.items()}
    try:
        _link(former, generations.folder(library, LEXICAL, current), generations.folder(library, LEXICAL, number))
        folder = generations.folder(library, LEXICAL, number)
        bm25.grow_index(folder, papers(catalogue, change.put), change.removed.values())
        if bm25.open_index(folder).size != size_of(catalogue):
            return None
    except (OSError, LibraryError) as error:
        if why := disk.full(library, error):
            raise why from error
        return None
    joined = [name for name in former if name not in _PROPER and not (folder / name).exists()]
    if not integrity.are_as_recorded(generations.folder(library, LEXICAL, current), joined, former):
        return None  # what tantivy joined to a larger file was damaged, and would be so with a new checksum
    return integrity.manifest(library, LEXICAL, number, former)


def _link(names: Iterable[str], source: Path, target: Path) -> None:
    """Give files a second name in another folder; copy those that tantivy replaces, and all where there are no
    links."""
    import shutil

    for name in names:
        try:
            if name in _PROPER:
                raise OSError(name)
            os.link(source / name, target / name, follow_symlinks=False)
        except OSError:
            shutil.copy2(source / name, target / name, follow_symlinks=False)


def size_of(catalogue: Catalogue) -> int:
    """Return how many texts the word index of a catalogue has: its papers, and the passages of full texts."""
    return catalogue.size() + full_texts.total(catalogue)


def papers(catalogue: Catalogue, ids: Sequence[str] | None = None) -> Iterator[tuple[int, tuple[str, str]]]:
    """Yield (position, (title, abstract)) of these papers, or of all, and (position, ("", text)) of each passage of
    their full texts: a paper scores as the best of its texts."""
    if ids is None:
        batches = ({id: position for position, id in batch} for batch in catalogue.batches())
    else:
        batches = (catalogue.positions(ids[start : start + _AT_ONCE]) for start in range(0, len(ids), _AT_ONCE))
    for numbers in batches:
        for id, title, abstract in catalogue.texts(list(numbers)):
            yield numbers[id], (title, abstract)
        for id, text in full_texts.texts(catalogue, list(numbers)):
            yield numbers[id], ("", text)
