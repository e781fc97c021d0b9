"""A filter -> the papers that pass, and what is told of those that do not."""

from datetime import date
from pathlib import Path

from support.libraries import ingest

from assistant.app.filters import admitted, paper_filter
from assistant.domain.records import Entry, Listing
from assistant.library.snapshot import LibrarySnapshot

ENTRIES = [
    Entry(Listing(source, 1, f"Oaks of {source}{day}", date(2024, 1, day) if day else None), "x", f"{source}{day}")
    for source in ("a", "b")
    for day in (None, 1, 2)
]


def test_only_papers_that_their_missing_date_leaves_out_are_counted_and_told_once(tmp_path: Path) -> None:
    messages: list[str] = []
    ingest(tmp_path, ENTRIES)
    with LibrarySnapshot(tmp_path) as library:
        assert admitted(library, paper_filter("2024", None, "a"), messages.append) == frozenset(("a1", "a2"))
        assert messages == ["1 papers without a date are left out"]
        assert admitted(library, paper_filter(None, None, "a"), messages.append) == frozenset(("aNone", "a1", "a2"))
    assert len(messages) == 1
