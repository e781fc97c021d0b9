"""The collection that the engine writes and reads -> for the public client the same, in both directions."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path, PosixPath
from typing import Any, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.library.chroma import ChromaIndex
from assistant.library.index import ChunkRow

_RANDOM = np.random.default_rng(13).normal(size=(1_200, 16)).astype(np.float32)  # from 1,000 on: a graph
VECTORS = _RANDOM / np.linalg.norm(_RANDOM, axis=1, keepdims=True)
GONE = ("paper3", "paper400")


def row(number: int, vector: NDArray[np.float32]) -> ChunkRow:
    paper = f"paper{number}"
    return ChunkRow(f"{paper}#0", paper, f"Title {number}", "2024-01-18", f"Text {number}", vector)


@contextlib.contextmanager
def public_client(folder: Path) -> Iterator[Any]:
    import chromadb

    client = chromadb.PersistentClient(str(folder))
    try:
        yield client
    finally:
        client.close()


def test_the_public_client_reads_what_the_engine_wrote(tmp_path: Path) -> None:
    with contextlib.closing(ChromaIndex(tmp_path, size=1)) as ours:
        ours.put(row(number, vector) for number, vector in enumerate(VECTORS))
        ours.put([row(7, VECTORS[8])])  # in place of the one before
        ours.remove(GONE)
    with contextlib.closing(ChromaIndex(tmp_path)) as ours:
        [near] = ours.nearest(VECTORS[8:9], 20)
        stored = ours.get(["paper7#0", "paper3#0", "paper11#0"])
        assert ours.count() == len(VECTORS) - len(GONE)
        assert ours.get([]) == {}
    assert {neighbour.paper_id for neighbour in near[:2]} == {"paper7", "paper8"}
    assert near[0].cosine == pytest.approx(1)
    with public_client(tmp_path) as client:
        [collection] = client.list_collections()
        assert (collection.name, collection.metadata, collection.count()) == ("papers", None, len(VECTORS) - len(GONE))
        assert collection.configuration_json["hnsw"]["space"] == "cosine"
        answer = collection.query(query_embeddings=[VECTORS[8]], n_results=20, include=["distances", "metadatas"])
        [ids], [facts], [distances] = answer["ids"], answer["metadatas"], answer["distances"]
        papers = [fact["document_id"] for fact in facts]
        theirs = list(zip(ids, papers, (1 - distance for distance in distances), strict=True))
        assert [(item.chunk_id, item.paper_id, item.cosine) for item in near] == theirs
        records = collection.get(["paper7#0", "paper11#0"], include=["embeddings", "metadatas"])
        texts = [json.loads(facts["_node_content"])["text"] for facts in records["metadatas"]]
        assert dict(zip(records["ids"], texts, strict=True)) == {"paper7#0": "Text 7", "paper11#0": "Text 11"}
        assert {id: vector.tolist() for id, vector in stored.items()} == {
            id: vector.tolist() for id, vector in zip(records["ids"], records["embeddings"], strict=True)
        }


def test_the_engine_reads_what_the_public_client_wrote(tmp_path: Path) -> None:
    with public_client(tmp_path) as client:
        configuration = {"hnsw": {"space": "cosine"}}
        collection = client.create_collection("papers", configuration=configuration, embedding_function=None)
        ids = [f"paper{number}#0" for number in range(40)]
        facts = [{"document_id": id.partition("#")[0]} for id in ids]
        collection.add(ids=ids, embeddings=VECTORS[:40], metadatas=facts, documents=ids)
        [expected] = collection.query(query_embeddings=[VECTORS[50]], n_results=40)["ids"]
    with contextlib.closing(ChromaIndex(tmp_path)) as ours:
        assert [neighbour.chunk_id for neighbour in ours.nearest(VECTORS[50:51], 40)[0]] == expected
        ours.remove(["paper3"])
        assert ours.count() == 39


@pytest.mark.parametrize(("size", "breadth"), [(1, 500), (300_000, 500), (300_001, 800)])
def test_a_larger_collection_is_searched_more_broadly(tmp_path: Path, size: int, breadth: int) -> None:
    ChromaIndex(tmp_path, size=size).close()
    with public_client(tmp_path) as client:
        assert client.get_collection("papers").configuration_json["hnsw"]["ef_search"] == breadth


def test_what_is_no_collection_is_told(tmp_path: Path) -> None:
    ChromaIndex(tmp_path, size=1).close()
    for content, cause in ((b"\xa5" * 8192, "file is not a database"), (b"", "chroma.sqlite3 is empty")):
        (tmp_path / "chroma.sqlite3").write_bytes(content)
        with pytest.raises(LibraryError, match=cause) as caught:
            ChromaIndex(tmp_path)
        assert (caught.value.path, caught.value.cure) == (tmp_path, "run `assistant reindex`")


class PanicException(BaseException):
    """What bindings raise where native code gives up: no `Exception`, and without a public name."""


class GivesUp(PosixPath):
    """A folder in which native code gives up."""

    def __truediv__(self, name: object) -> NoReturn:
        raise PanicException("OS can't spawn worker thread")


def test_native_code_that_gives_up_is_an_index_that_failed(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="the vector index failed") as caught:
        ChromaIndex(GivesUp(tmp_path))
    assert caught.value.cause == "PanicException: OS can't spawn worker thread"
