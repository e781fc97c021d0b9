"""A name in any of its forms -> the papers of a library that it means."""

import contextlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.domain.identifiers import digest, title_id
from assistant.domain.records import Listing, Paper
from assistant.library import database
from assistant.library.catalogue import Catalogue
from assistant.retrieval.finder import PaperIndex
from assistant.retrieval.keys import citation_keys
from assistant.retrieval.library_finder import LibraryFinder

DATED = date(2023, 5, 1)
CITED = [
    Paper("a", "3D Splatting of Moss", "x", DATED, authors=("Kerbl, B.",)),
    Paper("b", "3D Splatting of Ferns", "x", DATED, authors=("B. Kerbl",)),
    Paper("c", "On GPT4", "x", DATED),
    Paper("d", "Moss and Ferns", "x", authors=("Ana Öz",)),
    Paper("e", "Moss and Ferns", "x", date(2022, 5, 1), authors=("Ana Öz", "Bo Lee")),
    Paper("f", "Moss and Oaks", "x", date(2022, 5, 1), authors=("Ana Öz",)),
    Paper("g", "Oaks", "x"),
]

PAPERS = [
    Paper("2401.00001", "Scaling Moss: A Study [Extended]", "x"),
    Paper("http://arxiv.org/abs/2210.10760v1", "Walls and Rewards", "x"),
    Paper("doi:10.1000/ab.c", "Bridges, Rivers; and Tides", "x"),
    Paper("nets", "Learning $\\alpha$-Nets with {BERT}", "x"),
    Paper("walls", "Walls of Granite Are All You Need", "x"),
    Paper("tides", "Tides", "x"),
]
INDEX = PaperIndex(PAPERS)
KEYS = citation_keys(paper.id for paper in PAPERS)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Walls of Granite Are All You Need", "walls"),
        ("walls of granite are all you need.", "walls"),
        ("Walls  of\nGranite Are All\n  You Need", "walls"),
        ("“Walls of Granite Are All You Need”", "walls"),
        ("*Walls of Granite Are All You Need*", "walls"),
        ("Learning α-Nets with BERT", "nets"),
        ("2401.00001", "2401.00001"),
        ("2401.00001v2", "2401.00001"),
        ("arXiv:2401.00001v12", "2401.00001"),
        ("https://arxiv.org/abs/2401.00001", "2401.00001"),
        ("https://arxiv.org/pdf/2401.00001v3.pdf", "2401.00001"),
        ("2210.10760", "http://arxiv.org/abs/2210.10760v1"),
        ("arXiv:2210.10760", "http://arxiv.org/abs/2210.10760v1"),
        ("http://arxiv.org/abs/2210.10760v1", "http://arxiv.org/abs/2210.10760v1"),
        ("10.1000/ab.c", "doi:10.1000/ab.c"),
        ("https://doi.org/10.1000/AB.C", "doi:10.1000/ab.c"),
        (KEYS["tides"], "tides"),
    ],
)
def test_a_paper_has_many_names(name: str, id: str) -> None:
    assert [paper.id for paper in INDEX.find_all(name)] == [id]
    assert INDEX.find(name) is INDEX.find_all(name)[0]


@pytest.mark.parametrize("name", ["Walls of Granite", "Walls of Granite Are All You Nead", "2401.0000", "", "  ", "[]"])
def test_a_near_name_is_no_name(name: str) -> None:
    assert INDEX.find(name) is None


def test_a_title_of_two_papers_means_both_and_the_first() -> None:
    first, second, untitled = Paper("a", "Same", "x"), Paper("b", "“Same”", "y"), Paper("c", "", "z")
    index = PaperIndex([first, second, untitled])
    assert index.find_all("same") == [first, second]
    assert index.find("same") is first
    assert index.find_all("b") == [second]
    assert index.find_all("c") == [untitled]


def test_the_beginning_of_a_title() -> None:
    assert [paper.id for paper in INDEX.begins("walls of")] == ["walls"]
    assert [paper.id for paper in INDEX.begins("Walls")] == ["http://arxiv.org/abs/2210.10760v1", "walls"]
    assert INDEX.begins("granite") == INDEX.begins("") == INDEX.begins("  ") == []


def test_suggestions_begin_with_the_name_then_contain_it_then_are_spelled_nearly_so() -> None:
    titles = ["A Theory of Moss", "Moss", "Moss on Walls", "Mosses"]
    index = PaperIndex([Paper(title, title, "x") for title in titles])
    assert [paper.title for paper in index.suggestions("moss")] == [
        "Moss",
        "Moss on Walls",
        "Mosses",
        "A Theory of Moss",
    ]
    assert [paper.title for paper in index.suggestions("moss", limit=2)] == ["Moss", "Moss on Walls"]
    # Of 12 and 13 characters all but one are in both: alike by 2 * 12 / (12 + 13) = 0.96.
    assert [paper.title for paper in index.suggestions("Mos on Walls")] == ["Moss on Walls"]
    assert index.nearest("Mos on Walls") == index.find("Moss on Walls")
    assert index.suggestions("comets") == index.suggestions("") == []
    assert index.nearest("comets") is index.nearest("") is None


def test_an_empty_library_has_no_paper() -> None:
    index = PaperIndex([])
    assert (index.find("x"), index.begins("x"), index.suggestions("x"), index.nearest("x")) == (None, [], [], None)


ALIASED = [
    Paper("2401.00001", "Oaks", "x", listings=(Listing("c", 1, "Oaks"),), aliases=("10.1000/Oaks", "7@c")),
    Paper("1", "Elms", "x", listings=(Listing("a.jsonl", 1, "Elms"),)),
    Paper("1@b.jsonl", "Firs", "x", listings=(Listing("b.jsonl", 1, "Firs"),)),
]


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("https://doi.org/10.1000/oaks", ["2401.00001"]),
        ("10.48550/arXiv.2401.00001", ["2401.00001"]),
        ("7@c", ["2401.00001"]),
        ("7", ["2401.00001"]),
        ("1", ["1", "1@b.jsonl"]),
        ("1@a.jsonl", ["1"]),
        ("1@b.jsonl", ["1@b.jsonl"]),
    ],
)
def test_a_paper_is_found_by_its_other_ids(name: str, ids: list[str]) -> None:
    assert [paper.id for paper in PaperIndex(ALIASED).find_all(name)] == ids


NAMES = [
    *(
        "2401.00001v2",
        "arXiv:2210.10760",
        "https://doi.org/10.1000/AB.C",
        "id:walls",
        "“Tides”",
        "tides.",
        "P",
        "7",
        "7@c",
    ),
    *(
        "1",
        "1@a.jsonl",
        "1@b.jsonl",
        "https://doi.org/10.1000/oaks",
        "Learning α-Nets with BERT",
        "Same",
        "none of them",
    ),
    *("walls of", "Walls", "Walls of Granite Are All You Nead", "", " [] ", "P0", "P" + "0" * 64),
    *(f"P{digest(paper.id)[:length]}" for paper in (*PAPERS, *ALIASED) for length in (4, 14, 64)),
]


def test_the_catalogue_finds_by_its_keys_what_is_found_among_all_papers(tmp_path: Path) -> None:
    same = [Paper("a", "Same", "x"), Paper("b", "“Same”", "y"), Paper(title_id("Moss"), "Moss", "z")]
    papers = [
        replace(paper, listings=paper.listings or (Listing("d", 1, paper.title),)) for paper in (*PAPERS[1:], *same)
    ]
    database.create(tmp_path, "words", 8, "chroma")
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        with catalogue.transaction():
            catalogue.put((paper, "") for paper in (*papers, *ALIASED))
        own = LibraryFinder(catalogue, catalogue.papers, lambda _: [paper.id for paper in papers], small=0)
        every = PaperIndex([*papers, *ALIASED])
        for name in (*NAMES, title_id("Moss")):
            assert own.find_all(name) == every.find_all(name), name
        for name in ("walls of", "Walls of Granite Are All You Nead", ""):
            assert (own.begins(name), own.nearest(name)) == (every.begins(name), every.nearest(name))
            assert own.suggestions(name) == every.suggestions(name)


def test_a_large_library_finds_the_keys_and_authors_that_people_cite_by_as_a_small_one_does(tmp_path: Path) -> None:
    keys = {
        "a": "kerbl20233d", "b": "kerbl20233da", "c": "gpt42023", "d": "ozmoss", "e": "oz2022moss", "f": "oz2022mossa",
        "g": "oaks",
    }  # fmt: skip
    database.create(tmp_path, "words", 8, "chroma")
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        with catalogue.transaction():
            listed = [replace(paper, listings=(Listing("d", 1, paper.title),)) for paper in CITED]
            catalogue.put((paper, "") for paper in listed)
        for finder in (LibraryFinder(catalogue, catalogue.papers, small=0), PaperIndex(listed)):
            assert {id: [paper.id for paper in finder.find_all(key)] for id, key in keys.items()} == {
                id: [id] for id in "abcdef"
            } | {"g": ["g"]}
            assert [paper.id for paper in finder.find_all("Öz and Lee (2022)")] == ["e"]
            assert finder.find_all("Kerbl, 2023") == finder.find_all("oz2023moss") == []


def test_a_large_library_finds_titles_by_beginnings_that_end_within_a_word(tmp_path: Path) -> None:
    """No paper shares a word with these; one that seems the only one, for it does, may not be."""
    database.create(tmp_path, "words", 8, "chroma")
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        with catalogue.transaction():
            listed = [replace(paper, listings=(Listing("d", 1, paper.title),)) for paper in (*PAPERS, *CITED)]
            catalogue.put((paper, "") for paper in listed)
        large, every = LibraryFinder(catalogue, catalogue.papers, lambda _: ["d"], small=0), PaperIndex(listed)
        for name in ("Bridges, Riv", "moss a", "“Mo", "Learning α-Ne", "3D Spl", "Granite", "", "α"):
            assert large.begins(name) == every.begins(name), name
