"""What a later run makes of papers already stored: edits by a source, ids of another source, and dates."""

from datetime import date
from typing import Any

import pytest

from assistant.domain.identifiers import title_id
from assistant.domain.records import Entry, Listing, Paper, Rejection
from assistant.ingest.deduplicate import merge


def entry(title: str, source: str = "1.jsonl", line: int = 1, **fields: Any) -> Entry:
    listed = {key: fields.pop(key) for key in ("date", "date_inferred") if key in fields}
    return Entry(Listing(source, line, title, **listed), fields.pop("abstract", f"About {title}."), **fields)


def library(*runs: list[Entry]) -> dict[str, Paper]:
    """The papers by id after several runs, none of which may lose an entry."""
    papers: dict[str, Paper] = {}
    for run in runs:
        result = merge(run, papers.values())
        assert result.rejections == ()
        papers |= {paper.id: paper for paper in result.papers}
        for gone in result.superseded:
            del papers[gone]
    return papers


def test_papers_under_ids_of_an_older_version_are_taken_up_under_the_new_ones() -> None:
    """Version 1 told two spellings of one title apart, and its ids were "t-" and 12 digits."""
    spellings = ("The {\\sl Alpha} study", "The {\\it Alpha} study")
    known = [
        Paper(f"t-{number:012x}", title, f"About {title}.", listings=(Listing("1.jsonl", number, title),))
        for number, title in enumerate((*spellings, "Beta study"), 1)
    ]
    run = [entry(title, line=line) for line, title in enumerate((*spellings, "Beta study"), 1)]
    once = merge(run, known)
    assert [(merged.paper.id, merged.paper.title, merged.outcome) for merged in once.merged_papers] == [
        (title_id("The Alpha study"), spellings[0], "updated"),
        (title_id("Beta study"), "Beta study", "updated"),
    ]
    assert once.superseded == tuple(paper.id for paper in known)
    assert [paper.listings for paper in once.papers] == [
        (run[0].listing, run[1].listing),
        (run[2].listing,),
    ]
    again = merge(run, once.papers)
    assert (again.papers, again.superseded) == (once.papers, ())
    assert again.with_outcome("unchanged") == once.papers


EXPORT = [entry("Alpha study", line=1, id="z1"), entry("Beta study", line=2, id="z2")]


def test_an_id_of_one_source_means_another_paper_in_another_source() -> None:
    other = [entry("Gamma study", "2.jsonl", 1, id="z1"), entry("Delta study", "2.jsonl", 2, id="z2")]
    papers = library(EXPORT, other)
    titles = {"z1": "Alpha study", "z2": "Beta study", "z1@2.jsonl": "Gamma study", "z2@2.jsonl": "Delta study"}
    assert {id: paper.title for id, paper in papers.items()} == titles
    for run in (other, EXPORT, [*EXPORT, *other], [*other, *EXPORT]):
        again = merge(run, papers.values())
        assert (set(again.papers), again.rejections) == ({papers[paper.id] for paper in again.papers}, ())
    edited = library(EXPORT, other, [entry("Gamma, a study", "2.jsonl", 1, id="z1")])
    assert {id: paper.title for id, paper in edited.items()} == titles | {"z1@2.jsonl": "Gamma, a study"}


@pytest.mark.parametrize("numbers", [("2401.00001", "https://arxiv.org/abs/2401.00001v2"), ("10.1000/A", "10.1000/a")])
def test_an_id_that_means_the_same_everywhere_may_bring_another_title(numbers: tuple[str, str]) -> None:
    papers = library([entry("Alpha study", id=numbers[0])], [entry("Alpha, revised", "2.jsonl", id=numbers[1])])
    assert [(paper.title, len(paper.listings)) for paper in papers.values()] == [("Alpha, revised", 2)]


def test_the_same_title_from_another_source_is_one_more_listing() -> None:
    papers = library(EXPORT, [entry("ALPHA study", "2.jsonl", 9, id="z1")])
    assert [(listing.source, listing.line) for listing in papers["z1"].listings] == [("1.jsonl", 1), ("2.jsonl", 9)]


@pytest.mark.parametrize("line", [1, 5])
def test_a_source_may_edit_a_title_of_its_own_and_its_old_listing_goes(line: int) -> None:
    edited = entry("Alpha, a study", line=line, id="z1")
    papers = library([*EXPORT, entry("Alpha study", "b", id="z1")], [edited])
    assert (papers["z1"].title, papers["z1"].abstract) == ("Alpha, a study", "About Alpha, a study.")
    assert set(papers["z1"].listings) == {edited.listing, Listing("b", 1, "Alpha study")}
    assert papers["z2"].listings == (EXPORT[1].listing,)


def test_a_row_put_first_moves_the_numbers_of_a_source_and_loses_nothing() -> None:
    titles = ("New study", "Alpha study", "Beta study")
    papers = library(EXPORT, [entry(title, line=line, id=f"z{line}") for line, title in enumerate(titles, 1)])
    assert [(paper.id, paper.title, len(paper.listings)) for paper in papers.values()] == [
        ("z1", "New study", 1),
        ("z2", "Alpha study", 1),
        ("z3", "Beta study", 1),
    ]


def test_no_edit_takes_the_place_of_a_title_that_the_run_has_too() -> None:
    known = library(EXPORT)
    result = merge([entry("Gamma study", line=1, id="z1"), entry("Alpha study", line=2, id="z1")], known.values())
    assert [(rejection.source, rejection.line) for rejection in result.rejections] == [("1.jsonl", 1)]
    assert [(paper.id, paper.title) for paper in result.papers] == [("z1", "Alpha study")]


def test_every_stream_has_one_name_so_only_the_same_text_is_an_edit_there() -> None:
    known = library([entry("Alpha study", "-", id="1")])
    result = merge([entry("Gamma study", "-", id="1")], known.values())
    reason = "its id 1 is that of “Alpha study” in -:1; give one of them another id"
    assert (result.papers, result.rejections) == ((), (Rejection("-", 1, reason),))
    edited = library([entry("Alpha study", "-", id="1")], [entry("Alpha", "-", id="1", abstract="About Alpha study.")])
    assert [(paper.title, len(paper.listings)) for paper in edited.values()] == [("Alpha", 1)]


def test_two_files_of_one_name_in_two_runs_keep_a_listing_each() -> None:
    papers = library([entry("Alpha study")], [entry("Gamma study")])
    assert sorted(listing.title for paper in papers.values() for listing in paper.listings) == [
        "Alpha study",
        "Gamma study",
    ]


def dated(year: int, source: str = "page", line: int = 1, *, inferred: bool = True) -> list[Entry]:
    return [entry("Oaks", source, line, date=date(year, 9, 25), date_inferred=inferred)]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([dated(2020, inferred=False), dated(2025)], (2020, False)),
        ([dated(2020, inferred=False), dated(2025, "other")], (2020, False)),
        ([dated(2025), dated(2020, "other", inferred=False)], (2020, False)),
        ([dated(2024), dated(2025, "other")], (2024, True)),
        ([dated(2024), dated(2025)], (2025, True)),
        ([dated(2024), dated(2025, line=7)], (2025, True)),
        ([dated(2024), dated(2025, "other"), dated(2026, "other")], (2024, True)),
        ([dated(2024), dated(2025, "other"), dated(2026)], (2026, True)),
        ([[entry("Oaks", "page")], dated(2025, "other"), dated(2026)], (2025, True)),
        ([dated(2024), [entry("Oaks", "page")]], (2024, True)),
    ],
)
def test_a_supplied_year_stays_until_the_listing_it_came_from_is_read_again(
    runs: list[list[Entry]], expected: tuple[int, bool]
) -> None:
    (paper,) = library(*runs).values()
    assert paper.date is not None
    assert (paper.date.year, paper.date_inferred) == expected


def test_an_edit_brings_the_listings_of_its_new_title_from_other_sources_with_it() -> None:
    run = [entry("Alpha, a study", "b", 2, id="z1"), entry("Gamma", "b", id="z1"), entry("Alpha, a study", id="z1")]
    known = list(library(EXPORT[:1]).values())
    once = merge(run, known)
    assert [(each.source, each.line) for each in once.rejections] == [("b", 1)]
    assert [(paper.title, len(paper.listings)) for paper in once.papers] == [("Alpha, a study", 2)]
    assert merge(run, once.papers).papers == once.papers
