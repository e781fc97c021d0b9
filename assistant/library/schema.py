"""The version of a catalogue -> the statements that make its tables, and what an older one lacks."""

import functools
import sqlite3

VERSION = 6
"""The version that is written. Others are read too: one of 1, without checksums, one of 2, with the other ids of papers
in the state, one of 3, without names and changes, one of 4, without what readers say of papers, when these came, and
what can be taken back, and one of 5, without full texts; `upgrade` makes one of them."""

_CHECKSUM = ", checksum TEXT NOT NULL DEFAULT ''"  # "" is the checksum of nothing
_ALIASES = ", aliases TEXT NOT NULL DEFAULT '[]'"
_FULL_TEXT = ", full_text TEXT"  # of papers: the digest of one, NULL for none
_TABLES = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE papers (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, abstract TEXT NOT NULL,
    date TEXT, date_inferred INTEGER NOT NULL, authors TEXT NOT NULL, author_count INTEGER, url TEXT,
    content TEXT NOT NULL{checksum}{aliases}{full_text});
CREATE TABLE listings (
    paper_id TEXT NOT NULL REFERENCES papers (id), source TEXT NOT NULL, line INTEGER NOT NULL, title TEXT NOT NULL,
    date TEXT, date_inferred INTEGER NOT NULL, author_count INTEGER, organisation TEXT, discussions INTEGER);
CREATE INDEX listings_by_paper ON listings (paper_id);
CREATE TABLE embeddings (content TEXT PRIMARY KEY, vectors BLOB NOT NULL{checksum}) WITHOUT ROWID;
CREATE TABLE files (
    generation INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    digest TEXT NOT NULL, PRIMARY KEY (generation, path)) WITHOUT ROWID;
"""
_LOOKUPS = """
CREATE TABLE names (
    kind INTEGER NOT NULL, name INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (kind, name, position)) WITHOUT ROWID;
CREATE TABLE changes (id TEXT PRIMARY KEY, indexed INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX papers_by_date ON papers (date);
"""
_ANNOTATION = "tags TEXT NOT NULL, notes TEXT NOT NULL, read TEXT, checksum TEXT NOT NULL"
_UPKEEP = f"""
CREATE TABLE annotations (paper_id TEXT PRIMARY KEY, {_ANNOTATION}) WITHOUT ROWID;
CREATE TABLE arrivals (position INTEGER PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE sources (
    name TEXT PRIMARY KEY, added TEXT NOT NULL, path TEXT, size INTEGER, modified INTEGER, digest TEXT) WITHOUT ROWID;
CREATE TABLE past_changes (number INTEGER PRIMARY KEY, what TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE past_annotations (
    change INTEGER NOT NULL, paper_id TEXT NOT NULL, {_ANNOTATION.replace(" NOT NULL", "")},
    PRIMARY KEY (change, paper_id)) WITHOUT ROWID;
CREATE TABLE past_papers (
    change INTEGER NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, abstract TEXT NOT NULL,
    date TEXT, date_inferred INTEGER NOT NULL, authors TEXT NOT NULL, author_count INTEGER, url TEXT,
    content TEXT NOT NULL{_CHECKSUM}{_ALIASES}{{full_text}}, PRIMARY KEY (change, position)) WITHOUT ROWID;
CREATE TABLE past_listings (
    change INTEGER NOT NULL, paper_id TEXT NOT NULL, source TEXT NOT NULL, line INTEGER NOT NULL, title TEXT NOT NULL,
    date TEXT, date_inferred INTEGER NOT NULL, author_count INTEGER, organisation TEXT, discussions INTEGER);
CREATE INDEX past_listings_by_change ON past_listings (change);
"""
_FULL_TEXTS = """
CREATE TABLE full_texts (digest TEXT PRIMARY KEY, pages INTEGER NOT NULL, count INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX papers_by_full_text ON papers (full_text) WHERE full_text IS NOT NULL;
"""


def tables(version: int) -> str:
    """Return the statements that make the tables of a version of the schema."""
    columns = {
        "{checksum}": _CHECKSUM * (version > 1),
        "{aliases}": _ALIASES * (version > 2),
        "{full_text}": _FULL_TEXT * (version > 5),
    }
    statements = functools.reduce(
        lambda text, column: text.replace(*column), columns.items(), _TABLES + _UPKEEP * (version > 4)
    )
    return statements + _LOOKUPS * (version > 3) + _FULL_TEXTS * (version > 5)


def upgrade(connection: sqlite3.Connection) -> None:
    """Give a catalogue of an older version the tables and columns that it lacks, within a transaction of the
    caller's."""
    [(version,)] = connection.execute("PRAGMA user_version")
    columns = [("papers", _CHECKSUM), ("embeddings", _CHECKSUM)] if version < 2 else []
    columns += [("papers", _ALIASES)] if version < 3 else []
    columns += [("papers", _FULL_TEXT)] + [("past_papers", _FULL_TEXT)] * (version > 4)
    for table, column in columns:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column.removeprefix(', ')}")
    upkeep = _UPKEEP.replace("{full_text}", _FULL_TEXT) * (version < 5)
    for statement in filter(str.strip, f"{_LOOKUPS * (version < 4)}{upkeep}{_FULL_TEXTS}".split(";")):
        connection.execute(statement.strip())
    if version < 5:  # when these were added, nobody knows
        connection.execute("INSERT INTO sources (name, added) SELECT DISTINCT source, '' FROM listings")
    connection.execute(f"PRAGMA user_version = {VERSION}")
