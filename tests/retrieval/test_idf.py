"""How rare words are, and how much of their weight a text has."""

import math

import pytest

from assistant.library import bm25
from assistant.retrieval import idf

WORDS = bm25.build_index([("One", "moss on granite"), ("Two", "granite walls"), ("Three", "granite")], None)


@pytest.mark.parametrize(("frequency", "papers"), [(0, 0), (0, 7), (1, 7), (7, 7), (3, 5183)])
def test_it_is_the_idf_of_bm25(frequency: int, papers: int) -> None:
    expected = math.log(1 + (papers - frequency + 0.5) / (frequency + 0.5))
    assert idf.idf(frequency, papers) == pytest.approx(expected, abs=1e-12)
    assert idf.idf(frequency, papers) >= 0


def test_terms_weigh_by_rarity() -> None:
    weights = idf.term_weights("the moss of granite, unheard", WORDS)
    assert weights == pytest.approx(
        {"moss": math.log(4 / 1.5), "granit": math.log(4 / 3.5), "unheard": math.log(4 / 0.5)}
    )


def test_coverage_is_a_share_of_the_weight() -> None:
    weights = {"moss": 3.0, "granit": 1.0}
    assert idf.coverage(weights, {"moss", "other"}) == 0.75
    assert idf.coverage(weights, set(weights)) == 1.0
    assert idf.coverage(weights, set()) == idf.coverage({}, {"moss"}) == 0.0
