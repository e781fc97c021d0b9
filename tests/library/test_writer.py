"""Listings -> a library: what is computed, what is built anew, and what is refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import libraries
from support.libraries import HashedWords

from assistant.domain.errors import ModelError
from assistant.ingest.origins import Origin
from assistant.library import builder, provenance, tail, writer
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot

Matrix = NDArray[np.float32]


def generation(folder: Path) -> tuple[int, int, set[str]]:
    """The current generation, that of the vector index, and the papers that it does not have as they are."""
    with LibrarySnapshot(folder) as library:
        numbers = library.catalogue.numbers()
        return numbers["lexical"], numbers["chroma"], set(tail.ids(library.catalogue))


def test_only_what_changed_is_embedded_and_compared_beside_the_index(tmp_path: Path) -> None:
    folder, embedder = libraries.made(tmp_path), HashedWords()
    with LibrarySnapshot(folder) as library:
        assert not library.uses_exact_search
        expected = libraries.results(library)
    assert generation(folder) == (1, 1, set())

    again = libraries.ingest(folder, libraries.entries(0, 40), embedder)
    assert (again.embedded, again.unchanged, generation(folder)) == (0, 40, (1, 1, set()))

    edited = libraries.entry(7)
    edited = replace(edited, abstract=f"One sentence more. {edited.abstract}")
    report = libraries.ingest(folder, [edited], embedder)
    assert (report.embedded, [paper.id for paper in report.updated]) == (1, ["id7"])
    assert embedder.read == [f"{edited.listing.title}\n{edited.abstract}"]
    assert generation(folder) == (2, 1, {"id7"})

    libraries.ingest(folder, [libraries.entry(7)], embedder)
    assert generation(folder) == (3, 1, {"id7"})
    with LibrarySnapshot(folder) as library:  # with a tail it finds what an index of all finds
        assert libraries.results(library) == expected
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 40)] * 3)

    libraries.ingest(folder, libraries.entries(38, 50), embedder)
    assert generation(folder) == (4, 1, {"id7"} | libraries.ids(40, 50))
    writer.remove(folder, ["id3", "id45"])
    assert generation(folder) == (5, 1, {"id3", "id7"} | libraries.ids(40, 50))
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 50) - {"id3", "id45"}] * 3)


def test_papers_and_what_their_file_was_are_stored_in_one_transaction(tmp_path: Path) -> None:
    folder, listing = libraries.made(tmp_path), libraries.entry(40)
    origin = Origin(listing.listing.source, "/papers.json", 3, 5, "0" * 64)

    def facts() -> tuple[int, list[str | None]]:
        with LibrarySnapshot(folder) as library:
            return int(library.catalogue.state()["revision"]), [
                row.path for row in provenance.sources(library.catalogue)
            ]

    revision, paths = facts()
    assert paths == [None]
    writer.add(folder, [listing], HashedWords(), origins=[origin])
    assert facts() == (revision + 2, [origin.path])  # one transaction for vectors, and one for all else
    renamed = replace(origin, path="/others.json")
    writer.add(folder, [listing], HashedWords(), origins=[renamed])
    assert facts() == (revision + 3, [renamed.path])


def test_a_long_tail_is_patched_into_a_new_index(tmp_path: Path) -> None:
    folder, whole = libraries.made(tmp_path), tmp_path / "whole"
    edited = replace(libraries.entry(7), abstract=f"One sentence more. {libraries.entry(7).abstract}")
    libraries.ingest(folder, [edited])
    writer.remove(folder, ["id3"])
    libraries.ingest(folder, libraries.entries(40, 288))  # with these, 250
    assert generation(folder)[:2] == (4, 1)
    last = tail.limit(287) - 250
    libraries.ingest(folder, libraries.entries(288, 290 + last))
    assert generation(folder) == (5, 5, set())
    assert {path.name for path in (folder / "chroma").iterdir()} == {"5"}
    everything = [edited if row.id == "id7" else row for row in libraries.entries(0, 290 + last) if row.id != "id3"]
    libraries.ingest(whole, everything)
    assert libraries.parts(folder) == libraries.parts(whole)
    with LibrarySnapshot(folder) as library, LibrarySnapshot(whole) as other:
        assert libraries.examined(library) == []
        assert libraries.results(library) == libraries.results(other)
        assert library.catalogue.state()["patched"] == "2"  # of the chunks that it had, two went


def test_where_the_old_index_is_damaged_the_new_one_is_built_from_nothing(tmp_path: Path) -> None:
    folder = libraries.made(tmp_path)
    (folder / "chroma" / "1" / "chroma.sqlite3").write_bytes(b"")
    libraries.ingest(folder, libraries.entries(40, 42))
    assert generation(folder) == (2, 2, set())
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 42)] * 3)


class Faulty(HashedWords):
    """An embedder that spoils what it gives."""

    def __init__(self, spoil: Callable[[Matrix], Matrix]) -> None:
        super().__init__()
        self._spoil = spoil

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Matrix:
        return self._spoil(super().embed(texts))


def with_last_row(value: float) -> Callable[[Matrix], Matrix]:
    return lambda given: np.vstack([given[:-1], np.full((1, 32), value, np.float32)])


OTHER = "choose another embedder (--embedder)"
FAULTS = {
    "numbers that are not finite": with_last_row(float("nan")),
    "a vector of length 0 instead of 1": with_last_row(0.0),
    "a vector of length 5.66e+30 instead of 1": with_last_row(1e30),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_vectors_that_cannot_be_compared_are_refused_before_any_is_stored(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "library"
    with pytest.raises(ModelError) as caught:
        libraries.ingest(folder, libraries.entries(0, 3), Faulty(FAULTS[fault]))
    title = libraries.entry(2).listing.title
    assert str(caught.value) == f"hashed-words/32 gave {fault} for {title!r} (id2); nothing of it was stored; {OTHER}"
    catalogue = Catalogue(folder)
    assert (catalogue.read("SELECT content FROM embeddings"), catalogue.count(), catalogue.generation()) == (
        [],
        (0, 0),
        0,
    )
    catalogue.close()


def test_vectors_too_few_or_too_short_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="hashed-words/32 gave 2 vectors for 3 texts"):
        libraries.ingest(tmp_path / "library", libraries.entries(0, 3), Faulty(lambda given: given[1:]))
    with pytest.raises(ModelError, match=r"gave a matrix of shape \(1, 31\) instead of \(1, 32\) for .* \(id0\)"):
        libraries.ingest(tmp_path / "library", libraries.entries(0, 3), Faulty(lambda given: given[:, 1:]))


def test_an_interrupted_first_ingest_leaves_an_empty_library_and_its_vectors(tmp_path: Path) -> None:
    folder = tmp_path / "library"

    def stop(what: str, done: int, of: int) -> None:
        if what == "indexing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer.add(folder, libraries.entries(0, 5), HashedWords(), on_progress=stop)
    with LibrarySnapshot(folder, "hashed-words/32", on_message=pytest.fail) as library:
        assert (library.ids, library.papers(), library.problems, libraries.examined(library)) == ((), [], {}, [])
        assert libraries.results(library) == [[], [], [], []]
        assert (library.words.size, len(library.table.ids), library.chunks) == (0, 0, 0)
    embedder = HashedWords()
    assert len(libraries.ingest(folder, libraries.entries(0, 5), embedder).added) == 5
    assert embedder.read == []


def test_vectors_of_another_splitting_are_computed_anew(tmp_path: Path) -> None:
    folder, embedder = libraries.made(tmp_path), HashedWords()
    catalogue = Catalogue(folder)
    [(hash, blob)] = by_content(catalogue, "id3")
    catalogue.put_embeddings([(hash, blob * 3)])
    messages: list[str] = []
    builder.heal(folder, catalogue, 1, ["gone"], messages.append)
    assert "not rebuilt (id3: has 3 vectors, which do not fit its text; run `assistant reindex`" in messages[1]
    assert builder.reembed(folder, catalogue, embedder, 0.0, lambda *_: None) == 1
    catalogue.close()
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3)


def by_content(catalogue: Catalogue, id: str) -> list[tuple[str, bytes]]:
    hashes = dict(catalogue.contents())
    return [(hashes[paper_id], blob) for paper_id, blob in catalogue.embeddings([id]) if blob]
