"""The folder of a made library -> the same with something of its paper id8 altered, behind the catalogue's back."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.library import database


def change(folder: Path, statement: str, *values: object) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        assert connection.execute(statement, values).rowcount == 1


def flip_text(folder: Path) -> None:
    change(folder, "UPDATE papers SET abstract = replace(abstract, '9 percent', '8 percent') WHERE id = 'id8'")


def vectors_of(folder: Path, id: str = "id8") -> bytes:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        query = "SELECT vectors FROM embeddings JOIN papers USING (content) WHERE id = ?"
        [(vectors,)] = connection.execute(query, (id,)).fetchall()
    assert isinstance(vectors, bytes)
    return vectors


def put_vectors(folder: Path, vectors: bytes, id: str = "id8") -> None:
    statement = "UPDATE embeddings SET vectors = ? WHERE content = (SELECT content FROM papers WHERE id = ?)"
    change(folder, statement, vectors, id)


def flip_vector(folder: Path) -> None:
    vectors = bytearray(vectors_of(folder))
    vectors[np.flatnonzero(np.frombuffer(vectors, np.float16))[0] * 2 + 1] ^= 0x80  # the sign: the length stays one
    put_vectors(folder, bytes(vectors))


def shorten_vectors(folder: Path) -> None:
    put_vectors(folder, vectors_of(folder)[:-1])


def flip_hash(folder: Path) -> None:
    change(folder, "UPDATE papers SET content = 'f' || substr(content, 2) || 'f' WHERE id = 'id8'")


def set_papers(column: str, value: object) -> Callable[[Path], None]:
    return lambda folder: change(folder, f"UPDATE papers SET {column} = ? WHERE id = 'id8'", value)


def date_listing(folder: Path) -> None:
    change(folder, "UPDATE listings SET date = '2024-01-10' WHERE paper_id = 'id8'")
