"""`status` and `reindex`: a library keeps its embedder, and every fault is told with its own cure."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import libraries
from support.endpoint import Server, embeds, serve
from support.libraries import downgrade

from assistant.library import database, health, writer

ROWS = '{"id": "1", "title": "Yeast", "abstract": "Yeast makes dough rise."}\n' * 2
LOCAL = "bge-small-en-v1.5@6c9c6101/int8/"
FORMER = "all-MiniLM-L6-v2@53aa5117/int8/1"


@pytest.fixture
def server() -> Iterator[Server]:
    """An endpoint that embeds."""
    with serve(embeds) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of an embedder that is not the local one."""
    return libraries.made(tmp_path)


@pytest.fixture(scope="module")
def local(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the local embedder; tests only read it."""
    home = tmp_path_factory.mktemp("local")
    (home / "rows.jsonl").write_text(ROWS)
    assert run("ingest", home / "rows.jsonl", "--library", home / "library").returncode == 0
    return home / "library"


def paid(run: Run, server: Server, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A library whose vectors came from an endpoint, and the variables that choose it."""
    chosen = {"ASSISTANT_EMBEDDER": "openai:m", "OPENAI_BASE_URL": server.url, "ASSISTANT_MODEL": "none"}
    (tmp_path / "rows.jsonl").write_text(ROWS)
    done = run("ingest", tmp_path / "rows.jsonl", "--library", tmp_path / "library", **chosen)
    assert done.returncode == 0, done.stderr
    return tmp_path / "library", chosen


def asked(folder: Path, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        return connection.execute(query).fetchall()


def vectors(folder: Path) -> list[Any]:
    return asked(folder, "SELECT * FROM embeddings ORDER BY content")


def damage(folder: Path) -> None:
    [path] = (folder / "lexical").glob("*/meta.json")
    path.write_text("{")


def status(run: Run, folder: Path, *words: str, **environment: str) -> tuple[int, dict[str, Any]]:
    done = run("status", "--json", "--library", folder, *words, **environment)
    return done.returncode, json.loads(done.stdout)


def test_reindex_keeps_paid_vectors(run: Run, server: Server, tmp_path: Path) -> None:
    folder, chosen = paid(run, server, tmp_path)
    before, requests = vectors(folder), len(server.requests)
    damage(folder)
    code, facts = status(run, folder, **chosen)
    assert (code, facts["healthy"], facts["cures"]) == (0, False, ["run `assistant reindex`"])
    done = run("reindex", "--json", "--library", folder)
    assert done.returncode == 0, done.stderr
    assert f"keeping the vectors of m@127.0.0.1:{server.server_address[1]}/v1/8000" in done.stderr
    assert json.loads(done.stdout)["embedded"] == 0
    assert (vectors(folder), len(server.requests)) == (before, requests)
    assert status(run, folder, **chosen)[0] == 0
    assert run("search", "yeast", "--library", folder, **chosen).returncode == 0


@pytest.mark.parametrize("words", [["--embedder", "local"], []])
def test_reindex_computes_anew_with_an_embedder_that_is_named(run: Run, folder: Path, words: list[str]) -> None:
    environment = {} if words else {"ASSISTANT_EMBEDDER": "local"}
    done = run("reindex", "--json", "--library", folder, *words, **environment)
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["embedded"]) == (0, libraries.MADE)
    assert facts["fingerprint"].startswith(LOCAL)
    assert status(run, folder)[0] == 0


@pytest.mark.parametrize("fingerprint", [f"{LOCAL}0", FORMER])
def test_reindex_computes_anew_where_the_local_embedder_is_a_newer_one(
    run: Run, tmp_path: Path, fingerprint: str
) -> None:
    older = libraries.HashedWords()
    older.fingerprint = fingerprint
    writer.add(tmp_path / "library", libraries.entries(0, 3), older)
    code, facts = status(run, tmp_path / "library")
    assert (code, facts["cures"]) == (6, ["run `assistant reindex --embedder local` to compute its vectors anew"])
    refused = run("search", "yeast", "--library", tmp_path / "library")
    assert (refused.returncode, "`assistant reindex`" in refused.stderr) == (6, True)
    assert json.loads(run("reindex", "--json", "--library", tmp_path / "library").stdout)["embedded"] == 3
    assert status(run, tmp_path / "library")[0] == 0


def test_reindex_names_the_embedder_where_a_vector_is_missing(run: Run, server: Server, tmp_path: Path) -> None:
    folder, chosen = paid(run, server, tmp_path)
    asked(folder, "DELETE FROM embeddings")
    done = run("reindex", "--library", folder)
    assert done.returncode == 6
    assert "no vectors for 1 papers; run `assistant reindex --embedder openai:m`" in done.stderr
    done = run("reindex", "--library", folder, "--embedder", "openai:m", OPENAI_BASE_URL=chosen["OPENAI_BASE_URL"])
    assert "vectors computed for 1" in done.stdout


def test_reindex_of_no_library_says_so(run: Run, tmp_path: Path) -> None:
    done = run("reindex", "--library", tmp_path / "none")
    assert (done.returncode, "there is no library here" in done.stderr) == (6, True)


def test_status_tells_that_another_embedder_is_chosen(run: Run, local: Path, folder: Path) -> None:
    environment = {"ASSISTANT_EMBEDDER": "openai:foo", "OPENAI_API_KEY": "none"}
    code, facts = status(run, local, **environment)
    assert (code, facts["healthy"]) == (6, False)
    assert "foo@api.openai.com/v1/8000" in facts["problems"][0]
    assert facts["cures"] == [
        "choose the embedder it was built with (--embedder local), or run `assistant reindex --embedder openai:foo` "
        "to compute its vectors anew"
    ]
    shown = run("status", "--library", local, **environment)
    assert (shown.returncode, "damaged" in shown.stdout, "sound" in shown.stdout) == (6, False, False)
    assert "made by another embedder: choose" in shown.stdout
    assert status(run, folder)[1]["problems"][0].startswith("built with hashed-words/32+")
    assert status(run, local)[0] == 0
    assert "health       sound" in run("status", "--library", local).stdout


def test_status_says_how_much_of_the_library_it_looked_at(run: Run, folder: Path) -> None:
    words, seen = ["--embedder", "hashing:32"], ("checked", "healthy", "chunks")
    size = sum(path.stat().st_size for path in folder.glob(f"{database.NAME}*") if path.suffix != ".sqlite3-shm")
    code, facts = status(run, folder, *words)
    assert (code, *map(facts.get, seen), facts["bytes"]["catalogue"]) == (0, "full", True, libraries.MADE, size)
    asked(folder, "UPDATE embeddings SET vectors = zeroblob(length(vectors))")
    code, facts = status(run, folder, *words, "--quick")
    assert (code, *map(facts.get, seen), facts["problems"]) == (0, "quick", None, None, [])
    lines = run("status", "--library", folder, *words, "--quick").stdout.splitlines()
    assert [line for line in lines if line.startswith(("papers", "health"))] == [
        f"papers       {libraries.MADE} in {libraries.MADE} listings",
        "health       nothing seen that is wrong",
    ]
    for words_of_extent, checked in (([], "full"), (["--deep"], "deep")):
        code, facts = status(run, folder, *words, *words_of_extent)
        assert (code, *map(facts.get, seen[:2]), facts["problems"] == []) == (6, checked, False, False)
    assert [health.usual_extent(papers) for papers in (5_000, 5_001)] == ["full", "quick"]


def test_status_names_the_paid_embedder(run: Run, server: Server, tmp_path: Path) -> None:
    folder, _ = paid(run, server, tmp_path)
    requests = len(server.requests)
    [cure] = status(run, folder)[1]["cures"]
    assert cure.startswith("choose the embedder it was built with (--embedder openai:m, its OPENAI_BASE_URL), or run")
    assert len(server.requests) == requests


def test_status_does_not_have_the_indexes_rebuilt_where_the_catalogue_is_damaged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(ROWS)
    folder = tmp_path / "library"
    run("ingest", tmp_path / "rows.jsonl", "--library", folder)
    spoil(folder / database.NAME)
    code, facts = status(run, folder)
    assert code == 6
    assert "reindex" not in " ".join(facts["cures"])
    assert facts["cures"][0].startswith(f"move {folder} aside and run `assistant restore FILE ")
    assert "the catalogue is damaged: move" in run("status", "--library", folder).stdout


def spoil(path: Path) -> None:
    """Have the file claim free pages that it has not: all can be read, yet SQLite finds it malformed."""
    asked(path.parent, "PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(36)  # https://www.sqlite.org/fileformat2.html 1.3: the number of free pages
        file.write(b"\0\0\0\5")


def test_status_tells_that_the_model_has_no_endpoint(run: Run, local: Path) -> None:
    done = run("status", "--library", local, OPENAI_BASE_URL="not a url")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_library_without_checksums_says_what_is_not_compared(run: Run, folder: Path) -> None:
    words = ["status", "--library", folder, "--embedder", "hashing:32"]
    assert "checksums" not in run(*words).stdout
    downgrade(folder)
    done = run(*words)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("checksums")]
    assert (done.returncode, json.loads(run(*words, "--json").stdout)["checksums"]) == (0, False)
    assert line.startswith("checksums    none yet: made by an older version, so that only titles, abstracts and the")
    assert run("reindex", *words[1:]).returncode == 0
    assert "checksums" not in run(*words).stdout
