"""Titles that are equal, and titles that are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.titles import normalise


@pytest.mark.parametrize(
    ("title", "normal"),
    [
        ("A Tale of  Two\tTrees", "a tale of two trees"),
        (r"**Deep** $\alpha$-Nets: {A} Study", "deep α nets a study"),
        ("Deep α-Nets: A Study", "deep α nets a study"),
        (r"\textbf{B}right \emph{Ideas}", "bright ideas"),
        (r"From $r$ to $Q^*$", "from r to q*"),
        (r"G\"odel's Proof", "gödel s proof"),
        ("Gödel’s Proof", "gödel s proof"),
        (r"$\tau^2$-Trees", "τ2 trees"),
        ("τ²-Trees", "τ2 trees"),
        ("ﬁne Straße", "fine strasse"),
        ("[A Name](https://example.org/a) *of* _Things_", "a name of things"),
        ("深度树：概述", "深度树 概述"),
        ("ze\u200bro", "zero"),
        ("!!!", "!!!"),
        (" ", " "),
        ("", ""),
    ],
)
def test_a_title_has_one_form(title: str, normal: str) -> None:
    assert normalise(title) == normal


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("C", "C++"),
        ("C", "C#"),
        ("A search", "A* search"),
        (r"$\alpha$-X", r"$\beta$-X"),
        ("P = NP", "P ≠ NP"),
        ("Trees I", "Trees II"),
        ("树", "林"),
        ("!!!", "???"),
        (r"\infty-Nets", r"\aleph-Nets"),
    ],
)
def test_titles_of_different_papers_stay_different(first: str, second: str) -> None:
    assert normalise(first) != normalise(second)


def test_emphasis_goes_even_from_a_long_part_of_a_title() -> None:
    words = "long words " * 20
    assert normalise(f"On *{words}end* of it") == f"on {words}end of it"


@settings(deadline=None)
@given(st.text(min_size=1))
def test_the_form_of_a_title_is_never_empty(title: str) -> None:
    assert normalise(title)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd", "Zs"]), min_size=1))
def test_case_and_surrounding_punctuation_do_not_matter(title: str) -> None:
    if title.strip():
        assert normalise(f"  {title}:  ") == normalise(title)
