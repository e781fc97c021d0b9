"""What an entry says of a paper that is held: matched exactly, filling only, its other word kept and shown."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from support.pages import ABSTRACT, TITLE

from assistant.domain.identifiers import title_id
from assistant.domain.records import Entry, Listing, Paper
from assistant.ingest.deduplicate import merge
from assistant.ingest.enrichment import Difference, Enrichment, Gain, enrich, lacking

PAGE = Listing("page.txt", 7, TITLE, date(2022, 1, 1), date_inferred=True, author_count=2)
HELD = Paper(title_id(TITLE), TITLE, ABSTRACT, date(2022, 1, 1), True, author_count=2, listings=(PAGE,))
RECORD = Entry(
    Listing("refs.bib", 3, TITLE.upper(), date(2022, 10, 19), author_count=2, organisation="Trees"),
    "", "2210.10760", ("Ann Ash", "Ben Birch"), "https://arxiv.org/abs/2210.10760", ("10.1000/x",),
)  # fmt: skip
PLACE = "refs.bib:3"


def merged(paper: Paper, result: Enrichment) -> Paper:
    """The paper as it is stored afterwards; a second time nothing changes."""
    [after] = merge(result.entries, [paper]).papers
    again = enrich([after], [RECORD])
    assert again.gains == ()
    assert merge(again.entries, [after]).with_outcome("unchanged") == ((after,) if again.entries else ())
    return after


def test_a_paper_gains_what_it_lacks_and_keeps_its_title_and_abstract() -> None:
    result = enrich([HELD], [RECORD])
    assert result.gains == (
        Gain(HELD, "date", "2022-10-19", PLACE),
        Gain(HELD, "authors", "Ann Ash; Ben Birch", PLACE),
        Gain(HELD, "link", "https://arxiv.org/abs/2210.10760", PLACE),
        Gain(HELD, "arXiv id", "2210.10760", PLACE),
        Gain(HELD, "DOI", "10.1000/x", PLACE),
        Gain(HELD, "venue", "Trees", PLACE),
    )
    assert (result.differences, result.unmatched) == ((), ())
    listing = replace(RECORD.listing, title=TITLE)
    assert merged(HELD, result) == Paper(
        "2210.10760", TITLE, ABSTRACT, date(2022, 10, 19), False, RECORD.authors, 2, RECORD.url, (PAGE, listing),
        ("10.1000/x",),
    )  # fmt: skip


def test_what_is_held_stays_and_the_other_word_is_kept_as_a_listing() -> None:
    held = replace(
        HELD, id="2210.10760", title="Trees, Revised", date=date(2023, 5, 1), date_inferred=False,
        authors=("Ann Ash", "Carl Cedar"), url="https://a.example", aliases=("10.9999/other",),
        listings=(replace(PAGE, title="Trees, Revised", organisation="Moss Lab"),),
    )  # fmt: skip
    result = enrich([held], [RECORD])
    assert result.gains == ()
    assert result.differences == (
        Difference(held, "date", "2023-05-01", "2022-10-19", PLACE),
        Difference(held, "authors", "Ann Ash; Carl Cedar", "Ann Ash; Ben Birch", PLACE),
        Difference(held, "DOI", "10.9999/other", "10.1000/x", PLACE),
        Difference(held, "title", "Trees, Revised", TITLE.upper(), PLACE),
    )
    kept = replace(RECORD.listing, title="Trees, Revised")
    assert merged(held, result) == replace(held, listings=(*held.listings, kept))


def bare(**listing: Any) -> Entry:
    """A record without ids."""
    return replace(RECORD, id=None, aliases=(), listing=replace(RECORD.listing, **listing))


@pytest.mark.parametrize(
    ("papers", "entry", "matches"),
    [
        ([HELD], bare(), True),
        ([HELD], bare(title=TITLE + " Again"), False),
        ([HELD], bare(title="On the Hight of Trees"), False),
        ([HELD], bare(author_count=3), False),
        ([replace(HELD, authors=("Ann Ash",))], bare(), True),
        ([replace(HELD, authors=("A. Äsh", "X. Other"))], bare(), True),
        ([replace(HELD, authors=("Carl Cedar",))], bare(), False),
        ([replace(HELD, author_count=None)], bare(), True),
        ([replace(HELD, title="Trees", author_count=None)], bare(title="Trees"), False),
        ([HELD, replace(HELD, id="7", listings=(replace(PAGE, source="b.csv"),))], bare(), False),
        ([replace(HELD, id="1234.56789")], RECORD, False),
        ([replace(HELD, id="10.1000/X", title="Another")], RECORD, True),
        ([replace(HELD, id="t2-000000000000", aliases=("2210.10760",), title="Another")], RECORD, True),
        ([], RECORD, False),
    ],
)
def test_only_an_id_or_the_same_title_with_an_author_matches(papers: list[Paper], entry: Entry, matches: bool) -> None:
    assert enrich(papers, [entry]).unmatched == (() if matches else (entry,))


def test_several_records_fill_a_paper_in_their_order() -> None:
    year = bare(date=date(2022, 1, 1), date_inferred=True, organisation=None)
    first = replace(year, authors=(), url=None)
    undated = replace(HELD, date=None, date_inferred=False)
    result = enrich([undated], [first, RECORD, replace(RECORD, url="https://b.example")])
    assert [(gain.field, gain.value) for gain in result.gains] == [
        ("date", "2022-01-01 (inferred)"), ("date", "2022-10-19"), ("authors", "Ann Ash; Ben Birch"),
        ("link", "https://arxiv.org/abs/2210.10760"), ("arXiv id", "2210.10760"), ("DOI", "10.1000/x"),
        ("venue", "Trees"),
    ]  # fmt: skip
    after = merged(undated, result)
    assert (after.date, after.date_inferred, after.url) == (date(2022, 10, 19), False, RECORD.url)


def test_a_paper_with_an_id_of_its_source_keeps_it_as_another_name() -> None:
    listing = replace(PAGE, source="a.csv")
    held = replace(HELD, id="7", listings=(listing,))
    [after] = merge(enrich([held], [RECORD]).entries, [held]).papers
    assert (after.id, after.aliases) == ("2210.10760", ("10.1000/x", "7@a.csv"))


def test_lacking_are_papers_without_a_full_date_authors_or_a_link() -> None:
    whole = replace(HELD, date_inferred=False, authors=("Ann Ash",), url="https://a.example")
    others = replace(whole, date=None), replace(whole, authors=()), replace(whole, url=None)
    inferred = replace(whole, date_inferred=True)
    assert lacking([whole, *others, inferred]) == (*others, inferred)


@pytest.mark.parametrize("id", ["2210.10760", title_id(TITLE), "7"])
def test_what_others_changed_while_facts_were_fetched_stays(id: str) -> None:
    """Papers are read, services asked for a long time, and only then is the library locked."""
    held = replace(HELD, id=id, title=TITLE)
    entries = enrich([held], [RECORD]).entries
    corrected = replace(held, title=TITLE.upper(), abstract="It was corrected: " + ABSTRACT)
    [after] = merge(entries, [corrected]).papers
    assert (after.title, after.abstract, after.authors) == (corrected.title, corrected.abstract, RECORD.authors)
    shortened = replace(held, abstract=ABSTRACT[: len(ABSTRACT) // 2])
    result = merge(entries, [shortened])
    assert ([paper.abstract for paper in result.papers], result.conflicts) == ([shortened.abstract], ())


def test_a_paper_that_was_retitled_while_facts_were_fetched_keeps_its_new_title() -> None:
    held = replace(HELD, id="2210.10760")
    retitled = replace(held, title="On Trees, Corrected", listings=(replace(PAGE, title="On Trees, Corrected"),))
    [after] = merge(enrich([held], [RECORD]).entries, [retitled]).papers
    assert (after.id, after.title, after.authors) == (held.id, retitled.title, RECORD.authors)
    assert {listing.title for listing in after.listings} == {retitled.title}


@pytest.mark.parametrize("id", ["2210.10760", title_id(TITLE), "7"])
def test_a_paper_that_was_removed_while_facts_were_fetched_stays_away(id: str) -> None:
    result = merge(enrich([replace(HELD, id=id)], [RECORD]).entries, [])
    assert (result.papers, result.merged_count) == ((), 0)
    assert [str(row) for row in result.rejections] == [f"refs.bib:3: its paper is no longer here: “{TITLE}”"]
