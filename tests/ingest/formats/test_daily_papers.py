"""Daily Papers pages as entries, whatever their layout."""

import textwrap
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import COMPACT_HEAD, PAPERS, SPACED_HEAD, compact, read_rows, spaced, texts

from assistant.domain.records import Entry, Rejection


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("head", [SPACED_HEAD, SPACED_HEAD.replace("Daily Papers\n\n", ""), "Subscribe\n\n", ""])
def test_paragraphs_with_blank_lines_between_them_are_titles_and_abstracts(count: int, head: str) -> None:
    assert texts(head + spaced(PAPERS[:count])) == PAPERS[:count]


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("head", [COMPACT_HEAD, "Subscribe", "Subscribe\n", ""])
def test_lines_that_alternate_are_titles_and_abstracts(count: int, head: str) -> None:
    assert texts(head + compact(PAPERS[:count])) == PAPERS[:count]


def test_a_page_in_small_letters_is_read_like_any_other() -> None:
    papers = [(title.lower(), abstract.lower()) for title, abstract in PAPERS]
    assert texts(compact(papers)) == papers
    assert texts(spaced(papers)) == papers


def test_papers_that_blank_lines_separate_from_each_other_are_read() -> None:
    assert texts("\n\n".join("\n".join(paper) for paper in PAPERS)) == PAPERS


def test_no_furniture_is_in_any_text() -> None:
    pages = [SPACED_HEAD + spaced(PAPERS), COMPACT_HEAD + compact(PAPERS)]
    for text in ("".join(pages), "".join(reversed(pages)), "\n".join(pages), "".join(pages * 2)):
        assert Counter(texts(text)) == Counter({paper: text.count(paper[1]) for paper in PAPERS})


@pytest.mark.parametrize("title", ["Subscribers and Their Trees", "Subscribe to a Tree", "Subscribed Gardens"])
def test_a_title_may_begin_like_the_button(title: str) -> None:
    papers = [(title, PAPERS[0][1]), PAPERS[1]]
    for text in (spaced(papers), SPACED_HEAD + spaced(papers), compact(papers), COMPACT_HEAD + compact(papers)):
        assert texts(text) == papers


@pytest.mark.parametrize(
    "title",
    [
        "The End of Trees.",
        "Is It a Tree? It Is a Bush",
        "Why Do Leaves Fall?",
        "diff Trees for Growing Gardens",
        "Oak",
        "3D Trees",
        "$x^2$-Trees",
        "Trees -- Part 1",
        "Measuring the Height of Every Tree in a Large and Diverse Forest Without Climbing Any: A Study of Many Ways,"
        " Their Errors and Costs, and What They Mean for Foresters and Squirrels",
    ],
)
def test_titles_of_every_kind_are_titles(title: str) -> None:
    papers = [PAPERS[0], (title, PAPERS[1][1]), PAPERS[2]]
    for text in (SPACED_HEAD + spaced(papers), COMPACT_HEAD + compact(papers), spaced(papers, "• 3 authors\n·\nMay 1")):
        assert texts(text) == papers


@pytest.mark.parametrize("abstract", ["We plant one.", "Oaks win.", "A tree grew. It fell. Nobody heard it."])
def test_an_abstract_may_be_shorter_than_its_title(abstract: str) -> None:
    papers = [PAPERS[0], (PAPERS[1][0], abstract), PAPERS[2]]
    for text in (SPACED_HEAD + spaced(papers), COMPACT_HEAD + compact(papers), spaced(papers, "• 3 authors\n·\nMay 1")):
        assert texts(text) == papers


@pytest.mark.parametrize("meta", [[], ["• 3 authors\n·\nMay 1, 2024"]])
@pytest.mark.parametrize("between", ["\n\n", "\n"])
def test_an_abstract_may_have_several_paragraphs_or_lines(meta: list[str], between: str) -> None:
    split = [(title, abstract.replace(". ", f".{between}")) for title, abstract in PAPERS[:1]]
    assert texts(SPACED_HEAD + spaced([*split, *PAPERS[1:]], *meta)) == PAPERS
    assert texts(SPACED_HEAD + spaced([PAPERS[1], *split], *meta)) == [PAPERS[1], PAPERS[0]]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_hard_line_breaks_are_undone(width: int) -> None:
    wrapped = [(textwrap.fill(title, width), textwrap.fill(abstract, width)) for title, abstract in PAPERS]
    assert texts(SPACED_HEAD + spaced(wrapped)) == PAPERS
    assert texts(spaced(wrapped, "• 3 authors\n·\nMay 1, 2024")) == PAPERS


def test_a_title_without_an_abstract_is_rejected_at_its_line() -> None:
    *rest, last = read_rows(SPACED_HEAD + spaced(PAPERS[:2]) + "\n\nA Title at the End of a Cut Page")
    assert [(row.listing.title, row.abstract) for row in rest if isinstance(row, Entry)] == PAPERS[:2]
    assert last == Rejection("-", 21, "no abstract follows this title")


def test_a_bad_line_costs_only_its_paper() -> None:
    text = (SPACED_HEAD + spaced(PAPERS)).replace("Hedges grow", "H\udce9dges grow").replace("Moss is", "Moss\0is")
    first, *rest = read_rows(text.encode("utf-8", "surrogateescape"))
    assert isinstance(first, Entry)
    assert rest == [
        Rejection("-", 19, "is not UTF-8 text (byte 0xE9 at character 2)"),
        Rejection("-", 23, "holds a NUL character"),
    ]


def test_a_line_over_the_limit_costs_only_its_paper() -> None:
    papers = [PAPERS[0], (PAPERS[1][0], "word " * 500_000), PAPERS[2]]
    first, second, third = read_rows(COMPACT_HEAD + compact(papers))
    assert isinstance(first, Entry)
    assert second == Rejection("-", 6, "line is 2.5 MB long; the limit is 1 MB")
    assert isinstance(third, Entry)


def test_control_characters_become_spaces() -> None:
    (row,) = read_rows(spaced([("Trees \x1b[31min Red", PAPERS[0][1].replace(". We", ".\x07We"))]))
    assert isinstance(row, Entry)
    assert (row.listing.title, row.abstract) == ("Trees [31min Red", PAPERS[0][1])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "holds no paper: it is empty"),
        (" \n\n", "holds no paper: it is empty"),
        (SPACED_HEAD, "holds no paper: it is empty"),
        ("milk\neggs\nbread\n", "no paper was recognised"),
        ("one line alone", "no paper was recognised"),
        ("import os\n\ndef f():\n    return os.name\n", "no paper was recognised"),
        ("name,age\nAnn,4\n", "no paper was recognised"),
        ("<!DOCTYPE html>\n<p>A tree.</p>", "no paper was recognised: it is HTML or XML"),
    ],
)
def test_a_text_without_a_paper_is_one_rejection(text: str, reason: str) -> None:
    assert read_rows(text) == [Rejection("-", 0, reason)]


ODD = "INDEX\n\n4 8 15 16 23 42 / 108"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_two_good_papers_without_any_header_are_kept_and_an_odd_one_is_rejected_at_its_line(place: int) -> None:
    parts = [spaced([paper]) for paper in PAPERS[:2]]
    parts.insert(place, ODD)
    rows = read_rows("\n\n".join(parts))
    assert [(row.listing.title, row.abstract) for row in rows if isinstance(row, Entry)] == PAPERS[:2]
    assert rows[place] == Rejection("-", 1 + 4 * place, "does not read like a title and its abstract")


def test_one_good_paper_among_others_is_not_yet_a_page() -> None:
    assert read_rows(spaced(PAPERS[:1]) + "\n\n" + ODD) == [Rejection("-", 0, "no paper was recognised")]


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "CHANGELOG.md",
        "Makefile",
        "pyproject.toml",
        "assistant/domain/sentences.py",
        "assistant/ingest/formats/daily_papers/parser.py",
        "assistant/ingest/files.py",
        "tests/domain/test_titles.py",
    ],
)
def test_what_people_keep_beside_a_page_is_not_taken_for_one(path: str) -> None:
    text = (Path(__file__).parents[3] / path).read_text()
    assert read_rows(text) == [Rejection("-", 0, "no paper was recognised")]


def test_a_title_over_the_limit_is_rejected_with_its_length() -> None:
    title = "A Title of Words " * 59
    for length, is_paper in ((1000, True), (1001, False)):
        *_, row = read_rows(SPACED_HEAD + spaced([PAPERS[0], (title[: length - 1] + "s", PAPERS[1][1])], "May 1, 2024"))
        assert isinstance(row, Entry) is is_paper
    assert row == Rejection("-", 19, "title is 1,001 characters long; the limit is 1,000")


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.sampled_from('aA.·•\n 4$\x1b\0é,{["'), max_size=200) | st.binary(max_size=200))
def test_no_text_breaks_the_reading(text: str | bytes) -> None:
    for row in read_rows(text):
        if isinstance(row, Entry):
            assert row.listing.title
            assert row.abstract


def test_half_a_character_in_a_page_of_utf_16_costs_only_its_paper() -> None:
    title, abstract = PAPERS[1]
    text = SPACED_HEAD + spaced([PAPERS[0], (title, f"{abstract} \ud83d"), PAPERS[2]])
    first, broken, last = read_rows(text.encode("utf-16", "surrogatepass"))
    line = text[: text.index("\ud83d")].count("\n") + 1
    place = f"at character {len(abstract) + 2}"
    assert broken == Rejection("-", line, f"holds half of a character (a lone surrogate), {place}")
    assert [(row.listing.title, row.abstract) for row in (first, last) if isinstance(row, Entry)] == PAPERS[::2]
