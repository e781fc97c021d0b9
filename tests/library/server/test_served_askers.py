"""A library at a Chroma server, kept open for agents and chat front ends, and told of by a digest and a map."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Run
from support import libraries, services
from support.serving import QUESTION, client, serve, user

import assistant
from assistant.library import database
from assistant.serving.agents import adding
from assistant.serving.inquiries import Selection
from assistant.testing import HashingEmbedder


def never() -> bool:
    return False


@pytest.fixture
def place(address: str, tmp_path: Path, run: Run) -> str:
    """The address of a library of seven papers."""
    libraries.ingest(tmp_path / "made", libraries.entries(0, 7))
    assert run("export", "--library", tmp_path / "made", "--to", address).returncode == 0
    return address


def test_it_is_asked_and_added_to_where_it_is_and_not_in_a_folder_beside(
    place: str, tmp_path: Path, clean_environment: Mapping[str, str]
) -> None:
    beside = tmp_path / "beside"
    libraries.ingest(beside, libraries.entries(20, 22))  # nobody asks this one
    before = (beside / database.NAME).read_bytes()
    with services.serve({"/crossref": services.NEWCOMER}) as playing:
        environment = {**clean_environment, **services.environment(playing), "ASSISTANT_CACHE": str(tmp_path / "cache")}
        library = assistant.open_library(
            beside, vectors=place, embedder=HashingEmbedder(32), model="none", reranker="none", environment=environment
        )
        with serve(library) as served:
            said = client(served).chat.completions.create(model="assistant", messages=[user(QUESTION)])
            assert said.choices[0].message.content
            assert served.resident.size == 7
            add = adding.adding(served.resident, environment, lambda _: None)
            assert [paper.title for paper in add(["10.1234/newcomer"], never).added] == [services.NEWCOMER_TITLE]
            assert served.resident.listing(1, never)[0] == 8
            [hit], _ = served.resident.search("newcomer violins", Selection(1), never)
            assert hit.paper.title == services.NEWCOMER_TITLE
    assert (beside / database.NAME).read_bytes() == before


def test_a_digest_and_a_map_are_made_of_it_and_a_digest_remembers_what_it_told_of(
    place: str, run: Run, tmp_path: Path
) -> None:
    words = ("--vectors", place, "--embedder", "hashing", "--reranker", "none", "--no-model")
    assert run("digest", "--since", "2000", *words).returncode == 0
    assert run("map", "--html", tmp_path / "map.html", "--vectors", place).returncode == 0
    mine = {"XDG_DATA_HOME": str(tmp_path / "mine")}
    assert run("digest", "--list", *words, **mine).stdout == ""
    assert not (tmp_path / "mine").exists()
    assert run("digest", "--save", "weekly", *words, **mine).returncode == 0
    assert run("digest", "--list", *words, **mine).stdout == "weekly  all papers, by theme  (since last; never ran)\n"
    assert [run("digest", "weekly", *words, **mine).returncode for _ in range(2)] == [0, 3]
    (tmp_path / "news.json").write_text(json.dumps({"title": "Owls", "abstract": "We show that owls sleep by day."}))
    assert run("ingest", tmp_path / "news.json", "--vectors", place, "--embedder", "hashing").returncode == 0
    [group] = json.loads(run("digest", "weekly", "--json", *words, **mine).stdout)["groups"]
    assert [paper["title"] for paper in group["papers"]] == ["Owls"]
