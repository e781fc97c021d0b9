"""One flipped bit in the catalogue -> never an answer: it is left out, told, and cured by `reindex` or an ingest."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support import libraries
from support.alterations import (
    change,
    date_listing,
    flip_hash,
    flip_text,
    flip_vector,
    put_vectors,
    set_papers,
    shorten_vectors,
    vectors_of,
)
from support.libraries import HashedWords, downgrade

import assistant
from assistant.domain.errors import LibraryError
from assistant.library import abstracts, builder, database, health
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import retriever
from assistant.retrieval.finder import PaperIndex
from assistant.verification import documents, references
from assistant.verification.documents import DocumentVerifier
from assistant.verification.support import SupportScorer

QUESTION = "We weigh item8 and see moss change"  # paper id8 says so in these words
ALTERED = "is not as it was written: its checksum is another"
LACKS = "has vectors that are missing or not as they were stored"
INGEST = "run `assistant ingest` on its listings again (made.jsonl)"
REINDEX = "run `assistant reindex`"


DAMAGES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a digit of the abstract": (flip_text, ALTERED, INGEST),
    "a byte that is no UTF-8": (set_papers("abstract", sqlite3.Binary(b"\xff moss")), ALTERED, INGEST),
    "the title": (set_papers("title", "How to weigh rocks"), ALTERED, INGEST),
    "a date that is another": (set_papers("date", "2024-01-10"), ALTERED, INGEST),
    "a date that is none": (set_papers("date", "2024-99-99"), "cannot be read: its date is '2024-99-99'", INGEST),
    "authors that are none": (set_papers("authors", "5"), "cannot be read: its authors are '5'", INGEST),
    "the date of a listing": (date_listing, ALTERED, INGEST),
    "the sign of a component": (flip_vector, LACKS, REINDEX),
    "vectors short by a byte": (shorten_vectors, LACKS, REINDEX),
    "the content hash": (flip_hash, LACKS, REINDEX),
}


def search(folder: Path) -> tuple[list[str], list[str]]:
    """Return the ids that a search gives, and what it tells."""
    messages: list[str] = []
    embedder = libraries.HashedWords()
    with LibrarySnapshot(folder, embedder.fingerprint, on_message=messages.append) as library:
        evidence = retriever.search(library, embedder, QUESTION, 10)
        assert len(abstracts.read(library, [item.paper for item in evidence], HashedWords())) == 10
    return [item.paper.id for item in evidence], messages


def faults(folder: Path) -> list[health.Fault]:
    with LibrarySnapshot(folder, heal=False) as library:
        return health.faults(folder, library.catalogue, library.problems)


def reindex(folder: Path) -> int:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        return builder.reembed(folder, catalogue, libraries.HashedWords(), 0.0, lambda *_: None)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_altered_is_left_out_told_and_cured(folder: Path, damage: str) -> None:
    sound_ids, messages = search(folder)
    assert (sound_ids[0], messages) == ("id8", [])
    alter, problem, cure = DAMAGES[damage]
    alter(folder)
    ids, messages = search(folder)
    assert (len(ids), "id8" in ids) == (10, False)
    [message] = messages
    assert message.startswith("left out of all answers: ")
    assert message.endswith(f" (id8) {problem}. To cure it, {cure}")
    [fault] = [fault for fault in faults(folder) if fault.what == "papers are damaged"]
    assert (fault.problem.endswith(f" (id8) {problem}"), fault.cure, fault.answered) == (True, cure, False)
    if cure == INGEST:
        assert reindex(folder) in {0, 1}  # makes new vectors where need be, and blesses no text
        assert "id8" not in search(folder)[0]
        assert [paper.id for paper in libraries.ingest(folder, [libraries.entry(8)]).added] == ["id8"]
    else:
        assert reindex(folder) == (0 if damage == "the content hash" else 1)
    assert faults(folder) == []
    assert search(folder) == (sound_ids, [])


def test_a_bit_flipped_while_somebody_reads_does_not_become_evidence(folder: Path) -> None:
    embedder = libraries.HashedWords()
    messages: list[str] = []
    with LibrarySnapshot(folder, embedder.fingerprint, on_message=messages.append) as library:
        assert retriever.search(library, embedder, QUESTION, 10)[0].paper.id == "id8"
        flip_text(folder)
        library.refresh()
        assert "id8" not in [item.paper.id for item in retriever.search(library, embedder, QUESTION, 10)]
        assert len(messages) == 1
        paper = library.papers(["id3"])
        put_vectors(folder, vectors_of(folder)[:-2], "id3")
        library.refresh()
        with pytest.raises(LibraryError, match="not as they were stored") as caught:
            abstracts.read(library, paper, HashedWords())
    assert (caught.value.path, caught.value.cure) == ("id3", REINDEX)


def test_a_paper_whose_row_is_gone_is_told_until_its_listing_is_read_again(folder: Path) -> None:
    change(folder, "DELETE FROM papers WHERE id = 'id8'")
    ids, messages = search(folder)
    assert "id8" not in ids
    assert messages[0].endswith(f"(id8) is gone, and its listings are there. To cure it, {INGEST}")
    assert "the papers are not those that it was made of" in messages[1]
    ids, messages = search(folder)
    assert ("id8" in ids, len(messages)) == (False, 1)
    assert [fault.cure for fault in faults(folder)] == [INGEST]
    libraries.ingest(folder, [libraries.entry(8)])
    assert faults(folder) == []
    assert search(folder)[0][0] == "id8"


def test_a_paper_that_sqlite_does_not_find_by_its_id_is_told(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_papers_1'"
        [(page,)] = connection.execute(query).fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (folder / database.NAME).open("r+b") as file:
        content = file.read()
        place = content.index(b"id8", (page - 1) * 4096, page * 4096)  # the index's own copy of the id
        file.seek(place + 2)
        file.write(b"9")
    ids, messages = search(folder)
    assert "id8" not in ids
    assert "(id8) " in messages[0]
    with assistant.open_library(folder, embedder=libraries.HashedWords(), environment={}) as library:
        [claim] = library.verify("We measure moss near granite [How to weigh lichen and moss, part 8].")
    assert (claim.verdict, "is in the library and cannot be read" in claim.reason) == ("unsupported", True)


def test_no_page_of_the_catalogue_that_is_wiped_or_put_in_the_place_of_another_is_taken_for_an_answer(
    folder: Path,
) -> None:
    """Then ids may be missing, of no text, or there twice, and SQLite's indexes tell other than its tables."""
    path = folder / database.NAME
    content = path.read_bytes()
    with LibrarySnapshot(folder) as library:
        papers = {paper.id: paper for paper in library.papers()}
    pages = [slice(start, start + 4096) for start in range(0, len(content), 4096)]
    wiped = [(slice(place, place + 512), bytes(512)) for place in range(4096 + 128, len(content), 2048)]
    swapped = [(page, content[other]) for page, other in zip(pages[1:], [*pages[2:], pages[1]], strict=True)]
    for place, block in (*wiped, *swapped):
        path.write_bytes(content[: place.start] + block + content[place.stop :])
        messages: list[str] = []
        with contextlib.suppress(LibraryError):
            embedder = libraries.HashedWords()
            with LibrarySnapshot(folder, embedder.fingerprint, on_message=messages.append, heal=False) as library:
                verifier = DocumentVerifier(
                    library,
                    embedder,
                    PaperIndex(library.papers()),
                    SupportScorer.fitted(library.words, embedder),
                )
                claims = references.split("We measure moss near granite [id8]. It is so [id18].", verifier.papers)
                list(documents.verify_claims(verifier, claims))
                shown = [*library.papers(), *retriever.search(library, embedder, "moss near granite", 10)]
                assert {getattr(item, "paper", item) for item in shown} <= set(papers.values())
                assert len(library.papers()) == len(papers) or messages


def test_a_record_of_an_index_file_that_is_none_has_the_indexes_made_anew(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("UPDATE files SET size = 'x'")
    assert {(fault.what, fault.cure) for fault in faults(folder)} == {("the indexes are damaged", REINDEX)}
    assert search(folder)[0][0] == "id8"
    assert faults(folder) == []


def test_a_dimension_that_is_another_is_told(folder: Path) -> None:
    change(folder, "UPDATE state SET value = '16' WHERE key = 'dimension'")
    with pytest.raises(LibraryError, match="what the catalogue says of itself is not as it was written") as caught:
        search(folder)
    assert caught.value.exit_code == 6
    reindex(folder)
    assert faults(folder) == []


# -- version 1, without checksums


def schema(folder: Path) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        return connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()


def test_version_1_is_read_as_it_is_and_upgraded_by_the_next_writer(folder: Path) -> None:
    tables = schema(folder)
    sound = search(folder)
    downgrade(folder)
    old_tables = schema(folder)
    assert old_tables != tables
    with LibrarySnapshot(folder) as library:
        assert library.catalogue.version() == 1
    assert (search(folder), faults(folder), schema(folder)) == (sound, [], old_tables)
    libraries.ingest(folder, libraries.entries(0, 1))
    assert (search(folder), faults(folder), schema(folder)) == (sound, [], tables)
    flip_vector(folder)
    assert "id8" not in search(folder)[0]


@pytest.mark.parametrize("alter", [flip_text, lambda folder: put_vectors(folder, b"\x7b" * len(vectors_of(folder)))])
def test_what_was_damaged_in_version_1_is_left_out_before_and_after(
    folder: Path, alter: Callable[[Path], None]
) -> None:
    downgrade(folder)
    alter(folder)
    assert "id8" not in search(folder)[0]
    libraries.ingest(folder, libraries.entries(0, 1))
    assert "id8" not in search(folder)[0]
    reindex(folder)
    libraries.ingest(folder, [libraries.entry(8)])
    assert (search(folder)[0][0], faults(folder)) == ("id8", [])
