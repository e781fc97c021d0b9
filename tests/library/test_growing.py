"""Papers added, changed and removed -> indexes that grow, and are as sound as those made at once."""

import contextlib
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support import libraries
from support.growth import check_linear
from support.libraries import HashedWords

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest import deduplicate
from assistant.library import bm25, builder, database, rows, schema, tail, writer
from assistant.library.catalogue import Catalogue
from assistant.library.chroma import ChromaIndex
from assistant.library.intake import Intake
from assistant.library.nearest import NearestPapers
from assistant.library.snapshot import LibrarySnapshot
from assistant.library.vector_reader import VectorReader


def change(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        assert connection.execute(statement).rowcount


def row(id: str | None, source: str, title: str, abstract: str = "Oaks are tall. They grow.") -> Entry:
    return Entry(Listing(source, 1, title, date(2024, 1, 1)), abstract, id)


KNOWN = [
    row("2401.00001", "a", "Oaks"), row("7", "b", "Oaks"), row("8", "b", "Elms"), row("10.1000/elms", "c", "Elms"),
    row("7", "d", "Ashes"), row("7", "e", "Birches"), row(None, "f", "Firs"), row("8", "g", "Yews"),
]  # fmt: skip
RUNS = {
    "another id of a paper": [row("7", "b", "Oaks"), row("8", "b", "Elms, again")],
    "a title alone": [row(None, "h", "oaks"), row(None, "h", "Firs"), row("1", "h", "Firs")],
    "an id that others have": [row("7", "h", "Larches"), row("8", "h", "Pines"), row("8@g", "h", "Rowans")],
    "an id of another title": [row("2401.00001", "h", "Limes"), row("arXiv:2401.00001v2", "i", "Oaks")],
    "an id that an entry has beside its own": [replace(row("1", "h", "Elms, once more"), aliases=("10.1000/elms",))],
    "all at once": [*KNOWN, row("9", "b", "Yews"), row("10.1000/ELMS", "k", "Elms")],
}


@pytest.mark.parametrize("run", RUNS)
def test_papers_found_by_their_names_merge_as_all_papers_do(tmp_path: Path, run: str) -> None:
    folder = tmp_path / "library"
    for entry in KNOWN:
        libraries.ingest(folder, [entry])
    with contextlib.closing(Catalogue(folder)) as catalogue:
        known, every = writer.known(catalogue, RUNS[run]), catalogue.papers()
        assert deduplicate.merge(RUNS[run], known) == deduplicate.merge(RUNS[run], every)
        assert len(known) < len(every) or run == "all at once"


@pytest.mark.parametrize("at_once", [1, 2, 3])
@pytest.mark.parametrize("run", RUNS)
def test_batches_of_a_run_merge_as_the_whole_run_does(tmp_path: Path, run: str, at_once: int) -> None:
    folder = tmp_path / "library"
    for entry in KNOWN[: 0 if run == "all at once" else None]:
        libraries.ingest(folder, [entry])
    every = []
    if folder.exists():
        with contextlib.closing(Catalogue(folder)) as catalogue:
            every = catalogue.papers()
    intake = Intake([*RUNS[run], Rejection("z", 1, "no paper")], at_once)
    whole = deduplicate.merge(RUNS[run], every)
    merges = []
    with contextlib.ExitStack() as stack:
        stored = stack.enter_context(contextlib.closing(Catalogue(folder))) if every else None
        for entries, papers in intake.batches(lambda some: writer.known(stored, some) if stored else []):
            merges.append(deduplicate.merge(entries, papers))
    for part in ("merged_papers", "rejections", "superseded", "conflicts"):
        together = [item for merge in merges for item in getattr(merge, part)]
        assert sorted(together, key=repr) == sorted(getattr(whole, part), key=repr)
    assert sum(merge.merged_count for merge in merges) == whole.merged_count
    assert (intake.count, intake.rejections) == (len(RUNS[run]), [Rejection("z", 1, "no paper")])


def test_a_title_that_all_entries_have_takes_no_more_time_than_their_number() -> None:
    def work(entries: int) -> None:
        intake = Intake((row(str(number), "a", "Oaks") for number in range(entries)), at_once=100)
        [(batch, _)] = intake.batches(lambda _: [])
        assert len(batch) == entries

    work(8)
    check_linear(work, 3_000)


def test_a_word_index_grows_and_forgets(tmp_path: Path) -> None:
    folder, texts = tmp_path, [(number, (f"Paper {number}", f"moss and item{number}")) for number in range(30)]
    bm25.build_numbered(texts, folder)
    bm25.grow_index(folder, [(3, ("Paper 3", "lichen")), (40, ("Paper 40", "lichen and moss"))], [3, 5])
    index = bm25.open_index(folder)
    assert index.size == 30
    assert {number for number, _ in index.search("lichen", 50)} == {3, 40}
    assert {number for number, _ in index.search("moss", 50)} == {*range(30), 40} - {3, 5}
    assert [number for number, _ in index.search("moss", 50, [5, 7, 40])] in ([7, 40], [40, 7])
    assert index.search("moss", 50, []) == []
    of_all = dict(index.search("lichen moss", 50))
    assert dict(index.search("lichen moss", 50, [3, 8])) == {3: of_all[3], 8: of_all[8]}


def test_a_library_of_version_3_is_read_as_it_is_and_upgraded_by_the_next_writer(folder: Path) -> None:
    with LibrarySnapshot(folder) as library:
        expected = libraries.results(library)
    libraries.downgrade_lookups(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        facts = dict(connection.execute("SELECT key, value FROM state"))
        facts["order"] = rows.order_checksum(sorted(libraries.ids(0, libraries.MADE), key=lambda id: int(id[2:])))
        facts["checksum"] = rows.state_checksum(facts)
        connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", facts.items())
        connection.execute("PRAGMA user_version = 3")
    for _ in range(2):
        with LibrarySnapshot(folder, on_message=pytest.fail) as library:
            assert (libraries.results(library), libraries.examined(library)) == (expected, [])
            version = library.catalogue.version()
        libraries.ingest(folder, libraries.entries(0, 1))  # changes nothing, but upgrades
    assert version == schema.VERSION
    libraries.ingest(folder, libraries.entries(38, 44))
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 44)] * 3)


def test_a_note_of_the_tail_that_is_lost_has_the_indexes_made_anew(folder: Path) -> None:
    libraries.ingest(folder, libraries.entries(40, 43))
    change(folder, "DELETE FROM changes WHERE id = 'id41'")
    messages: list[str] = []
    with LibrarySnapshot(folder, on_message=messages.append) as library:
        assert (library.problems, tail.ids(library.catalogue)) == ({}, {})
    assert len(messages) == 1
    assert "the papers that it has are not known" in messages[0]
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 43)] * 3)


def test_a_name_that_is_lost_is_told_and_cured_by_reindexing(folder: Path) -> None:
    change(folder, "DELETE FROM names WHERE position = 8")
    with LibrarySnapshot(folder, heal=False) as library:
        assert libraries.examined(library) == ["the papers are not those that it was made of"]
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert builder.reembed(folder, catalogue, HashedWords(), 0.0, lambda *_: None) == 0
    with LibrarySnapshot(folder, heal=False) as library:
        assert libraries.examined(library) == []


def grown(folder: Path) -> None:
    """Have a library with a tail that adds papers, and replaces one."""
    edited = replace(libraries.entry(7), abstract="Violins and nothing else.")
    libraries.ingest(folder, [edited, *libraries.entries(40, 43)])


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize("admitted", [None, 0, 3, 13, 43])
def test_the_nearest_papers_are_those_of_all_vectors(folder: Path, admitted: int | None, few: int) -> None:
    grown(folder)
    with LibrarySnapshot(folder) as library:
        ids = sorted(library.ids, key=lambda id: id[::-1])[:admitted]
        allowed = None if admitted is None else frozenset(ids)
        table = library.table
        vectors = HashedWords().embed(["Violins and nothing else.", "moss"])
        reader = VectorReader(library.catalogue, lambda _: None)
        near = NearestPapers(library.catalogue, ChromaIndex(library.vector_index_folder), reader, few)
        with contextlib.closing(near):
            rows = near.begin(vectors, 10, allowed)()
    for row, cosines in zip(rows, table.cosines(vectors), strict=True):
        admissible = [id for id in table.ids if allowed is None or id in allowed]
        assert len(row) == len(set(row)) == min(10, len(admissible))
        assert set(row) <= set(admissible)
        best = sorted((cosines[table.ids.index(id)] for id in admissible), reverse=True)[:10]
        assert [cosines[table.ids.index(id)] for id in row] == pytest.approx(best, abs=1e-3)


@pytest.mark.parametrize("limit", [1, 4, 40])
@pytest.mark.parametrize("admitted", [0, 1, 3, 13, 43])
def test_words_are_found_among_few_and_among_many(folder: Path, admitted: int, limit: int) -> None:
    grown(folder)
    with LibrarySnapshot(folder) as library:
        ids = frozenset(sorted(library.ids, key=lambda id: id[::-1])[:admitted])
        everywhere = library.word_search.scores("violins near glaciers", library.size)
        among = library.word_search.scores("violins near glaciers", limit, ids)
    assert set(among) <= ids
    best = sorted((score for id, score in everywhere.items() if id in ids), reverse=True)
    assert list(among.values()) == pytest.approx(best[:limit])
    assert {id: everywhere[id] for id in among} == pytest.approx(among)
