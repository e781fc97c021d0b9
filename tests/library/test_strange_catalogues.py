"""A catalogue from a stranger -> refused where it would compute or lead elsewhere, and mended where that is safe."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support import libraries

from assistant.domain.errors import LibraryError
from assistant.library import database, health
from assistant.library.snapshot import LibrarySnapshot

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


FILES = "generation, path, size, modified, digest"


PAPERS = "position INTEGER PRIMARY KEY, id, title, abstract, date, date_inferred, authors, author_count, url"


SCHEMAS: dict[str, tuple[tuple[str, ...], str]] = {
    "papers are a view that does not end": (
        ("ALTER TABLE papers RENAME TO p", f"CREATE VIEW papers AS {ENDLESS}"),
        "it has a view, 'papers'",
    ),
    "a trigger": (
        ("CREATE TRIGGER t AFTER INSERT ON listings BEGIN DELETE FROM papers; END",),
        "it has a trigger, 't'",
    ),
    "a condition": (
        (
            "DROP TABLE files",
            "CREATE TABLE files (generation, path, size, modified, digest, CHECK (randomblob(9) > 0))",
        ),
        "its table 'files' computes something",
    ),
    "a computed column": (
        (
            "DROP TABLE papers",
            f"CREATE TABLE papers ({PAPERS}, content GENERATED ALWAYS AS (hex(zeroblob(9))), checksum, aliases)",
        ),
        "its table 'papers' has no content",
    ),
    "a virtual table": (
        ("DROP TABLE embeddings", "CREATE VIRTUAL TABLE embeddings USING fts5 (content, vectors, checksum)"),
        "its table 'embeddings' computes something",
    ),
    "an index of an expression": (
        ("CREATE INDEX i ON papers (hex(zeroblob(length(title))))",),
        "it has an index of another program, 'i'",
    ),
    "a table that is missing": (("DROP TABLE listings",), "its table 'listings' has no "),
    "a column that is missing": (("ALTER TABLE papers DROP COLUMN url",), "its table 'papers' has no url"),
}


@pytest.mark.parametrize("change", SCHEMAS)
def test_a_schema_that_is_not_ours_is_not_read(folder: Path, change: str) -> None:
    statements, cause = SCHEMAS[change]
    libraries.sql(folder / database.NAME, *statements)
    attempts: list[Callable[[], object]] = [
        lambda: LibrarySnapshot(folder),
        lambda: libraries.ingest(folder, libraries.entries(0, 70)),
    ]
    for attempt in attempts:
        with pytest.raises(LibraryError) as caught:
            attempt()
        assert str(caught.value).startswith(f"{folder / database.NAME}: the catalogue cannot be used ({cause}")


@pytest.mark.parametrize(
    ("name", "value"),
    [("generation", value) for value in ("abc", "-1", "1.5", "", "٣", "9" * 5000, "1_0", " 1")]
    + [("dimension", value) for value in ("abc", "0", "-32", "9" * 20)]
    + [("former", "1 ../../home")],
)
def test_a_number_that_is_none_is_an_error_that_names_it(folder: Path, name: str, value: str) -> None:
    libraries.sql(folder / database.NAME, f"INSERT OR REPLACE INTO state VALUES ('{name}', '{value}')")
    libraries.damage_indexes(folder)
    attempts: list[Callable[[], object]] = [lambda: libraries.ingest(folder, libraries.entries(0, 70))]
    if name != "former":  # which only writers look at; a reader that cannot mend an index says so, and answers
        attempts.append(lambda: LibrarySnapshot(folder))
    before = libraries.tree(folder)
    for attempt in attempts:
        with pytest.raises(LibraryError) as caught:
            attempt()
        expected = value if name != "former" else "../../home"
        assert caught.value.cause == f"its {name} is {expected[:80]!r}"
    assert {path: content for path, content in libraries.tree(folder).items() if path in before} == before


@pytest.mark.parametrize(
    "path",
    "../../../dev/zero /dev/zero chroma/../../home/notes.txt chroma/1/../../../home/notes.txt lexical/2/meta.json "
    "chroma/1/ catalogue.sqlite3".split(),
)
def test_a_recorded_file_elsewhere_is_not_opened(folder: Path, home: Path, path: str) -> None:
    libraries.sql(folder / database.NAME, f"INSERT INTO files VALUES (1, '{path}', 0, 0, 'd')")
    with LibrarySnapshot(folder, heal=False) as library:
        assert list(library.problems.values()) == [f"the catalogue records {path!r}, which is none of its files"]
        problems = [fault.problem for fault in health.faults(folder, library.catalogue, {})]
        assert problems == list(library.problems.values())
    with LibrarySnapshot(folder, on_message=lambda _: None) as library:
        assert (library.problems, library.catalogue.generation()) == ({}, 2)
        assert library.catalogue.files(1) == {}


def test_a_recorded_size_that_is_no_number_is_damage_that_is_mended(folder: Path) -> None:
    libraries.sql(folder / database.NAME, "UPDATE files SET size = 'x', modified = x'00' WHERE path LIKE 'lexical/%'")
    with LibrarySnapshot(folder, on_message=lambda _: None) as library:
        assert (library.problems, library.catalogue.generation()) == ({}, 2)
