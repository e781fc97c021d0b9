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
        (r"\textbf{B}right \emph{Ideas} {\sl here}", "bright ideas here"),
        (r"{\tt l3build} and \texttt{l3build}", "l3build and l3build"),
        (r"\bm{x}-Nets, $\boldsymbol{x}$-Nets", "x nets x nets"),
        (r"LLM$\times$MapReduce", "llm × mapreduce"),
        ("LLM×MapReduce", "llm × mapreduce"),
        (r"Rank $\leq 3$ \dots", "rank ≤ 3"),
        ("Rank ≤ 3 ...", "rank ≤ 3"),
        (r"$O(n\log n)$", "o n log n"),
        (r"$O(n \log n)$", "o n log n"),
        (r"The $\chi_t$-Coloring", "the χt coloring"),
        (r"H\'{\i}jar, {\o}re Ma{\ss} \c{c} \v{s} \~n", "híjar øre mass ç š ñ"),
        (r"100\% of C\# \& \$5", "100% of c# 5"),
        ("100% of C# & $5", "100% of c# 5"),
        (r"With $500 for \alpha a_b", "with 500 for αa b"),
        (r"{\TeX}hax and \href", "tex hax and href"),
        ("H^{3}DP", "h3dp"),
        (r"Made \today", "made today"),
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
        (r"The future of {\LaTeX}", r"The future of {\TeX}"),
        (r"{\TUB} wish list", r"{\TeX} wish list"),
        (r"Made \textcolor{red}{today}", r"Made \textcolor{red}{tomorrow}"),
    ],
)
def test_titles_of_different_papers_stay_different(first: str, second: str) -> None:
    assert normalise(first) != normalise(second)


def test_emphasis_goes_even_from_a_long_part_of_a_title() -> None:
    words = "long words " * 20
    assert normalise(f"On *{words}end* of it") == f"on {words}end of it"


LATEX = (
    r"\frac \sqrt [ ] { } $ \\ \( \) \[ \] \' a 1 & # % _ ^ \begin{a} \href \item \verb \title \maketitle \left \def"
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from([*LATEX.split(), " "]), min_size=1, max_size=60).map("".join))
def test_broken_latex_has_a_form_that_hangs_on_nothing_read_before(title: str) -> None:
    form = normalise(title)
    normalise(r"\title{Another} \author{One}")
    assert normalise(title) == form != ""


@settings(deadline=None)
@given(st.text(min_size=1))
def test_the_form_of_a_title_is_never_empty(title: str) -> None:
    assert normalise(title)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd", "Zs"]), min_size=1))
def test_case_and_surrounding_punctuation_do_not_matter(title: str) -> None:
    if title.strip():
        assert normalise(f"  {title}:  ") == normalise(title)
