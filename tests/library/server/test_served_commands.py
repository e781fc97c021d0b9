"""Commands that are given the address of a server, and servers that are lost, refuse, or are clusters."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import Run
from support import endpoint, full_papers, libraries

from assistant.domain.errors import LibraryError, UsageError
from assistant.library import bm25, sample
from assistant.library.rows import StoredPaper
from assistant.library.server import records
from assistant.library.server.address import key, parse
from assistant.library.server.client import Server
from assistant.library.server.collection import Records
from assistant.library.server.records import ServedPaper
from assistant.library.snapshot import LibrarySnapshot

SECRET = "ck-1234567890abcdef"
HASHING = ("--embedder", "hashing")
PLAIN = ("--reranker", "none", "--model", "none")
QUESTION = "How can reward overoptimization be mitigated?"


def test_every_command_takes_an_address_in_place_of_a_folder(run: Run, address: str, tmp_path: Any) -> None:
    """What is written at the address and in a folder is asked alike; the address may be a variable."""
    folder = tmp_path / "library"
    here, there = ("--library", str(folder)), ("--vectors", address)
    for place in (here, there):
        assert run("ingest", sample.papers(), *HASHING, *place).returncode == 0
    for words in (
        ("search", "reward hacking", "--json", "-k", "20", *HASHING),
        ("search", "reward hacking", "--json", "--since", "2023", "--source", "sample", *HASHING),
        ("ask", QUESTION, "--json", *HASHING, *PLAIN),
        ("ask", "What is the newest paper?", "--json", *HASHING, *PLAIN),
        ("papers", "--json", "--until", "2022"),
        ("show", "2210.10760", "--json"),
    ):
        replies = [run(*words, *place) for place in (here, there)]
        assert replies[0].returncode == replies[1].returncode, replies[1].stderr
        assert _plain(replies[0].stdout) == _plain(replies[1].stdout), words
    first = _plain(run("papers", "--json", ASSISTANT_VECTORS=address).stdout)[0]
    assert run("remove", first["title"], "--yes", *there).stdout == f"removed {first['title']}\n"
    assert run("show", first["title"], *there).returncode == 3
    assert run("ingest", sample.papers(), "--dry-run", "--json", *HASHING, *there).returncode == 0
    status = json.loads(run("status", "--deep", "--json", *HASHING, *there).stdout)
    assert (status["library"], status["healthy"], status["words"]) == (address, True, "full-text search")
    assert _plain(run("papers", "--json", *here, ASSISTANT_VECTORS=address).stdout)[0] == first
    claim = run("verify", "--json", *there, *HASHING, "--reranker", "none", typed=f"Something holds [{first['id']}].")
    assert claim.returncode in (0, 4)


def test_full_texts_stay_in_folders_and_that_is_said(run: Run, address: str, tmp_path: Any) -> None:
    """A server takes title and abstract of a document; a library that has pages is not exported to one."""
    (tmp_path / "glaciers.pdf").write_bytes(full_papers.paper())
    document, folder = str(tmp_path / "glaciers.pdf"), str(tmp_path / "library")
    told = run("ingest", document, *HASHING, "--vectors", address)
    assert (told.returncode, "its full text only; title and abstract are taken" in told.stderr) == (0, True)
    shown = json.loads(run("show", full_papers.TITLE, "--json", "--vectors", address).stdout)
    assert (shown["abstract"], shown["full_text"]) == (full_papers.ABSTRACT, None)
    assert run("ingest", document, *HASHING, "--library", folder).returncode == 0
    refused = run("export", "--to", f"{address}-other", "--library", folder)
    assert refused.returncode != 0
    assert "papers with a full text: 1, such as 'The Patience of Glaciers'; nothing was exported" in refused.stderr


def _plain(output: str) -> list[Any]:
    """Return what a command printed, but for how long it took and when papers were added, where numbers are
    rounded."""
    rows = [json.loads(line) for line in output.splitlines()]
    for row in rows:
        row.pop("seconds", None)
        row.pop("added", None)
    return [_rounded(row) for row in rows]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return {key: _rounded(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_export_and_ingest_copy_a_library_between_a_folder_and_a_server(run: Run, address: str, tmp_path: Any) -> None:
    """No embedder is named, and none that these commands know made the vectors: none is computed."""
    folder, back, again = (str(tmp_path / name) for name in ("library", "back", "again"))
    libraries.ingest(tmp_path / "library", libraries.entries(0, 7))
    papers = run("papers", "--json", "--library", folder).stdout
    done = run("export", "--library", folder, "--to", address)
    assert (done.returncode, done.stdout) == (0, f"7 papers with their vectors copied to {address}\n")
    assert run("export", "--vectors", address, "--to", back).returncode == 0
    assert run("ingest", address, "--library", again).returncode == 0
    for place in (("--library", back), ("--library", again), ("--vectors", address)):
        assert _plain(run("papers", "--json", *place).stdout) == _plain(papers)
    refused = run("ingest", folder, "--vectors", address)
    assert (refused.returncode, "there is a library here already" in refused.stderr) == (6, True)


def test_what_a_server_does_not_need_says_what_to_do_instead(run: Run, address: str, tmp_path: Any) -> None:
    file = str(tmp_path / "file")
    for words in (("backup", file), ("reindex",), ("restore", file), ("eval", "run", "suite", "--out", file)):
        done = run(*words, ASSISTANT_VECTORS=address)
        assert (done.returncode, address in done.stderr) == (2, True)
    both = run("papers", "--vectors", address, "--library", str(tmp_path))
    assert (both.returncode, "not both" in both.stderr) == (2, True)
    missing = run("papers", "--vectors", address)
    assert (missing.returncode, "there is no library here" in missing.stderr) == (6, True)


def test_a_server_that_is_not_there_is_named_and_the_key_is_not(run: Run) -> None:
    done = run("search", "moss", *HASHING, "--vectors", "http://127.0.0.1:9", CHROMA_API_KEY=SECRET)
    assert done.returncode == 6
    assert "http://127.0.0.1:9: the Chroma server cannot be reached" in done.stderr
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize(("status", "what"), [(401, "refuses the key"), (500, "failed")])
def test_a_server_that_repeats_the_key_gives_it_away_to_nobody(status: int, what: str) -> None:
    says = endpoint.answers(status, {"error": "AuthorizationError" if status == 401 else "E", "message": SECRET})
    with endpoint.serve([endpoint.answers(200, {}), says]) as stub, pytest.raises(LibraryError, match=what) as error:
        Server(parse(stub.url, {}), SECRET)
    assert SECRET not in str(error.value)
    assert stub.requests[1].headers["x-chroma-token"] == SECRET


def test_a_key_is_not_sent_in_the_open() -> None:
    for text in ("http://host.example:8000", "cloud"):
        place = parse(text, {})
        with pytest.raises(UsageError, match="CHROMA_API_KEY"):
            key(place, {"CHROMA_API_KEY": SECRET if text != "cloud" else ""})
    with pytest.raises(UsageError) as error:
        parse(f"http://user:{SECRET}@host.example", {})
    assert SECRET not in str(error.value)


def cluster(searches: list[str]) -> Callable[[endpoint.Exchange], None]:
    """Return a server that takes sparse vectors, and finds these ids whatever is asked."""
    collection: dict[str, Any] = {
        "id": "00000000-0000-4000-8000-000000000000",
        "name": "papers",
        "tenant": "default_tenant",
        "database": "default_database",
        "configuration_json": {},
        "metadata": {},
        "dimension": None,
    }

    def step(exchange: endpoint.Exchange) -> None:
        path = exchange.request_made.path
        if path.endswith("/search"):
            body: Any = {
                "ids": [searches],
                "documents": [None],
                "embeddings": [None],
                "metadatas": [None],
                "scores": [[0.0] * len(searches)],
                "select": [[]],
            }
        elif path.endswith("/auth/identity"):
            body = {"user_id": "", "tenant": "default_tenant", "databases": ["default_database"]}
        elif path.endswith("/pre-flight-checks"):
            body = {"max_batch_size": 1000, "supports_base64_encoding": False}
        elif "/collections" in path and not path.endswith("/upsert"):
            body = collection
        else:
            body = {"name": "default_tenant", "id": collection["id"], "tenant": "default_tenant"}
        endpoint.answers(200, body)(exchange)

    return step


def test_a_cluster_is_asked_for_words_by_sparse_vectors(folder: Any) -> None:
    """The bodies of the requests that make the collection, store a paper and search its words: no cluster is run."""
    with LibrarySnapshot(folder) as library:
        [paper] = library.papers(["id7"])
    analyse = bm25.analyser().analyze
    served = ServedPaper(StoredPaper(paper, "hash"), 1, np.eye(1, 4, dtype=np.float32))
    with endpoint.serve(cluster(["id7#0@c", "id9#0@c"])) as stub, Server(parse(stub.url, {}), "") as server:
        server.create_records("papers", {"version": 0})
        store = Records(server, "papers")
        store.add(records.staged(served, "c", analyse, 0, sparse=True))
        assert store.nearest_sparse(*records.sparse_query(analyse("moss glaciers")), 5) == ["id7#0@c", "id9#0@c"]
    [made] = [request.body for request in stub.requests if request.path.endswith("/collections")]
    assert made["metadata"] == {"version": 0, "words": "sparse"}
    assert made["schema"]["keys"]["words"]["sparse_vector"]["sparse_vector_index"]["config"]["bm25"] is True
    [stored] = [request.body["metadatas"][0] for request in stub.requests if request.path.endswith("/upsert")]
    terms = analyse(f"{paper.title} {paper.abstract}")
    assert stored["words"]["#type"] == "sparse_vector"
    assert stored["words"]["indices"] == sorted(stored["words"]["indices"])
    assert len(stored["words"]["values"]) == len(set(terms))
    [asked] = [request.body["searches"][0] for request in stub.requests if request.path.endswith("/search")]
    question = asked["rank"]["$knn"]
    assert (question["key"], question["limit"], asked["limit"]["limit"]) == ("words", 5, 5)
    assert question["query"]["indices"] == records.sparse_query(analyse("moss glaciers"))[0]
