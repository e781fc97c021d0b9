"""A model's answer -> claims with their citations, in whatever form a model writes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.growth import check_linear

from assistant.verification import claims

A, B = ("P1a2b", True, ""), ("P3c4d", True, "")
Parsed = list[tuple[str, list[tuple[str, bool, str]]]]


def parsed(answer: str) -> Parsed:
    return [(each.text, [(c.key, c.wellformed, c.quote) for c in each.citations]) for each in claims.split(answer)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", []),
        (" \n", []),
        ("[P1a2b]", []),
        ("One [P1a2b]. Two [P1a2b, P3c4d].", [("One.", [A]), ("Two.", [A, B])]),
        ("One. [P1a2b] Two! [P3c4d]", [("One.", [A]), ("Two!", [B])]),
        ("One.[P1a2b] Two [P3c4d].Three.", [("One.", [A]), ("Two.", [B]), ("Three.", [])]),
        ("One [P1a2b][P3c4d]. Two [P1a2b] [P3c4d].", [("One.", [A, B]), ("Two.", [A, B])]),
        ("[P1a2b] shows one. [P3c4d] shows two.", [("shows one.", [A]), ("shows two.", [B])]),
        ("One.\n[P1a2b]\n\n[P3c4d] Two.", [("One.", [A]), ("Two.", [B])]),
        (
            "Smith et al. reach 28.4, e.g. Fig. 2 [P1a2b]. Next.",
            [("Smith et al. reach 28.4, e.g. Fig. 2.", [A]), ("Next.", [])],
        ),
        ("So $a. B$ and \\(c. D\\) hold [P1a2b].", [("So $a. B$ and \\(c. D\\) hold.", [A])]),
        ("Лучше [P1a2b]. Быстрее.", [("Лучше.", [A]), ("Быстрее.", [])]),
        ("优于[P1a2b]。次の文[P3c4d]。", [("优于。", [A]), ("次の文。", [B])]),
        ("In [0, 1] with [MASK] [P1a2b].", [("In [0, 1] with [MASK].", [A])]),
    ],
)
def test_sentences_keep_their_citations(answer: str, expected: Parsed) -> None:
    assert parsed(answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("- one [P1a2b]\n* two [P3c4d]\n\nThree.", [("one", [A]), ("two", [B]), ("Three.", [])]),
        ("- one\nThree [P1a2b].", [("one", []), ("Three.", [A])]),
        ("1. One [P1a2b].\n2) Two.", [("One.", [A]), ("Two.", [])]),
        ("So it is:\n- one [P1a2b]", [("one", [A])]),
        ("So it is [P1a2b]:\n- one", [("So it is:", [A]), ("one", [])]),
        ("# Heading\nOne [P1a2b].", [("One.", [A])]),
        ("**Heading**\n\nOne [P1a2b].", [("One.", [A])]),
        ("# All is well.\n# Cited [P1a2b]", [("All is well.", []), ("Cited", [A])]),
        ("```text\nOne [P1a2b].\n```", [("One.", [A])]),
        (
            "| M | B |\n|---|---|\n| A | 2.5 [P1a2b] |\n| C | 3 |\n\nD.",
            [("| A | 2.5 |", [A]), ("| C | 3 |", []), ("D.", [])],
        ),
        ("| A |\n|---|\n| B |\n|---|", [("| B |", [])]),
        ("| A |\n|---|\n| B |\n\n| C |\n|---|\n| D |", [("| B |", []), ("| D |", [])]),
        ("| A [P1a2b] |\n|---|", [("| A |", [A])]),
        ("|---|\n|---|", []),
    ],
)
def test_lists_tables_and_headings_become_claims_without_their_marks(answer: str, expected: Parsed) -> None:
    assert parsed(answer) == expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("[P1a2b; P3c4d]", [A, B]),
        ("[P1a2b and P3c4d]", [A, B]),
        ("[see P1a2b]", [A]),
        ("[ P1a2b, ]", [A]),
        ("[[P1a2b]]", [A]),
        ("【P1a2b】", [A]),
        ("(P1a2b, P3c4d)", [A, B]),
        ('[P1a2b: "a. B [1], c"]', [("P1a2b", True, "a. B [1], c")]),
        ("[P1a2b “a”; P3c4d: «b»]", [("P1a2b", True, "a"), ("P3c4d", True, "b")]),
        ('[P1a2b: "a", "b"]', [("P1a2b", True, "a"), ("P1a2b", True, "b")]),
        ("[P1a2b: 'a']", [("P1a2b", True, "a")]),
        ("[P1a2b: a b]", [("P1a2b", True, "a b")]),
        ('[P1a2b: "a "b" c"]', [("P1a2b", True, 'a "b" c')]),
        ("[P1a2b, 3]", [A, ("3", False, "")]),
        ("[1]", [("1", False, "")]),
        ("[Pzz]", [("Pzz", False, "")]),
        ("[P1A2B]", [("P1A2B", False, "")]),
        ("[Smith et al., 2020]", [("Smith et al., 2020", False, "")]),
        ("[Doe & Roe, 2020a]", [("Doe & Roe, 2020a", False, "")]),
    ],
)
def test_brackets_that_mean_to_cite_are_read(inside: str, expected: list[tuple[str, bool, str]]) -> None:
    assert parsed(f"It holds {inside}. So it is.") == [("It holds.", expected), ("So it is.", [])]


@pytest.mark.parametrize(
    "inside", ["[0, 1]", "[-1, 1]", "[MASK]", "[CLS]", "[sic]", "[our emphasis]", "[]", "[x_1; x_2]"]
)
def test_brackets_that_cite_nothing_stay(inside: str) -> None:
    assert parsed(f"It is {inside} there.") == [(f"It is {inside} there.", [])]


def test_a_quote_that_is_not_closed_swallows_nothing() -> None:
    assert parsed('One [P1a2b: "open]. Two says "x" [P3c4d].') == [
        ("One.", [("P1a2b", True, "open")]),
        ('Two says "x".', [B]),
    ]


WORDS = st.sampled_from(
    ["Alpha", "beta", "et al.", "28.4", "[0, 1]", "$x$", "“q”", '"r"', "(s.", "t)", "[", "]", "Fig. 2", "中"]
)
CITATIONS = st.sampled_from(["[P1a2b]", "[P1a2b, P3c4d]", '[P3c4d: "w. V"]', "[7]"])


@given(st.lists(st.tuples(st.lists(WORDS, min_size=1), CITATIONS, st.sampled_from([". ", ".\n\n", "! "])), max_size=6))
def test_nothing_but_citations_is_lost(parts: list[tuple[list[str], str, str]]) -> None:
    answer = "".join(f"Gamma {' '.join(words)} delta {cited}{end}" for words, cited, end in parts)
    written = re.findall(r"\w+", "".join(f"Gamma {' '.join(words)} delta " for words, _, _ in parts))
    words = re.findall(r"\w+", " ".join(claim.text for claim in claims.split(answer)))
    if "[" not in " ".join(word for words, _, _ in parts for word in words if len(word) == 1):
        assert words == written


@given(st.text('ab.P1[](),:;"“” \n-|#`1', max_size=60))
def test_any_text_has_claims_with_words_in_them(answer: str) -> None:
    assert all(re.search(r"\w", claim.text) for claim in claims.split(answer))


UNITS = [
    "[",
    "(",
    "$",
    "“",
    '"',
    "\\(",
    "[P1a2b: “",
    '["',
    "[a, ",
    "[et al ",
    "[P1a2b] ",
    "a. ",
    "\n",
    " ",
    "(P1a2b, ",
    "【",
    "!",
    "…",
    "P1a2b, ",
]
# What a reply may break off in; the quotes within quotes of the last are read in two ways, depending on the start.
OPENINGS = ["", "[P1a2b, ", "[P1a2b: “", "[P1a2b: “a” “a”, ", '[k “[a "”,']


@pytest.mark.parametrize("unit", UNITS)
def test_long_answers_take_time_in_proportion(unit: str) -> None:
    check_linear(lambda length: claims.split(unit * (length // len(unit))), 100_000)


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("unit", ["P1a2b, ", "P1a2b ", "“a” ", '"a", ', "et al, ", " ", ": ", '“",“[a "”,'])
def test_a_reply_cut_within_a_citation_takes_time_in_proportion(opening: str, unit: str) -> None:
    check_linear(lambda length: claims.split(opening + unit * (length // len(unit))), 20_000)
    check_linear(lambda length: claims.split(opening + unit * (length // len(unit)) + ' "[" ]'), 20_000)
