"""Later turns of dialogues: what is expected of an answer, relative to what was shown, and what meets it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import small_runs
from support.pages import TODAY
from support.shared import shared

from assistant.domain.answers import Seconds
from assistant.domain.errors import UsageError
from assistant.domain.records import Entry
from assistant.evaluation import expectations, gold_checks, suites
from assistant.evaluation.metrics import followups
from assistant.evaluation.outcomes import ClaimOutcome, FindingOutcome, TurnOutcome
from assistant.ingest import read
from assistant.ingest.deduplicate import merge
from bench import twins

EVALS = Path(__file__).parents[2] / "evals"


def turn(*quotes: tuple[str, int], notes: Sequence[str] = (), status: str = "answered", text: str = "") -> TurnOutcome:
    """A turn that quotes (paper, offset): a sentence of ten characters there."""
    claims = [
        ClaimOutcome(
            text or f"{paper} {start}",
            "quoted",
            "quote",
            (FindingOutcome(paper, "k", "quoted", "quote", f"{paper} {start}", 1.0, "", (start, start + 10)),),
            "",
        )
        for paper, start in quotes
    ]
    blank = ((), (), None, None, tuple(notes), None, (None, None), Seconds(), "")
    return TurnOutcome("q", "q", status, tuple(claims), *blank)


SHOWN = turn(("p1", 0), ("p2", 0), ("p3", 0))
ABSTENTION = turn(status="abstained")
MARKED = [{"paper": "p1", "spans": [(0, 10), (20, 30)]}]


@pytest.mark.parametrize(
    ("expected", "answers", "others"),
    [
        ({"gold": [["p1", "p4"], ["p2"]]}, [turn(("p4", 0), ("p2", 0))], [turn(("p1", 0), ("p4", 0)), ABSTENTION]),
        # "others?": something new of the topic, at most half outside of it, and nothing shown
        (
            {"topic": ["p1", "p4", "p5"], "fresh": "papers"},
            [turn(("p4", 0), ("p5", 0)), turn(("p4", 0), ("p5", 0), ("p9", 0))],
            [turn(("p4", 0)), turn(("p4", 0), ("p5", 0), ("p1", 0)), turn(("p9", 0)), ABSTENTION],
        ),
        ({"topic": ["p4"], "fresh": "papers"}, [turn(("p4", 0), ("p9", 0))], [turn(("p4", 0), ("p8", 0), ("p9", 0))]),
        # there are no others
        ({"topic": ["p1", "p2"], "fresh": "papers"}, [ABSTENTION], [turn(("p1", 20)), turn(("p9", 0))]),
        ({"topic": ["p4", "p5"], "strict": True}, [turn(("p4", 0))], [turn(("p4", 0), ("p9", 0)), ABSTENTION]),
        ({"places": [2]}, [turn(("p2", 20))], [turn(("p1", 0)), turn(("p2", 0), ("p1", 0)), ABSTENTION]),
        ({"places": [1, -1]}, [turn(("p3", 0), ("p1", 0))], [turn(("p1", 0))]),
        # no fifth paper was shown: that is said, and nothing guessed
        ({"places": [5]}, [turn(notes=["only 3 papers were cited"])], [turn(("p3", 20)), ABSTENTION]),
        ({"numbers": [-1], "fresh": "sentences"}, [turn(("p3", 20))], [turn(("p3", 0)), turn(("p2", 20))]),
        # of the sentences that answer, one was shown
        ({"answers": MARKED}, [turn(("p1", 24)), turn(("p1", 0), ("p1", 20))], [turn(("p1", 0)), turn(("p1", 28))]),
        ({"answers": [{**MARKED[0], "spans": [(2, 9)]}]}, [turn(("p1", 0))], [turn(("p1", 10))]),
        # the second paper has no sentence marked: it is enough to speak of it
        ({"answers": MARKED, "places": [2]}, [turn(("p2", 0))], [turn(("p1", 20))]),
        ({"answers": MARKED, "places": [1]}, [turn(("p1", 20))], [turn(("p1", 50))]),
        (
            {"says": [["8", "eight"]]},
            [turn(notes=["8 papers"]), turn(("p1", 0), text="Eight of them.")],
            [turn(("p1", 0), text="88 or 0.8 or 8.5")],
        ),
        ({"cites_nothing": True}, [turn(), turn(notes=["bye"])], [turn(("p1", 0)), ABSTENTION]),
        ({"abstains": True}, [ABSTENTION], [turn(("p1", 0)), turn()]),
        (
            {"gold": [["p4"]], "language": "German"},
            [turn(("p4", 0)), turn(notes=["there are no rules for German"])],
            [ABSTENTION, turn(("p1", 0), text="German")],
        ),
    ],
)
def test_an_answer_is_right_where_it_meets_all_that_is_expected(
    expected: Mapping[str, Any], answers: Sequence[TurnOutcome], others: Sequence[TurnOutcome]
) -> None:
    expectation = expectations.read({"kind": "x", **expected})
    groups = [frozenset(group) for group in expected.get("gold", ())]
    spans = {marked["paper"]: marked["spans"] for marked in expected.get("answers", ())}
    judged = [followups.right(expectation, groups, spans, answer, [SHOWN]) for answer in (*answers, *others)]
    assert judged == [True] * len(answers) + [False] * len(others)


def test_numbers_are_of_the_conversation_and_places_of_the_last_answer_that_cites() -> None:
    before = [SHOWN, turn(("p3", 20)), ABSTENTION]
    second = expectations.read({"kind": "number", "numbers": [2]})
    last = expectations.read({"kind": "place", "places": [-1]})
    assert followups.right(second, (), {}, turn(("p2", 20)), before)
    assert followups.right(last, (), {}, turn(("p3", 40)), before)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"kind": "others", "fresh": "titles"}, "fresh is 'titles', and may be papers or sentences"),
        ({"kind": "others", "topics": ["x"]}, "topics is nothing that an answer is judged by"),
        ({"kind": "why"}, "nothing is demanded of the answer"),
        ({"kind": "why", "answers": [{"paper": "x", "abstract": "d", "spans": [[9, 3]]}]}, "is no span"),
        ({}, "'kind'"),
    ],
)
def test_what_no_answer_could_be_judged_by_is_refused_by_line(
    expected: Mapping[str, Any], message: str, tmp_path: Path
) -> None:
    row = {
        "id": "d",
        "split": "dev",
        "turns": [{"question": "a", "gold": [["x"]]}, {"question": "b", "expect": expected}],
    }
    (tmp_path / "dialogues.jsonl").write_text(json.dumps(row))
    with pytest.raises(UsageError) as caught:
        suites.load(tmp_path / "dialogues.jsonl")
    assert "dialogues.jsonl:1" in str(caught.value)
    assert message in str(caught.value)


def test_a_dialogue_is_run_turn_by_turn_and_its_quotes_are_placed(tmp_path: Path) -> None:
    """The quotes of a run stand in the abstracts where the outcome says."""
    row = {
        "id": "d1",
        "split": "dev",
        "turns": [
            {"question": small_runs.TITLES[0], "gold": [[small_runs.TITLES[0]]]},
            {"question": "what does [7] say?", "expect": {"kind": "number", "numbers": [7]}},
        ],
    }
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "dialogues.jsonl").write_text(json.dumps(row))
    with small_runs.context(tmp_path) as context:
        assert small_runs.go_on(tmp_path / "run", suites.load(folder / "dialogues.jsonl"), context) == []
        papers = {paper.id: paper for paper in context.pipeline.library.papers()}
    (outcome,) = small_runs.timeless(tmp_path / "run").values()
    findings = [finding for part in outcome.turns for claim in part.claims for finding in claim.findings]
    assert findings
    for finding in findings:
        assert finding.span is not None
        assert papers[str(finding.paper)].abstract[slice(*finding.span)] == finding.quote
    assert "nothing was cited as [7] so far" in outcome.turns[1].notes


def test_the_gold_about_the_five_pages_fits_their_abstracts() -> None:
    """Every title is a paper's, every span is of the text that it was marked in, and every pair differs."""
    rows = read([str(shared("papers"))], None, TODAY)
    papers = merge(row for row in rows if isinstance(row, Entry)).papers
    abstracts = {paper.title: paper.abstract for paper in papers}
    dialogues = suites.load(EVALS / "daily_papers" / "dialogues.jsonl")
    gold_checks.check(dialogues, papers)
    for case in dialogues.cases:
        assert {title for gold in case.turns for title in gold.gold_titles} <= abstracts.keys(), case.id
    claims = twins.read(abstracts)
    by_pair: dict[str, set[str]] = {}
    for claim in claims:
        by_pair.setdefault(claim.pair, set()).add(claim.text)
    good = sum(claim.truth == "good" for claim in claims)
    assert (good, len(by_pair) - good, len(claims)) == (106, 131, 2 * 131 + 106)
    assert {len(texts) for texts in by_pair.values()} == {1, 2}
    with pytest.raises(ValueError, match="is not the one that the span was marked in"):
        twins.read({title: f"{abstract} " for title, abstract in abstracts.items()})


def test_twins_are_counted_by_the_sign_that_is_shown() -> None:
    made = twins.LabelledClaim("x", "On Moss", "negation", "own_words", "false", "Moss is fast.")
    claims = [made, made, replace(made, truth="true"), replace(made, truth="good"), replace(made, truth="good")]
    signs = [twins.sign(verdict) for verdict in ("supported", "located", "contradicted", "misattributed", "weak")]
    assert signs == ["✓", "≈", "✗", "✗", "≈"]
    assert twins.shares(claims, signs) == {"false ✓": 0.5, "false ≈": 0.5, "true failing": 1.0, "good failing": 0.5}
    assert twins.edited("Moss is not slow.", [(8, 4, ""), (12, 4, "fast")]) == "Moss is fast."
