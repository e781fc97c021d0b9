"""Verdicts -> counts and conclusions in words; the words of earlier versions -> those of now."""

import pytest

from assistant.domain import verdicts


def test_counts_and_conclusions_say_no_more_than_the_verdicts() -> None:
    assert verdicts.counts([], 0) == "0 claims"
    assert verdicts.counts(["quoted"], 1) == "1 quote from 1 paper"
    assert verdicts.counts(["quoted"] * 3, 2) == "3 quotes from 2 papers"
    every = list(verdicts.MARKS)
    assert verdicts.counts(every, 9) == (
        "7 claims: 1 quoted ❝, 1 supported ✓, 1 located ≈ (no checker), 1 unsupported ✗, 1 contradicted ✗, "
        "1 misattributed ⇄, 1 uncited ∅"
    )
    quoted = "3 quotes from 2 papers; no model was asked, so nothing was concluded"
    assert verdicts.conclusion(["quoted"] * 3, 2, None) == quoted
    assert verdicts.conclusion(["quoted"], 1, "m") == "1 quote from 1 paper · model m"
    assert verdicts.conclusion(["located"], 1, None) == "1 claim: 1 located ≈ (no checker) · no model"


@pytest.mark.parametrize(
    ("verdict", "step", "score", "extractive", "now"),
    [
        ("weak", "support", 0.4, False, "located"),
        ("supported", "support", 0.97, False, "located"),
        ("supported", "quote", 0.97, False, "located"),
        ("supported", "quote", 1.0, False, "supported"),
        ("supported", "quote", 1.0, True, "quoted"),
        ("supported", "mine", 0.5, False, "supported"),
        ("unsupported", "facts", 0.2, False, "unsupported"),
        ("quoted", "quote", 1.0, True, "quoted"),
        ("located", "support", 0.4, False, "located"),
    ],
)
def test_verdicts_of_earlier_versions_are_read_in_the_words_of_now(
    verdict: str, step: str, score: float, extractive: bool, now: str
) -> None:
    assert verdicts.renamed(verdict, step, [(verdict, step, score)], extractive=extractive) == (now, [now])
