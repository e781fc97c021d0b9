"""What a folder keeps and a server does not, and what stands where the two are told apart."""

import json
from typing import Any

import pytest
from conftest import Run
from support import libraries

from assistant import open_library
from assistant.domain.errors import UsageError
from assistant.library import database, sample
from assistant.library.server import writer
from assistant.library.server.address import parse
from assistant.library.server.client import Server
from assistant.library.server.snapshot import ServerSnapshot
from assistant.library.server.versions import Versions
from assistant.serving.inquiries import Inquiry
from assistant.serving.resident import Resident

HASHING = ("--embedder", "hashing")
QUESTION = "How can reward overoptimization be mitigated?"


def test_what_readers_say_and_where_papers_came_from_moves_with_a_library_to_folders(
    run: Run, address: str, tmp_path: Any
) -> None:
    folder, copy = tmp_path / "library", tmp_path / "copy"
    for name in ("Moss", "Ferns", "Oaks"):
        (tmp_path / name).write_text(json.dumps({"title": name, "abstract": f"{name} grow in woods."}))
        assert run("ingest", str(tmp_path / name), *HASHING, "--library", folder).returncode == 0
    assert run("remove", "Ferns", "--yes", "--library", folder).returncode == 0
    for words in (("tag", "Moss", "--add", "wood/floor"), ("note", "Oaks", "Old."), ("read", "Moss")):
        assert run(*words, "--library", folder).returncode == 0
    done = run("export", "--library", folder, "--to", str(copy))
    assert (done.returncode, done.stdout) == (0, f"2 papers with their vectors copied to {copy}\n")
    for words in (("papers", "--json"), ("sources", "--json")):
        assert run(*words, "--library", copy).stdout == run(*words, "--library", folder).stdout
    back = tmp_path / "back"
    assert run("export", "--library", folder, "--to", address).returncode == 0
    assert run("export", "--vectors", address, "--to", str(back)).returncode == 0
    there = run("papers", "--json", "--vectors", address).stdout
    assert (
        there
        == run("papers", "--json", "--library", back).stdout
        == run("papers", "--json", "--library", folder).stdout
    )


def test_an_export_into_a_folder_that_was_interrupted_is_run_again(run: Run, tmp_path: Any) -> None:
    folder, copy = tmp_path / "library", tmp_path / "copy"
    libraries.ingest(folder, libraries.entries(0, 3))
    copy.mkdir()
    database.create(copy, "another", 7, "chroma")  # as far as one gets before its papers
    export = ("export", "--library", folder, "--to", str(copy))
    assert run(*export).stdout == f"3 papers with their vectors copied to {copy}\n"
    assert libraries.parts(copy) == libraries.parts(folder)
    done = run(*export)
    assert (done.returncode, "there is a library here already" in done.stderr) == (6, True)


def test_what_names_a_paper_or_a_folder_is_no_library_at_a_server(run: Run, tmp_path: Any) -> None:
    done = run("ingest", "https://arxiv.org/abs/2210.10760", "--library", "library")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "assistant: error: https://arxiv.org/abs/2210.10760: is the page of a paper, not a library; "
        "`assistant add https://arxiv.org/abs/2210.10760` fetches it",
    )
    (tmp_path / "cloud").mkdir()
    (tmp_path / "cloud" / "moss.json").write_text(json.dumps({"title": "Moss", "abstract": "Moss grows."}))
    assert run("ingest", "cloud", *HASHING, "--library", "library", cwd=tmp_path).returncode == 0


def test_what_is_kept_in_folders_alone_is_neither_sought_at_a_server_nor_changed_in_another_library(
    run: Run, address: str, tmp_path: Any
) -> None:
    """The default library, which the address stands in for, has a change that could be taken back."""
    folder = tmp_path / "default"
    libraries.ingest(folder, libraries.entries(0, 3))
    assert run("tag", "id1", "--add", "moss", "--library", folder).returncode == 0
    assert run("export", "--library", folder, "--to", address).returncode == 0
    here = {"ASSISTANT_VECTORS": address, "ASSISTANT_LIBRARY": str(folder)}
    for words in (("undo",), ("undo", "--forget")):
        done = run(*words, **here)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert (
            f"is for a library in a folder, and this one is at {address}; name a folder with --library" in done.stderr
        )
    assert run("tag", "id1", "--remove", "moss", **here).stderr == "assistant: 1 of 1 paper changed\n"
    assert run("tags", "--library", folder).stdout == "     1  moss\n"
    assert run("undo", "--library", folder, **here).stdout.startswith("took back: tag +moss, 1 paper, ")


def test_a_library_at_a_server_is_served_to_others(run: Run, address: str, tmp_path: Any) -> None:
    """The default library, which it stands in for, is there as well."""
    for place in (("--library", str(tmp_path)), ("--vectors", address)):
        assert run("ingest", sample.papers(), *HASHING, *place).returncode == 0
    library = open_library(
        vectors=address,
        embedder="hashing",
        model="none",
        reranker="none",
        environment={"ASSISTANT_LIBRARY": str(tmp_path)},
    )
    shared = Resident(library)
    answers = [shared.ask(Inquiry(QUESTION), lambda: False).turns[-1].answer for _ in range(2)]
    assert [answer.status for answer in answers] == ["answered", "answered"]
    shared.close()


def test_to_remove_papers_that_are_gone_makes_no_version(server: Server) -> None:
    writer.add(server, libraries.entries(0, 3), libraries.HashedWords())
    assert writer.remove(server, ["id1", "id99"]) == ["id1"]
    version = Versions(server).current()
    assert writer.remove(server, ["id1"]) == []
    assert Versions(server).current() == version


def test_a_library_that_was_made_anew_is_read_as_it_is_now(server: Server) -> None:
    writer.add(server, libraries.entries(0, 3), libraries.HashedWords())
    with Server(server.address, "") as connection, ServerSnapshot(connection) as snapshot:
        name = server.address.collection
        for collection in server.names(name):
            if collection == name or collection.startswith(f"{name}-v"):
                server.drop(collection)
        writer.add(server, libraries.entries(3, 5), libraries.HashedWords())
        snapshot.refresh()
        assert [paper.id for paper in snapshot.papers()] == ["id3", "id4"]


def test_a_collection_is_not_named_like_a_version_of_another() -> None:
    assert parse("http://host?collection=papers-v7b", {}).collection == "papers-v7b"
    with pytest.raises(UsageError, match="without -v and a number"):
        parse("http://host?collection=papers-v7", {})


def test_the_doctor_looks_at_the_library_that_is_asked(run: Run, address: str) -> None:
    missing = run("doctor", "--json", *HASHING, ASSISTANT_VECTORS=address)
    assert missing.returncode == 6
    assert run("ingest", sample.papers(), *HASHING, "--vectors", address).returncode == 0
    rows = map(json.loads, run("doctor", "--json", *HASHING, ASSISTANT_VECTORS=address).stdout.splitlines())
    checks = {row["check"]: (row["state"], row["what"]) for row in rows}
    state, what = checks["library"]
    assert (state, what.endswith(f" papers at {address}"), "library folder" in checks) == ("ok", True, False)
