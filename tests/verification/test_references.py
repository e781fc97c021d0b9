"""Titles, ids and keys in brackets -> the claims they stand behind, with the papers they name."""

import pytest

from assistant.domain.records import Paper
from assistant.retrieval.finder import PaperIndex
from assistant.verification import references

PAPERS = [
    Paper("2401.00001", "Scaling Moss: A Study [Extended]", "x"),
    Paper("doi:10.1000/ab.c", "Bridges, Rivers; and Tides", "x"),
    Paper("nets", "Learning $\\alpha$-Nets with {BERT}", "x"),
    Paper("walls", "Walls of Granite Are All You Need", "x"),
    Paper("tides", "Tides", "x"),
    Paper("yards", "What [MASK] Hides in Yards", "x"),
]
INDEX = PaperIndex(PAPERS)


def claims_of(text: str) -> list[tuple[str, list[str]]]:
    """Each claim with the ids of the papers it cites; what names no paper in angle brackets."""
    return [
        (statement.text, [paper_of(mark.key) for mark in statement.citations])
        for statement in references.split(text, INDEX)
    ]


def paper_of(name: str) -> str:
    paper = INDEX.find(name)
    return paper.id if paper else f"<{name}>"


def test_the_nearest_title_is_only_suggested() -> None:
    near = "Walls of Granit Are All You Need"
    assert INDEX.unknown(near) == (
        f"no paper of the library is named “{near}”; did you mean “Walls of Granite Are All You Need”?"
    )
    for name in ("A far title of something", ""):
        assert INDEX.unknown(name) == f"no paper of the library is named “{name}”"


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Moss scales [Scaling Moss: A Study [Extended]].", [("Moss scales.", ["2401.00001"])]),
        ("It hides [What [MASK] Hides in Yards; tides].", [("It hides.", ["yards", "tides"])]),
        ("They hold [Bridges, Rivers; and Tides].", [("They hold.", ["doi:10.1000/ab.c"])]),
        (
            "They hold [Tides; Bridges, Rivers; and Tides; nets].",
            [("They hold.", ["tides", "doi:10.1000/ab.c", "nets"])],
        ),
        ("Nets learn [Learning $\\alpha$-Nets with {BERT}].", [("Nets learn.", ["nets"])]),
        ("Both [tides, nets].", [("Both.", ["tides", "nets"])]),
        ("Both [tides][nets].", [("Both.", ["tides", "nets"])]),
        ("One. [tides] Two. [nets]", [("One.", ["tides"]), ("Two.", ["nets"])]),
        ("One.\n\n[tides] shows two.", [("One.", []), ("shows two.", ["tides"])]),
        ("A claim goes\nover lines [Walls of Granite\nAre All You Need].", [("A claim goes over lines.", ["walls"])]),
        ("- One [tides]\n- Two [Nope of a title]", [("One", ["tides"]), ("Two", ["<Nope of a title>"])]),
        ("See [Tides](https://a.b/c_(d)) there.", [("See there.", ["tides"])]),
        ("Loss in [0, 1] with [MASK].", [("Loss in [0, 1] with [MASK].", [])]),
        ("Open [tides and no end.", [("Open [tides and no end.", [])]),
        ("Twice [tides; Tides; tides].", [("Twice.", ["tides", "tides"])]),
        (
            "They say: “One. Two. Three.” [tides] Four. “Five.” [nets]",
            [
                ("They say: “One.", ["tides"]),
                ("Two.", ["tides"]),
                ("Three.”", ["tides"]),
                ("Four.", []),
                ("“Five.”", ["nets"]),
            ],
        ),
        ("“One. Two.\n\nThree.” [tides]", [("“One.", []), ("Two.", []), ("Three.”", ["tides"])]),
        ("“One [nets]. Two.” [tides]", [("“One.", ["nets"]), ("Two.”", ["tides"])]),
        ("", []),
        ("[tides]", []),
    ],
)
def test_claims_and_what_they_cite(text: str, claims: list[tuple[str, list[str]]]) -> None:
    assert claims_of(text) == claims


def test_a_sentence_is_told_by_the_line_on_which_it_begins() -> None:
    text = "One. [tides]\n\n\nTwo\ngoes on. [nets]\n Three. Four.\n[tides]\nFive."
    lines = [(statement.text, statement.line) for statement in references.split(text, INDEX)]
    assert lines == [("One.", 1), ("Two goes on.", 4), ("Three.", 6), ("Four.", 6), ("Five.", 8)]


def test_a_hostile_text_takes_no_time() -> None:
    assert len(claims_of("[" * 3000 + "a]" * 3000)) == 1
