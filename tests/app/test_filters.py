"""A filter -> the papers of a library that pass, and what is told of those that do not."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support import libraries

from assistant.app import reading
from assistant.app.filters import admitted, paper_filter
from assistant.domain.annotations import Annotations
from assistant.domain.errors import UsageError
from assistant.domain.records import Entry
from assistant.domain.selection import Selection
from assistant.library import editing
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter


def row(number: int, source: str, day: int | None) -> Entry:
    entry = libraries.entry(number)
    dated = replace(entry.listing, source=source, line=number, date=date(2024, 5, day) if day else None)
    return replace(entry, listing=dated)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Papers id0 to id5 of two sources, in each an undated one and one of the 1st and the 31st of May 2024."""
    place = tmp_path_factory.mktemp("filters") / "library"
    libraries.ingest(
        place, [row(n, source, (None, 1, 31)[n % 3]) for n, source in enumerate(["a.txt"] * 3 + ["B.txt"] * 3)]
    )
    editing.annotate(place, ["id1", "id4"], lambda said: said.with_tags(["Thesis/methods", "rl"]), "tag")
    editing.annotate(place, ["id4", "id5"], lambda said: said.with_tags(["week 22"], ["RL"]), "tag")
    return place


@pytest.mark.parametrize(
    ("papers_filter", "numbers"),
    [
        (Filter(), "012345"),
        (paper_filter("2024-05-31", None, None), "25"),
        (paper_filter("2024-06", None, None), ""),
        (paper_filter(None, "2024-05-30", None), "14"),
        (paper_filter(None, None, "b.TXT"), "345"),
        (paper_filter(None, None, "other"), ""),
        (paper_filter("2024", "2024", "txt"), "1245"),
        (paper_filter(None, None, None, "thesis"), "14"),
        (paper_filter(None, None, None, ["THESIS / methods", "week 22"]), "4"),
        (paper_filter(None, None, None, ["rl"]), "1"),
        (paper_filter("2024-05-31", None, "B", "week 22"), "5"),
        (paper_filter(None, None, None, "the"), ""),
    ],
)
def test_papers_pass_by_date_source_and_tag(folder: Path, papers_filter: Filter, numbers: str) -> None:
    expected = [f"id{number}" for number in numbers]
    with LibrarySnapshot(folder) as library:
        assert [paper.id for paper in reading.select(library, papers_filter, lambda _: None)] == expected
        ids = admitted(library, papers_filter, lambda _: None)
    assert ids == (None if papers_filter == Filter() else frozenset(expected))


def told(folder: Path, papers_filter: Filter) -> list[str]:
    messages: list[str] = []
    with LibrarySnapshot(folder) as library:
        admitted(library, papers_filter, messages.append)
    return messages


def test_what_nobody_expects_of_a_filter_is_told(folder: Path) -> None:
    assert told(folder, paper_filter("2024", None, "a")) == ["1 paper has no date and is left out"]
    assert told(folder, paper_filter(None, None, "a")) == []
    assert told(folder, paper_filter(None, None, None, "tesis")) == [
        "no paper has the tag 'tesis'; did you mean 'thesis'?",
        "no paper passes the filter",
    ]
    assert told(folder, paper_filter("2024-06-01", None, None, "thesis")) == ["no paper passes the filter"]


@pytest.mark.parametrize("tag", ["", " ", "a//b", "/a", "a\nb", "a\x1b[31m", "x" * 101])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(UsageError, match="tag"):
        paper_filter(None, None, None, tag)


def test_words_are_found_in_all_that_is_known_of_a_paper_and_marks_tell_what_was_read(folder: Path) -> None:
    def ids(match: str = "", unread: bool | None = None) -> list[str]:
        with LibrarySnapshot(folder) as library:
            return [paper.id for paper in reading.select(library, Filter(), pytest.fail, Selection(match, unread))]

    assert ids("Item3 ROCKS") == []
    assert ids("item3") == ["id3"]
    assert ids("week id5") == ["id5"]
    assert ids('"part 4"') == ["id4"]
    assert ids(unread=True) == [f"id{number}" for number in range(6)]
    assert ids(unread=False) == []
    with pytest.raises(UsageError, match="give words"):
        ids('""')
    assert Annotations().with_tags(["a"]).tags == ("a",)
