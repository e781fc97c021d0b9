"""A claim of clauses and how much of each word a paper has -> the clause of which it has hardly a word."""

import numpy as np
import pytest
from support.growth import check_linear, filled
from support.libraries import HashedWords

from assistant.library import bm25
from assistant.verification import clauses
from assistant.verification.support.matching import PreparedClaim, prepare_claim
from assistant.verification.support.terms import Vocabulary

PAPER = "Moss covered the granite of old walls after three winters, and lichen did not slow it."
WORDS = Vocabulary(bm25.build_index([("Moss", PAPER)], None))


def prepared(text: str) -> PreparedClaim:
    return prepare_claim(text, HashedWords(8).embed([text])[0], WORDS)


def unsaid(text: str) -> str:
    claim, said = prepared(text), set(WORDS.terms(PAPER))
    return clauses.unsaid(claim, np.array([float(term in said) for term in claim.terms]), WORDS.terms)


@pytest.mark.parametrize(
    ("claim", "clause"),
    [
        ("Moss covered old walls, and violins need ten kinds of varnish.", "violins need ten kinds of varnish"),
        ("Violins need ten kinds of varnish while moss covered granite.", "Violins need ten kinds of varnish"),
        ("Moss covered old walls and lichen did not slow it.", ""),
        ("Moss covered old walls, which was noted.", ""),  # one word that is nowhere
        ("Green cushions overgrew stone, and violins need ten kinds of varnish.", ""),  # nothing is restated
        ("Moss covered old granite walls of violins that need varnish.", ""),  # one clause
        ("", ""),
    ],
)
def test_the_clause_of_which_a_paper_that_has_another_one_has_hardly_a_word(claim: str, clause: str) -> None:
    assert unsaid(claim) == clause


def test_time_is_linear_in_the_claim() -> None:
    def read(length: int) -> str:
        claim = prepared(filled("moss, and varnish  ", length))
        return clauses.unsaid(claim, np.zeros(len(claim.terms)), WORDS.terms)

    check_linear(read, 20_000)
