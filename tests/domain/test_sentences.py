"""Running text -> spans of sentences, which cover it and do not overlap."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import check_linear

from assistant.domain import sentences

pieces = st.sampled_from(
    'Smith et al. e.g. Fig. 2 A b . ! ? … 。 ( ) [ ] $ $$ \\( \\) | - 1. # ``` \n \n\n \t “ ” " 28.4 word'.split(" ")
)
texts = st.lists(pieces | st.text(max_size=3)).map(" ".join) | st.lists(pieces).map("".join)


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences.split(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Smith et al. reach 28.4 BLEU on e.g. WMT.",
        "See Fig. 2 and Eq. (3), i.e. the bound.",
        "J. Doe and Dr. Roe agree.",
        "It holds (cf. Sec. 3. There it is shown.) for all.",
        "With $a. B$ and \\(c. D\\) and $$e. F$$ it holds.",
        "Has vitamin D. deficiency.",
        "It is v1.2. of it.",
        "Is it?",
    ],
)
def test_a_sentence_stays_whole_and_ends_before_the_next(sentence: str) -> None:
    assert parts(f"{sentence} The next one.") == [sentence, "The next one."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("- one\n- two\n\nThree", ["- one", "- two", "Three"]),
        ("- one\nThe paragraph.", ["- one", "The paragraph."]),
        ("- one that\n  Goes on\n- two that\ngoes on", ["- one that\n  Goes on", "- two that\ngoes on"]),
        ("1. One.\n2) Two.", ["1. One.", "2) Two."]),
        ("# Heading\nText\ngoes on.", ["# Heading", "Text\ngoes on."]),
        ("| A. B | c |\n|---|---|\n| d | e |\nText.", ["| A. B | c |", "|---|---|", "| d | e |", "Text."]),
        ("```\nx = 1\n```\nText.", ["```", "x = 1", "```", "Text."]),
        ("优于。次の文！终", ["优于。", "次の文！", "终"]),
        ("Лучше. Быстрее.", ["Лучше.", "Быстрее."]),
    ],
)
def test_lists_headings_tables_and_scripts_are_parted(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@given(texts)
def test_spans_are_ordered_disjoint_filled_and_cover_all_that_shows(text: str) -> None:
    spans = sentences.split(text)
    assert spans == sorted(spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "(",
        "$",
        "“",
        "\\(",
        "\\[",
        "\n",
        ". ",
        "( a. ",
        "$a$ b. A ",
        "|",
        "1. ",
        " ",
        "```\n",
        "!",
        "…",
        "..",
        "!)",
    ],
)
def test_long_text_takes_time_in_proportion(unit: str) -> None:
    check_linear(lambda length: sentences.split(unit * (length // len(unit))), 100_000)


@pytest.mark.parametrize("opening", [" ", "1", "a", "!"])
def test_what_opens_a_sentence_is_read_once(opening: str) -> None:
    check_linear(lambda length: sentences.split(opening * length + " a. a. a." * (length // 9)), 50_000)
