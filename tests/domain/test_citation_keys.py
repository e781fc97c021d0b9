"""Keys that people cite by: what they are made of, that each is of one paper, and that they stay."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.exported import paper

from assistant.domain.citation_keys import FORM, citation_keys
from assistant.domain.records import Paper


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (paper("Scaling Laws for X", authors=("Leo Gao",), date=date(2022, 10, 1)), "gao2022scaling"),
        (paper("On the Use of It", authors=("Ana Łukasiewicz-Ramé Jr.",)), "lukasiewiczrameuse"),
        (paper("$\\alpha$-Nets", authors=("van den Oord, Aäron",), date=date(2016, 1, 1)), "oord2016alpha"),
        (paper("A Study of the Moss and its Walls", date=date(2020, 1, 1)), "studymosswalls2020"),
        (paper("論文", authors=("王",)), "paper"),
        (paper("1984", authors=("Li",)), "paperli"),
    ],
)
def test_a_key_says_who_when_and_what(item: Paper, key: str) -> None:
    assert citation_keys([item]) == {item.id: key}


def test_a_key_stays_when_papers_are_added_after_it() -> None:
    same = [paper("Moss", f"id{number}", authors=("Ann Ash",)) for number in range(29)]
    keys = citation_keys(same)
    values = list(keys.values())
    assert values[:3] == ["ashmoss", "ashmossa", "ashmossb"]
    assert values[-3:] == ["ashmossz", "ashmossaa", "ashmossab"]
    assert citation_keys(same[:5]) == {id: keys[id] for id in list(keys)[:5]}


@given(st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=2), st.dates() | st.none()), max_size=6))
def test_any_papers_have_keys_of_their_own(made: list[tuple[str, list[str], date | None]]) -> None:
    papers = [paper(title, f"id{n}", authors=tuple(names), date=day) for n, (title, names, day) in enumerate(made)]
    keys = citation_keys(papers)
    assert len(set(keys.values())) == len(papers)
    assert all(FORM.fullmatch(key) for key in keys.values())
