"""Titles, ids and keys in brackets -> the papers they name, and the claims they stand behind."""

import pytest

from assistant.domain.records import Paper
from assistant.retrieval.retriever import citation_keys
from assistant.verification import references

PAPERS = [
    Paper("2401.00001", "Scaling Moss: A Study [Extended]", "x"),
    Paper("doi:10.1000/ab.c", "Bridges, Rivers; and Tides", "x"),
    Paper("nets", "Learning $\\alpha$-Nets with {BERT}", "x"),
    Paper("walls", "Walls of Granite Are All You Need", "x"),
    Paper("tides", "Tides", "x"),
    Paper("yards", "What [MASK] Hides in Yards", "x"),
]
KNOWN = references.index(PAPERS)


def told(text: str) -> list[tuple[str, list[str]]]:
    """Each claim with the ids of the papers it cites; what names no paper in angle brackets."""
    stated = references.split(text, KNOWN)
    named = [[(cited.key, KNOWN.find(cited.key)) for cited in claim.cited] for claim in stated]
    return [
        (claim.text, [paper.id if paper else f"<{key}>" for key, paper in found])
        for claim, found in zip(stated, named, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Walls of Granite Are All You Need", "walls"),
        ("walls of granite are all you need.", "walls"),
        ("Walls  of\nGranite Are All\n  You Need", "walls"),
        ("“Walls of Granite Are All You Need”", "walls"),
        ("*Walls of Granite Are All You Need*", "walls"),
        ("Learning α-Nets with BERT", "nets"),
        ("2401.00001", "2401.00001"),
        ("2401.00001v2", "2401.00001"),
        ("arXiv:2401.00001v12", "2401.00001"),
        ("https://arxiv.org/abs/2401.00001", "2401.00001"),
        ("10.1000/ab.c", "doi:10.1000/ab.c"),
        (citation_keys(paper.id for paper in PAPERS)["tides"], "tides"),
    ],
)
def test_a_paper_has_many_names(name: str, id: str) -> None:
    paper = KNOWN.find(name)
    assert paper is not None
    assert paper.id == id


@pytest.mark.parametrize("name", ["Walls of Granite", "Walls of Granite Are All You Nead", "2401.0000", "", "  ", "[]"])
def test_a_near_name_is_no_name(name: str) -> None:
    assert KNOWN.find(name) is None


def test_the_nearest_title_is_only_suggested() -> None:
    near = "Walls of Granit Are All You Need"
    assert KNOWN.reason(near) == (
        f"no paper of the library is named “{near}”; did you mean “Walls of Granite Are All You Need”?"
    )
    assert KNOWN.reason("A far title of something") == "no paper of the library is named “A far title of something”"
    assert KNOWN.reason("") == "no paper of the library is named “”"


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
        ("", []),
        ("[tides]", []),
    ],
)
def test_claims_and_what_they_cite(text: str, claims: list[tuple[str, list[str]]]) -> None:
    assert told(text) == claims


def test_a_title_of_two_papers_means_the_first() -> None:
    known = references.index([Paper("a", "Same", "x"), Paper("b", "Same", "y"), Paper("c", "", "z")])
    assert (known.find("same") or PAPERS[0]).id == "a"
    assert (known.find("c") or PAPERS[0]).id == "c"


def test_a_hostile_text_takes_no_time() -> None:
    assert len(told("[" * 3000 + "a]" * 3000)) == 1
