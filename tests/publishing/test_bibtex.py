"""Papers as BibTeX: whole entries, hostile words, and entries that any strict reader accepts."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.exported import entries, paper

from assistant.domain.citation_keys import citation_keys
from assistant.domain.records import Paper
from assistant.publishing.bibtex import bibtex


def bibtex_of(papers: list[Paper]) -> str:
    return bibtex(papers, citation_keys(papers))


def test_what_bibtex_would_take_for_its_own_is_written_out() -> None:
    title = r"50% & $x_1$ #2 {a} ~b^c \cite{x} } @misc{y, " + "\x1b[2J\nline"
    [(key, fields)] = entries(bibtex_of([paper(title, authors=("O'Neil {and} Sons and Co", "A, B, C, D"))]))
    assert key == "cox1"
    assert fields["title"] == (
        r"{50\% \& $x_1$ \#2 \textbraceleft{}a\textbraceright{} \textasciitilde{}b\textasciicircum{}c "
        r"\textbackslash{}cite\textbraceleft{}x\textbraceright{} \textbraceright{} @misc\textbraceleft{}y, "
        "\ufffd[2J line}"
    )
    assert fields["author"] == (r"{O'Neil \textbraceleft{}and\textbraceright{} Sons and Co} and {A, B, C, D}")


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("others", "{others}"),
        ("Others", "{Others}"),
        ("and Sons", "{and Sons}"),
        ("Ash and", "{Ash and}"),
        ("AND", "{AND}"),
        ("Ash,", "{Ash,}"),
        (", Ann", "{, Ann}"),
        ("A,, B", "{A,{}, B}"),
        ("A, B, C, D", "{A, B, C, D}"),
        ("", "{}"),
        ("Ash, Jr., Ann", "Ash, Jr., Ann"),
        ("Ann Brothers", "Ann Brothers"),
        ("Ann Anderson", "Ann Anderson"),
    ],
)
def test_each_author_is_one_name_to_bibtex(author: str, expected: str) -> None:
    """Not a word between two names, not the word for those left out, and no part too many."""
    [(_, fields)] = entries(bibtex_of([paper("Title", authors=("Ann Ash", author, "Bea B."))]))
    assert fields["author"] == f"Ann Ash and {expected} and Bea B."


@pytest.mark.parametrize(
    ("day", "inferred", "expected"),
    [
        (date(2022, 1, 1), True, {"year": "2022"}),  # "2022"
        (date(2022, 5, 1), True, {"year": "2022", "month": "may"}),  # "2022-05"
        (date(2025, 11, 7), True, {"year": "2025", "month": "nov"}),  # "Nov 7" on a page
        (date(2022, 1, 1), False, {"year": "2022", "month": "jan"}),
    ],
)
def test_a_month_that_was_not_written_is_not_exported(day: date, inferred: bool, expected: dict[str, str]) -> None:
    [(_, fields)] = entries(bibtex_of([paper("Title", date=day, date_inferred=inferred)]))
    assert fields == {"title": "{Title}", **expected}


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("2401.12187", {"eprint": "2401.12187", "archiveprefix": "arXiv"}),
        ("https://arxiv.org/abs/2401.12187v3", {"eprint": "2401.12187", "archiveprefix": "arXiv"}),
        ("cs/0112017", {"eprint": "cs/0112017", "archiveprefix": "arXiv"}),
        ("https://doi.org/10.1000/X_y{z}%20", {"doi": "10.1000/x_y%7Bz%7D%20"}),
        ("t-22814d6a9c05", {}),
        ("4983", {}),
    ],
)
def test_ids_are_fields_of_their_own(id: str, expected: dict[str, str]) -> None:
    [(_, fields)] = entries(bibtex_of([paper("Title", id)]))
    assert fields == {"title": "{Title}", **expected}


def test_keys_are_short_and_each_is_used_once() -> None:
    papers = [
        paper("The Art of It", authors=("Ann Ash",), date=date(2024, 5, 1)),
        paper("The Art of It", "id2", authors=("Bea B.", "Ann Ash")),
        paper("Of Art", "id3"),
        paper("Of Art", "id4"),
        paper("Paper 2", "id5"),
        paper("論文", "id6"),
        paper("Of It", "id7", authors=("",)),
        paper("Paper", "id8", authors=("Of",), date=date(999, 1, 1)),
    ]
    assert [key for key, _ in entries(bibtex_of(papers))] == [
        "ash2024art",
        "bart",
        "art",
        "arta",
        "paper",
        "papera",
        "paperb",
        "of0999paper",
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=2), st.text(), st.dates() | st.none()), max_size=4))
def test_any_words_make_entries_that_can_be_read(made: list[tuple[str, list[str], str, date | None]]) -> None:
    papers = [
        paper(title, f"id{n}", authors=tuple(authors), url=url, date=day)
        for n, (title, authors, url, day) in enumerate(made)
    ]
    read = entries(bibtex_of(papers))
    assert len(read) == len(papers)
    for (_, fields), item in zip(read, papers, strict=True):
        assert fields.get("year") == (str(item.date.year) if item.date else None)
