"""What a page says below an abstract, and the year it was taken in."""

import os
from datetime import date
from pathlib import Path

import pytest
from support.pages import COMPACT_HEAD, PAPERS, SPACED_HEAD, TODAY, read_rows, spaced, texts

from assistant.domain.records import Entry, Listing
from assistant.ingest import read


def test_metadata_belong_to_the_paper_above_them() -> None:
    below = [
        "  • 4 authors\n·\nFeb 11, 2020 1",
        "  • 1 author\n·\nSep 25 12",
        "adobe Adobe\n·\nSep 29, 2024",
    ]
    text = SPACED_HEAD + "\n\n".join(spaced([paper], meta) for paper, meta in zip(PAPERS, below, strict=True))
    assert read_rows(text) == [
        Entry(Listing("-", 13, PAPERS[0][0], date(2020, 2, 11), False, 4, None, 1), PAPERS[0][1]),
        Entry(Listing("-", 21, PAPERS[1][0], date(2025, 9, 25), True, 1, None, 12), PAPERS[1][1]),
        Entry(Listing("-", 29, PAPERS[2][0], date(2024, 9, 29), False, None, "Adobe"), PAPERS[2][1]),
    ]


def test_metadata_are_read_in_a_page_without_blank_lines() -> None:
    text = COMPACT_HEAD + "\n".join("\n".join((*paper, "• 2 authors", "·", "May 3, 2023")) for paper in PAPERS)
    lines = (3, 8, 13)
    assert read_rows(text) == [
        Entry(Listing("-", line, title, date(2023, 5, 3), False, 2), abstract)
        for line, (title, abstract) in zip(lines, PAPERS, strict=True)
    ]


@pytest.mark.parametrize(
    ("below", "listing"),
    [
        ("• 3 authors", Listing("-", 1, PAPERS[0][0], author_count=3)),
        ("• 1,024 authors · Feb 1, 2021", Listing("-", 1, PAPERS[0][0], date(2021, 2, 1), author_count=1024)),
        ("Jan 5, 2022 7", Listing("-", 1, PAPERS[0][0], date(2022, 1, 5), discussions=7)),
        ("·\n\nJan 5, 2022", Listing("-", 1, PAPERS[0][0], date(2022, 1, 5))),
        ("• 2 authors\n\n·\n\nJan 5, 2022", Listing("-", 1, PAPERS[0][0], date(2022, 1, 5), author_count=2)),
        ("dw Deep Wood\n·\nJan 5, 2022", Listing("-", 1, PAPERS[0][0], date(2022, 1, 5), organisation="dw Deep Wood")),
    ],
)  # fmt: skip
def test_any_part_of_the_metadata_may_be_missing(below: str, listing: Listing) -> None:
    assert read_rows(spaced(PAPERS[:1]) + "\n\n" + below) == [Entry(listing, PAPERS[0][1])]


def test_some_papers_have_no_metadata() -> None:
    meta = "  • 4 authors\n·\nFeb 11, 2020"
    text = SPACED_HEAD + "\n\n".join((spaced(PAPERS[:1], meta), spaced(PAPERS[1:2]), spaced(PAPERS[2:], meta)))
    assert texts(text) == PAPERS
    assert [row.listing.author_count for row in read_rows(text) if isinstance(row, Entry)] == [4, None, 4]


def test_a_page_says_in_which_year_it_was_taken_unless_told() -> None:
    below = ("Sep 25", "Mar 1, 2022", "Feb 29")
    text = "\n\n".join(spaced([paper], meta) for paper, meta in zip(PAPERS, below, strict=True))
    for as_of, years in ((None, [2023, 2022, 2020]), (date(2024, 5, 1), [2024, 2022, 2024])):
        dates = [row.listing.date for row in read_rows(text, as_of) if isinstance(row, Entry)]
        assert [day.year for day in dates if day] == years


def test_the_year_of_a_page_without_years_is_that_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(spaced(PAPERS, "Sep 25"))
    os.utime(path, (1_600_000_000, 1_600_000_000))
    dates = [row.listing.date for row in read([str(path)], None, TODAY) if isinstance(row, Entry)]
    assert dates == [date(2020, 9, 25)] * 3
