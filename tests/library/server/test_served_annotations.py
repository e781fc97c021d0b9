"""Tags, notes, marks and days of arrival at a real Chroma server, as a folder keeps them."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Run
from support import libraries
from support.libraries import HashedWords, entries

from assistant.domain.annotations import NOTHING, Annotations, Note
from assistant.domain.errors import LibraryError
from assistant.domain.records import Entry, Listing, Paper
from assistant.library import annotations, embeddings, provenance
from assistant.library.catalogue import Catalogue
from assistant.library.rows import StoredPaper
from assistant.library.server import staging, transfer, writer
from assistant.library.server.address import ANNOTATIONS
from assistant.library.server.client import Server
from assistant.library.server.collection import Records
from assistant.library.server.snapshot import ServerSnapshot
from assistant.library.server.staging import Stage
from assistant.library.server.vector_store import StagedVectors, VectorStore
from assistant.library.server.versions import Versions

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = Note("Über moss:\n“slow”. " * 900, NOON)
"""Longer than a record."""
SAID = Annotations(("Thesis/methods", "rl"), (LONG,), NOON)


def said(server: Server) -> Mapping[str, Annotations]:
    with Server(server.address, "") as connection, ServerSnapshot(connection) as library:
        stored = annotations.read(library.catalogue)
        assert stored.damaged == ()
        assert annotations.read(library.catalogue, ["id1"]).by_id.get("id1") == stored.by_id.get("id1")
        return stored.by_id


def tagging(*tags: str) -> Callable[[Annotations], Annotations]:
    return lambda words: words.with_tags(tags)


def test_readers_tag_note_and_mark_papers_at_a_server_as_in_a_folder(run: Run, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    libraries.ingest(folder, entries(0, 7))
    assert run("export", "--library", folder, "--to", address).returncode == 0
    here, there = ("--library", folder), ("--vectors", address)
    for words in (
        ("tag", "id1", "--add", "wood/floor", "--json"),
        ("tag", "--match", "granite", "--add", "stone"),
        ("tag", "id1", "--remove", "stone"),
        ("tags",),
        ("read", "--in", "wood"),
        ("papers", "--in", "wood", "--columns", "id,tags"),
        ("papers", "--unread", "--sort", "added", "--columns", "id,added"),
        ("remove", "--in", "wood", "--yes"),
        ("tags", "--json"),
        ("papers", "--columns", "id,tags,notes"),
    ):
        replies = [run(*words, *place) for place in (here, there)]
        assert replies[0].returncode == replies[1].returncode == 0, replies[1].stderr
        assert replies[0].stdout == replies[1].stdout, words
    noted = run("note", "id2", "Figure 1 has the fit.", "--json", *there)
    assert [note["text"] for note in json.loads(noted.stdout)["notes"]] == ["Figure 1 has the fit."]
    assert "Figure 1 has the fit." in run("show", "id2", *there).stdout
    assert len(run("papers", "--match", "fit", "--json", *there).stdout.splitlines()) == 1
    assert (run("note", "id2", "--delete", "2", *there).returncode, run("undo", *there).returncode) == (2, 2)


def test_two_who_tag_one_paper_at_once_both_have_their_tags(server: Server) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    others = [tagging("first")]

    def edit(words: Annotations) -> Annotations:
        if others:
            with Server(server.address, "") as connection:
                writer.annotate(connection, ["id1", "id9"], others.pop())
        return words.with_tags(["second"])

    assert writer.annotate(server, ["id1"], edit) == {"id1": Annotations(("first", "second"))}
    assert said(server) == {"id1": Annotations(("first", "second"))}
    before = Versions(server).current()
    assert writer.annotate(server, ["id1"], tagging("First")) == {}
    assert Versions(server).current() == before


def test_what_is_said_is_as_long_as_it_was_and_goes_with_its_paper(server: Server) -> None:
    writer.add(server, entries(0, 4), HashedWords())
    writer.annotate(server, ["id1", "id2"], lambda _: SAID)
    assert said(server) == {"id1": SAID, "id2": SAID}
    writer.annotate(server, ["id2"], lambda _: replace(SAID, notes=()))
    writer.remove(server, ["id1"])
    assert said(server) == {"id2": replace(SAID, notes=())}
    writer.add(server, entries(1, 2), HashedWords())
    writer.annotate(server, ["id2"], lambda _: NOTHING)
    assert said(server) == {}
    beside = Records(server, server.address.collection).beside(ANNOTATIONS)
    assert beside is not None
    writer.remove(server, ["id0"])  # what went two versions ago is deleted
    writer.remove(server, ["id3"])
    assert beside.get(include=()) == []


def test_what_is_said_is_kept_where_papers_get_another_id(server: Server) -> None:
    listing = Listing("a.txt", 1, "Moss and its ways")
    writer.add(server, [Entry(listing, "Moss grows slowly on stones.")], HashedWords())
    with Server(server.address, "") as connection, ServerSnapshot(connection) as library:
        [paper] = library.papers()
        [added] = provenance.arrivals(library.catalogue, {paper.id: 1}).values()
    assert datetime.fromisoformat(added).tzinfo is not None
    writer.annotate(server, [paper.id], lambda _: SAID)
    row = Entry(replace(listing, source="c.txt"), "Moss grows slowly on stones.", "2401.00001")
    assert writer.add(server, [row], HashedWords()).superseded == (paper.id,)
    assert said(server) == {"2401.00001": SAID}


def test_words_of_a_writer_that_died_are_shown_once_they_are_published(server: Server) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    versions, store = Versions(server), Records(server, server.address.collection)
    basis = versions.current()
    stage = Stage(store, VectorStore(str(server.address), store, basis, StagedVectors()), sparse=False)
    stage.say({"id1": SAID})
    following = stage.version()
    assert following is not None
    assert versions.win(following, basis)
    assert said(server) == {}
    writer.add(server, entries(5, 6), HashedWords())
    assert said(server) == {"id1": SAID}


def test_what_was_altered_at_the_server_is_told_and_left_out(server: Server, run: Run) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    writer.annotate(server, ["id1"], tagging("moss"))
    beside = Records(server, server.address.collection).beside(ANNOTATIONS)
    assert beside is not None
    [row] = beside.get(include=("metadatas", "documents"))
    beside.mark([row.id], {"parts": 2})
    status = run("status", "--vectors", str(server.address), "--embedder", "hashing", "--json")
    assert (status.returncode, json.loads(status.stdout)["problems"][0]) == (
        6,
        "the tags and notes of id1 are not as they were written",
    )
    assert "they are left out" in run("papers", "--vectors", str(server.address)).stderr
    writer.annotate(server, ["id1"], tagging("new"))
    assert said(server) == {"id1": Annotations(("new",))}


def test_a_library_that_is_made_anew_has_nothing_of_what_was_said_before(server: Server) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    writer.annotate(server, ["id1"], tagging("moss"))
    name = server.address.collection
    for collection in server.names(name):
        if collection == name or collection.startswith(f"{name}-v"):
            server.drop(collection)
    writer.add(server, entries(0, 3), HashedWords())
    writer.remove(server, ["id2"])
    assert said(server) == {}


def test_what_was_deleted_before_it_was_read_is_told_and_not_left_behind(server: Server, tmp_path: Path) -> None:
    writer.add(server, entries(0, 3), HashedWords())
    writer.annotate(server, ["id1"], lambda _: SAID)
    with Server(server.address, "") as connection, ServerSnapshot(connection) as library:
        assert annotations.read(library.catalogue).problems == ()
        for tag in ("moss", "stone"):  # whereupon what was said before is deleted
            writer.annotate(server, ["id1"], tagging(tag))
        with pytest.raises(LibraryError, match=r"others changed the library meanwhile.*run this again"):
            transfer.to_folder(library, tmp_path / "copy", lambda *_: None)
        assert not (tmp_path / "copy").exists()
        library.refresh()
        transfer.to_folder(library, tmp_path / "copy", lambda *_: None)


def test_papers_of_which_nobody_knows_the_day_move_to_a_folder(server: Server, tmp_path: Path) -> None:
    """As an earlier version writes them to a library whose other papers have one."""

    def change(stage: Stage) -> None:
        paper = Paper("old", "Old moss", "Moss is old.", listings=(Listing("a", 1, "Old moss"),))
        matrix = HashedWords().embed(["Old moss"])
        stage.put([(StoredPaper(paper, embeddings.content_hash(paper, stage.catalogue.now.fingerprint)), matrix)], {})

    writer.add(server, entries(0, 2), HashedWords())
    staging.commit(server, None, change)
    writer.add(server, entries(2, 3), HashedWords())
    with Server(server.address, "") as connection, ServerSnapshot(connection) as library:
        transfer.to_folder(library, tmp_path, lambda *_: None)
        ids = ["id0", "id1", "old", "id2"]
        before = provenance.arrivals(library.catalogue, library.catalogue.positions(ids))
    with contextlib.closing(Catalogue(tmp_path)) as copy:
        assert (list(before), provenance.arrivals(copy, copy.positions(ids))) == (["id0", "id1", "id2"], before)


@pytest.mark.parametrize("several", [3, 700])
def test_much_that_is_said_is_read_at_once(server: Server, several: int) -> None:
    """More papers than are asked for by their ids."""
    writer.add(server, entries(0, several), HashedWords())
    ids = [f"id{number}" for number in range(several)]
    assert set(writer.annotate(server, ids, tagging("all"))) == set(ids)
    assert said(server) == dict.fromkeys(ids, Annotations(("all",)))
