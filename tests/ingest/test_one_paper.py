"""One paper under several ids, or with a cut abstract -> one paper with its fullest text and all its ids."""

from typing import Any

import pytest

from assistant.domain.records import Entry, Listing, Paper
from assistant.ingest.abstracts import Conflict, is_cut
from assistant.ingest.deduplicate import merge


def entry(id: str | None = None, source: str = "a", line: int = 1, title: str = "Oaks", **fields: Any) -> Entry:
    return Entry(Listing(source, line, title), fields.pop("abstract", "Tall."), id, **fields)


def library(*runs: list[Entry]) -> list[Paper]:
    """The papers after several runs."""
    papers: dict[str, Paper] = {}
    for run in runs:
        result = merge(run, papers.values())
        assert result.rejections == ()
        papers |= {paper.id: paper for paper in result.papers}
        for id in result.superseded:
            del papers[id]
    return list(papers.values())


ARXIV, DOI, ROW = entry("2401.00001", "a"), entry("10.1000/oaks", "b"), entry("7", "c")
UNDER_A_DOI = entry("https://doi.org/10.48550/arXiv.2401.00001", "d")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("runs", ["one", "several"])
def test_a_paper_under_an_arxiv_id_a_doi_and_a_row_number_is_one_paper(order: int, runs: str) -> None:
    rows = [ARXIV, DOI, ROW, entry(source="page")][::order]
    [paper] = library(rows) if runs == "one" else library(*([row] for row in rows))
    assert (paper.id, set(paper.aliases)) == ("2401.00001", {"10.1000/oaks", "7@c"})
    assert {listing.source for listing in paper.listings} == {"a", "b", "c", "page"}
    assert library([ARXIV, DOI, ROW, entry(source="page")], rows) == library([ARXIV, DOI, ROW, entry(source="page")])


def test_arxiv_s_own_doi_is_the_arxiv_id() -> None:
    [paper] = library([UNDER_A_DOI], [ARXIV])
    assert (paper.id, paper.aliases) == (UNDER_A_DOI.id, ())


def test_a_paper_is_still_known_by_its_other_ids_under_another_title() -> None:
    [paper] = library([ARXIV, DOI], [entry("10.1000/OAKS", "e", title="Oaks, Revised")])
    assert (paper.id, paper.title, paper.aliases) == ("2401.00001", "Oaks, Revised", ("10.1000/oaks",))


@pytest.mark.parametrize("first", ["2401.00001", "10.1000/oaks", "7"])
def test_two_ids_of_one_kind_are_two_papers(first: str) -> None:
    second = {"2401.00001": "2401.00002", "10.1000/oaks": "10.1000/elms", "7": "8"}[first]
    rows = [entry(first), entry(second, line=2)]
    assert (
        [paper.id for paper in library(rows)] == [paper.id for paper in library(rows[:1], rows[1:])] == [first, second]
    )


def test_row_numbers_of_two_sources_are_one_paper_where_the_abstracts_agree_too() -> None:
    [paper] = library([entry("7", "a"), entry("8", "b", abstract="Tall. And wide.")])
    assert (paper.id, paper.aliases, paper.abstract) == ("7", ("7@a", "8@b"), "Tall. And wide.")
    editorials = library([entry("7", "a", abstract="About ferns.")], [entry("8", "b", abstract="About moss.")])
    assert [paper.id for paper in editorials] == ["7", "8"]


def test_a_row_number_of_a_joined_paper_under_another_title_is_another_paper() -> None:
    first, second = library([ARXIV, ROW], [entry("7", "c", title="Elms")])
    assert (first.id, first.title, second.id, second.title) == ("2401.00001", "Oaks", "7", "Elms")


def test_two_files_with_rows_1_and_2_are_four_papers() -> None:
    rows = [
        entry(str(number), source, number, f"Paper {number} of {source}") for source in ("a", "b") for number in (1, 2)
    ]
    papers = library(rows)
    assert [paper.id for paper in papers] == ["1", "2", "1@b", "2@b"]
    assert library(rows, rows) == library(rows[:2], rows[2:]) == papers


FULL = "We read all rows. The method reaches 91 percent."


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("We read all rows. The method reaches 91 per...", True),
        ("We read all rows. The method reaches 91 per…", True),
        ("We read all rows.", True),
        ("We  READ all rows. The", True),
        (FULL, False),
        ("We read all rows. The method reaches 92 percent.", False),
        ("We read no rows.", False),
    ],
)
def test_a_cut_abstract_begins_as_the_fuller_one_does(abstract: str, expected: bool) -> None:
    assert is_cut(abstract, FULL) is expected
    cut = entry("7", abstract=abstract)
    [paper] = library([entry("7", abstract=FULL)], [cut])
    assert paper.abstract == (FULL if expected else abstract)
    conflicts = merge([cut], library([entry("7", abstract=FULL)])).conflicts
    assert conflicts == ((Conflict("a", 1, "7", "Oaks"),) if expected else ())
    assert [paper.abstract for paper in library([cut], [entry("7", abstract=FULL)])] == [FULL]
    assert [paper.abstract for paper in library([cut, entry("7", "b", abstract=FULL)])] == [
        FULL if expected else abstract
    ]


def test_a_conflict_names_the_listing_and_the_paper() -> None:
    message = "a:3: its abstract is only the beginning of the one that is known, which stays: “Oaks” (7)"
    assert str(Conflict("a", 3, "7", "Oaks")) == message
