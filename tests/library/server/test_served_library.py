"""A library at a real Chroma server, beside the same library in a folder."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import libraries
from support.libraries import HashedWords, entries, ids

from assistant.domain.errors import FingerprintError, LibraryError
from assistant.domain.records import Entry, Listing
from assistant.library import bm25, overview
from assistant.library import writer as folder_writer
from assistant.library.server import transfer, writer
from assistant.library.server.address import parse
from assistant.library.server.client import Server
from assistant.library.server.collection import Records
from assistant.library.server.snapshot import ServerSnapshot
from assistant.library.server.staging import Stage
from assistant.library.server.vector_store import StagedVectors, VectorStore
from assistant.library.server.versions import Versions
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import retriever, spelling
from assistant.retrieval.keys import library_keys


def again(server: Server) -> Server:
    """Another connection to the same place."""
    return Server(server.address, "")


def nothing(*_: object) -> None: ...


def test_answers_are_those_of_a_folder(server: Server, folder: Path) -> None:
    """Ids, their order and their scores, with and without a filter; facts; keys; slips of the finger."""
    writer.add(server, entries(0, libraries.MADE), HashedWords())
    embedder = HashedWords()
    with again(server) as connection, ServerSnapshot(connection) as served, LibrarySnapshot(folder) as embedded:
        here, there = (libraries.results(library) for library in (embedded, served))
        assert [[id for id, _ in row] for row in there] == [[id for id, _ in row] for row in here]
        assert np.allclose(
            [score for row in there for _, score in row], [score for row in here for _, score in row], atol=1e-4
        )
        some = frozenset(overview.within(embedded.catalogue, date(2024, 1, 10), date(2024, 1, 25)))
        assert set(overview.within(served.catalogue, date(2024, 1, 10), date(2024, 1, 25))) == some
        filtered = [
            [evidence.paper for evidence in retriever.search(library, embedder, "glaciers and moss", 5, some)]
            for library in (embedded, served)
        ]
        assert filtered[0] == filtered[1]
        assert library_keys(served, served.ids) == library_keys(embedded, embedded.ids)
        assert spelling.correct("countng glacirs", served, lambda _: False) == spelling.correct(
            "countng glacirs", embedded, lambda _: False
        )
        assert served.papers() == embedded.papers()
        assert overview.overview(served.catalogue) == overview.overview(embedded.catalogue)
        assert overview.of_source(served.catalogue, "MADE") == ids(0, libraries.MADE)
        assert overview.of_source(served.catalogue, "glaciers") == set()
        assert overview.undated(served.catalogue, ["id1"]) == 0
        assert served.chunks == embedded.chunks


def test_word_scores_are_those_of_a_word_index(server: Server) -> None:
    """Texts of lengths that the index keeps in one byte, of rare words, and of words that all papers have."""
    chance = random.Random(7)
    words = [f"{consonant}{vowel}x{number}" for number in range(20) for consonant in "bdfg" for vowel in "aeiou"]
    weights = [1 / (place + 1) for place in range(len(words))]
    rows = [
        Entry(
            Listing("w.jsonl", n + 1, f"Paper {n}"),
            " ".join(chance.choices(words, weights, k=chance.randint(5, 400))),
            f"w{n}",
        )
        for n in range(60)
    ]
    writer.add(server, rows, HashedWords(8))
    index = bm25.build_index([(row.listing.title, row.abstract) for row in rows], None)
    with again(server) as connection, ServerSnapshot(connection) as library:
        for text in ("bax0", "paper", "bax0 bex1 gux19 paper", " ".join(words[::9]), "nowhere", "the"):
            expected = {f"w{number}": score for number, score in index.search(text, 10)}
            scores = library.word_search.scores(text, 10)
            assert scores == pytest.approx(expected, rel=1e-5), text
            some = {f"w{number}": score for number, score in index.search(text, 10, [1, 5, 9])}
            assert library.word_search.scores(text, 10, ["w1", "w5", "w9"]) == pytest.approx(some, rel=1e-5)
        assert library.words.frequency("bax0") == index.frequency("bax0")


class Interrupting(HashedWords):
    """An embedder that does something before it embeds for the first time."""

    def __init__(self, first: Callable[[], object]) -> None:
        super().__init__()
        self._first: Callable[[], object] | None = first

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        first, self._first = self._first, None
        if first is not None:
            first()
        return super().embed(texts, on_progress)


def test_a_writer_that_comes_second_adds_to_what_the_first_wrote(server: Server) -> None:
    """Both began from the same version; the slower computes no vector twice, and loses nothing of either."""
    writer.add(server, entries(0, 3), HashedWords())

    def other() -> None:
        with again(server) as connection:
            writer.add(connection, entries(2, 6), HashedWords())

    slow = Interrupting(other)
    report = writer.add(server, entries(4, 9), slow)
    assert {paper.id for paper in report.added} == ids(6, 9)
    assert len(slow.read) == 5
    with again(server) as connection, ServerSnapshot(connection) as library:
        assert list(library.ids) == [f"id{number}" for number in range(9)]
        assert library.catalogue.count() == (9, 9)
        staged = library.catalogue.store.get(where={"since": {"$gt": 3}}, include=())
        assert staged == []  # what the slower had staged first is gone


def test_nothing_is_seen_by_halves_and_vectors_survive_an_interruption(server: Server) -> None:
    writer.add(server, entries(0, 2), HashedWords())

    class Killed(HashedWords):
        def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
            if self.read:
                raise KeyboardInterrupt
            return super().embed(texts, on_progress)

    with pytest.raises(KeyboardInterrupt):
        writer.add(server, entries(0, 300), Killed())
    with again(server) as connection, ServerSnapshot(connection) as library:
        assert set(library.ids) == ids(0, 2)
        assert set(library.word_search.scores("paper", 500)) == ids(0, 2)
        [near] = library.candidates(HashedWords().embed(["moss"]), 10)() or [[]]
        assert set(near) == ids(0, 2)
        second = HashedWords()
        writer.add(server, entries(0, 300), second)
        assert len(second.read) == 298 - 256
        assert set(library.ids) == ids(0, 2)
        library.refresh()
        assert set(library.ids) == ids(0, 300)


def test_a_version_whose_writer_died_before_it_was_published_is_published_by_the_next(server: Server) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    versions, store = Versions(server), Records(server, server.address.collection)
    basis = versions.current()
    stage = Stage(store, VectorStore(str(server.address), store, basis, StagedVectors()), sparse=False)
    stage.take_out(["id1"])
    following = stage.version()
    assert following is not None
    assert versions.win(following, basis)
    assert not versions.win(replace(following, commit="another"), basis)
    assert versions.current() == basis
    with again(server) as connection, ServerSnapshot(connection) as library:
        assert list(library.ids) == ["id0", "id1", "id2"]
        writer.add(server, entries(5, 6), HashedWords())
        library.refresh()
        assert list(library.ids) == ["id0", "id2", "id5"]
        assert library.size == 3


def test_papers_go_and_change(server: Server) -> None:
    writer.add(server, entries(0, 5), HashedWords())
    longer = libraries.entry(1, " It was measured again, and more was found than before.")
    report = writer.add(server, [longer], HashedWords())
    assert [paper.id for paper in report.updated] == ["id1"]
    writer.remove(server, ["id3", "id0"])
    with again(server) as connection, ServerSnapshot(connection) as library:
        assert [(paper.id, paper.abstract == longer.abstract) for paper in library.papers()] == [
            ("id1", True),
            ("id2", False),
            ("id4", False),
        ]
        assert library.catalogue.count() == (3, len([row for paper in library.papers() for row in paper.listings]))
    unchanged = HashedWords()
    assert writer.add(server, [longer], unchanged).unchanged == 1
    assert unchanged.read == []


def test_a_library_moves_there_and_back_without_computing_a_vector(
    server: Server, folder: Path, tmp_path: Path
) -> None:
    with LibrarySnapshot(folder) as embedded:
        assert transfer.to_server(embedded, server, nothing) == libraries.MADE
        papers, vectors = embedded.papers(), dict(embedded.catalogue.embeddings())
    with again(server) as connection, ServerSnapshot(connection) as served:
        assert (served.papers(), dict(served.catalogue.embeddings())) == (papers, vectors)
        assert transfer.to_folder(served, tmp_path / "back", nothing) == libraries.MADE
        with pytest.raises(LibraryError, match="there is a library here already"):
            transfer.to_server(served, server, nothing)
    with LibrarySnapshot(tmp_path / "back", HashedWords().fingerprint) as back:
        assert (back.papers(), dict(back.catalogue.embeddings()), back.problems) == (papers, vectors, {})
    counting = HashedWords()
    assert folder_writer.add(tmp_path / "back", entries(0, libraries.MADE), counting).unchanged == libraries.MADE
    assert writer.add(server, entries(0, libraries.MADE), counting).unchanged == libraries.MADE
    assert counting.read == []


def test_another_embedder_is_refused(server: Server) -> None:
    writer.add(server, entries(0, 1), HashedWords())
    with pytest.raises(FingerprintError, match="built with"):
        writer.add(server, entries(1, 2), HashedWords(16))
    with again(server) as connection, pytest.raises(FingerprintError):
        ServerSnapshot(connection, HashedWords(16).fingerprint)


def test_a_paper_that_was_altered_at_the_server_is_left_out(server: Server) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    with again(server) as connection, ServerSnapshot(connection) as library:
        [row] = library.catalogue.store.get(where={"paper": "id1"})
        library.catalogue.store.mark([row.id], {"title": "Another title"})
        assert [paper.id for paper in library.papers()] == ["id0", "id2"]
        assert list(library.damaged) == ["id1"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://localhost:8000", "http://localhost:8000"),
        (
            "https://host.example/chroma/?database=lab&collection=notes",
            "https://host.example/chroma?database=lab&collection=notes",
        ),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("cloud?tenant=abc", "cloud?tenant=abc&database=papers"),
    ],
)
def test_an_address_is_read_and_shown(text: str, shown: str) -> None:
    assert str(parse(text, {"CHROMA_DATABASE": "papers"})) == shown
