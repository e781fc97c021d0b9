"""A filter -> the papers that pass, and what is told of those that do not."""

from datetime import date

from assistant.app.filters import paper_filter, select
from assistant.domain.records import Listing, Paper

PAPERS = [
    Paper(f"{source}{day}", "Oaks", "x", date(2024, 1, day) if day else None, listings=(Listing(source, 1, "Oaks"),))
    for source in ("a", "b")
    for day in (None, 1, 2)
]


def test_only_papers_that_their_missing_date_leaves_out_are_counted_and_told_once() -> None:
    messages: list[str] = []
    assert [paper.id for paper in select(PAPERS, paper_filter("2024", None, "a"), messages.append)] == ["a1", "a2"]
    assert messages == ["1 papers without a date are left out"]
    assert select(PAPERS, paper_filter(None, None, "a"), messages.append) == PAPERS[:3]
    assert len(messages) == 1
