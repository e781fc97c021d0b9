"""A paper with its full text in a library: found by its pages, whatever is done with the library."""

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support import full_papers, libraries
from support.full_papers import ANSWER, ANSWER_PAGE, QUESTION, TITLE

from assistant.domain.full_texts import Passage, full_text
from assistant.domain.records import Entry, Listing
from assistant.library import (
    abstracts,
    backup,
    builder,
    damaged_papers,
    database,
    editing,
    full_texts,
    schema,
    tail,
    writer,
)
from assistant.library.catalogue import Catalogue
from assistant.library.server import transfer
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import retriever

EMBEDDER = libraries.HashedWords()


def quiet(*_: object) -> None:
    """Take no notice of progress."""


@pytest.fixture
def document() -> Entry:
    return full_papers.entry()


@pytest.fixture
def holding(folder: Path, document: Entry) -> Path:
    """A library of 40 papers and one with its full text."""
    libraries.ingest(folder, [document])
    return folder


def found(folder: Path) -> tuple[str, str, int | None]:
    """The paper that is nearest to the question, and its best sentence with its page."""
    with LibrarySnapshot(folder, heal=False) as library:
        assert library.problems == {}
        vector = EMBEDDER.embed_queries([QUESTION])[0]
        [item, *_] = retriever.retrieve(library, vector, QUESTION, 3)
        assert item.paper.title in library.word_search.scores("jojoba lubricated", 1) or item.paper.title == TITLE
        read = abstracts.read(library, [item.paper], EMBEDDER)[item.paper.id]
        terms = set(library.words.terms(QUESTION))
        near = read.toward(vector, dict.fromkeys(terms, 1.0))
        best = max(near.sentences, key=lambda sentence: len(terms.intersection(library.words.terms(sentence))))
        return item.paper.title, best, near.page(best)


EXPECTED = (TITLE, ANSWER, ANSWER_PAGE)


def reindexed(folder: Path) -> Path:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        builder.reembed(folder, catalogue, EMBEDDER, 0.0, quiet)
    return folder


def backed_up(folder: Path) -> Path:
    backup.write(folder, folder.parent / "copy.sqlite3")
    backup.restore(folder.parent / "copy.sqlite3", folder.parent / "other", 0.0, quiet)
    return folder.parent / "other"


def exported(folder: Path) -> Path:
    with LibrarySnapshot(folder) as library:
        transfer.to_folder(library, folder.parent / "other", quiet)
    return folder.parent / "other"


def removed_and_back(folder: Path) -> Path:
    with LibrarySnapshot(folder) as library:
        [paper] = [paper for paper in library.papers() if paper.title == TITLE]
    writer.remove(folder, [paper.id])
    with LibrarySnapshot(folder) as library:
        assert "jojoba" not in str(library.word_search.scores("jojoba", 5))
    editing.undo(folder)
    return folder


def grown(folder: Path) -> Path:
    libraries.ingest(folder, libraries.entries(libraries.MADE, libraries.MADE + 3))
    return folder


@pytest.mark.parametrize("change", [Path, reindexed, backed_up, exported, removed_and_back, grown])
def test_a_page_is_found_by_what_it_alone_says(change: Callable[[Path], Path], holding: Path) -> None:
    folder = change(holding)
    assert found(folder) == EXPECTED
    with LibrarySnapshot(folder) as library:
        assert libraries.examined(library) == []
        assert damaged_papers.every(library.catalogue) == []


def test_a_paper_of_a_listing_and_a_document_is_one_with_its_pages(folder: Path, document: Entry) -> None:
    listing = Entry(Listing("list.jsonl", 1, TITLE), document.abstract, "2401.00001")
    libraries.ingest(folder, [replace(listing)])
    report = libraries.ingest(folder, [document])
    assert (len(report.added), len(report.updated)) == (0, 1)
    report = libraries.ingest(folder, [replace(listing, aliases=("10.1000/x",))])
    assert (len(report.added), report.embedded) == (0, 0)
    assert found(folder) == EXPECTED
    with LibrarySnapshot(folder) as library:
        [paper] = [paper for paper in library.papers() if paper.title == TITLE]
    assert (paper.id, [each.source for each in paper.listings]) == ("2401.00001", ["list.jsonl", "-"])
    assert libraries.ingest(folder, [document]).unchanged == 1


def test_a_page_more_without_text_changes_a_paper_once(holding: Path, document: Entry) -> None:
    assert document.full_text
    longer = replace(document, full_text=full_text(document.full_text.passages, 9))
    assert [len(libraries.ingest(holding, [longer]).updated) for _ in range(2)] == [1, 0]
    with LibrarySnapshot(holding) as library:
        assert [paper.full_text.pages for paper in library.papers() if paper.full_text] == [9]
    assert found(holding) == EXPECTED


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE full_texts SET body = replace(body, 'jojoba', 'palm')",
        "UPDATE full_texts SET pages = pages + 1",
        "UPDATE full_texts SET count = count - 1",
        "DELETE FROM full_texts",
    ],
)
def test_a_full_text_that_is_not_as_it_was_written_is_no_evidence(damage: str, holding: Path, document: Entry) -> None:
    with contextlib.closing(sqlite3.connect(holding / database.NAME)) as connection, connection:
        connection.execute(damage)
    messages: list[str] = []
    with LibrarySnapshot(holding, on_message=messages.append) as library:
        vector = EMBEDDER.embed_queries([QUESTION])[0]
        titles = [item.paper.title for item in retriever.retrieve(library, vector, QUESTION, 50)]
        assert TITLE not in titles
        assert len(titles) == libraries.MADE
        [damaged] = damaged_papers.every(library.catalogue)
    assert damaged.title == TITLE
    assert "full text" in messages[-1]
    assert "`assistant ingest` on its listings again (-)" in messages[-1]
    libraries.ingest(holding, [document])
    assert found(holding) == EXPECTED


def test_the_passages_of_a_paper_are_as_many_texts_for_the_indexes(folder: Path, document: Entry) -> None:
    passages = [Passage(f"Stone number {number} lies in the brook below the mill.", ((0, 1),)) for number in range(960)]
    libraries.ingest(folder, [replace(document, full_text=full_text(passages, 1))])
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert tail.ids(catalogue) == {}  # 961 texts of 1,001: more than a tail has
    writer.remove(folder, ["id3"])
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert (tail.length(catalogue), tail.limit(1_000)) == (1, 300)
        assert catalogue.state()["gone"] == "0"  # 1,000 texts are indexed anew
    writer.remove(folder, ["id4"])
    libraries.ingest(folder, libraries.entries(40, 44))
    writer.remove(folder, ["id5"])
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert catalogue.state()["gone"] == "1"  # 1,002 are not, though they are of 42 papers
        assert catalogue.numbers()["chroma"] == 2


def test_what_no_paper_has_any_more_is_forgotten(holding: Path) -> None:
    with LibrarySnapshot(holding) as library:
        [paper] = [paper for paper in library.papers() if paper.title == TITLE]
    writer.remove(holding, [paper.id])
    libraries.ingest(holding, libraries.entries(90, 91))
    with contextlib.closing(Catalogue(holding)) as catalogue:
        assert catalogue.read("SELECT count(*) FROM full_texts") == [(0,)]
        assert full_texts.total(catalogue) == 0


def test_a_library_of_version_5_is_read_and_takes_a_document(folder: Path, document: Entry) -> None:
    libraries.downgrade_full_texts(folder)
    with LibrarySnapshot(folder) as library:
        before = library.papers(), libraries.results(library)
        assert library.damaged == {}
        assert (len(before[0]), library.catalogue.version()) == (libraries.MADE, 5)
    libraries.ingest(folder, [document])
    assert found(folder) == EXPECTED
    with LibrarySnapshot(folder) as library:
        assert library.papers()[: libraries.MADE] == before[0]
        assert library.catalogue.version() == schema.VERSION


def test_without_a_full_text_nothing_is_different(folder: Path) -> None:
    with LibrarySnapshot(folder) as library:
        assert library.words.size == library.size == libraries.MADE
        assert library.catalogue.read("SELECT count(*) FROM full_texts") == [(0,)]
        [read] = abstracts.read(library, library.papers(["id3"]), EMBEDDER).values()
        assert read.toward(read.whole, {}) is read
        assert read.stretches == (range(len(read.sentences)),)
