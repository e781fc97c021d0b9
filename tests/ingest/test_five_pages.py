"""The five pages of the library, read whole."""

from collections import Counter

from support.pages import TODAY, read_rows
from support.shared import shared

from assistant.domain.records import Entry
from assistant.ingest import read
from assistant.ingest.deduplicate import merge


def test_the_five_pages_of_the_library_are_read_whole() -> None:
    paths = sorted(map(str, shared("papers").glob("*.txt")))
    rows = list(read(paths, None, TODAY))
    listings = [row.listing for row in rows if isinstance(row, Entry)]
    assert len(listings) == len(rows)
    assert list(Counter(listing.source[:3] for listing in listings).items()) == [
        ("000", 8), ("001", 63), ("002", 250), ("003", 224), ("004", 98),
    ]  # fmt: skip
    assert max(len(listing.title) for listing in listings) == 143
    assert min(len(row.abstract) for row in rows if isinstance(row, Entry)) == 493
    with_metadata = [listing for listing in listings if listing.source.startswith("001")]
    assert sum(listing.author_count is not None for listing in listings) == 61
    assert sum(listing.date is not None for listing in listings) == 62
    assert [(listing.line, listing.author_count) for listing in listings if listing.organisation] == [(369, None)]
    assert [listing.line for listing in with_metadata if listing.date is None and listing.author_count is None] == [293]
    assert Counter(listing.date.year for listing in listings if listing.date and listing.date_inferred) == {2025: 21}
    assert sum(listing.discussions is not None for listing in listings) == 13


def test_the_643_listings_of_the_five_pages_are_614_papers() -> None:
    rows = list(read([str(shared("papers"))], None, TODAY))
    result = merge(row for row in rows if isinstance(row, Entry))
    assert (len(rows), len(result.papers), result.merged_count, result.rejections) == (643, 614, 29, ())
    assert sum(len(paper.listings) for paper in result.papers) == 643


def test_the_five_pages_through_one_pipe_are_the_same_papers() -> None:
    paths = sorted(shared("papers").glob("*.txt"))
    separate = [row for row in read(list(map(str, paths)), None, TODAY) if isinstance(row, Entry)]
    joined = read_rows(b"".join(path.read_bytes() for path in paths))
    assert [(row.listing.title, row.abstract, row.listing.date) for row in joined if isinstance(row, Entry)] == [
        (row.listing.title, row.abstract, row.listing.date) for row in separate
    ]
