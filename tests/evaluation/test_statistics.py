"""Intervals, tests and powers against scipy, against enumeration, and by hand."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from assistant.evaluation import statistics

VALUES = [0.5, -0.25, 1.0, 0.0, 0.75, -0.5, 0.25, 0.25, 1.0, -0.25, 0.5, 0.0, 0.5, 0.25, -0.75, 1.0]


def test_the_sign_flip_test_tries_all_signs_of_few_clusters() -> None:
    few = VALUES[:6]
    flips = [abs(sum(s * v for s, v in zip(signs, few, strict=True))) for signs in itertools.product((-1, 1), repeat=6)]
    expected = sum(flip >= abs(sum(few)) - 1e-9 for flip in flips) / 2**6
    assert statistics.permutation(few, range(6)) == expected
    tried = stats.permutation_test((few,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert statistics.permutation(few, range(6)) == pytest.approx(tried.pvalue)


def test_the_sign_flip_test_of_many_is_near_the_exact_one() -> None:
    exact = stats.permutation_test((VALUES,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert statistics.permutation(VALUES, range(16)) == pytest.approx(exact, abs=0.01)
    assert statistics.permutation([0.0] * 20, range(20)) == 1.0


def test_variants_of_one_question_change_sign_together() -> None:
    """Sixteen copies of two questions are two, whose smallest p is 2 / 2^2."""
    assert statistics.permutation([1.0] * 16, [0, 1] * 8) == 0.5


def test_the_bootstrap_interval_is_that_of_scipy() -> None:
    found = statistics.bootstrap(VALUES, range(16))
    other = stats.bootstrap((VALUES,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1))
    assert found.mean == pytest.approx(np.mean(VALUES))
    assert (found.low, found.high) == pytest.approx(tuple(other.confidence_interval), abs=0.03)
    assert statistics.bootstrap(VALUES, range(16)) == found


def test_clusters_widen_the_interval() -> None:
    alone = statistics.bootstrap(VALUES * 4, range(64))
    together = statistics.bootstrap(VALUES * 4, list(range(16)) * 4)
    assert together.mean == alone.mean
    assert together.high - together.low == pytest.approx(2 * (alone.high - alone.low), rel=0.15)


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.5: times 4, 3, 2, 1 = 0.04, 0.06, 0.06, 0.5, never falling.
    assert statistics.holm([0.03, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
    assert statistics.holm([0.9, 0.8]) == [1.0, 1.0]
    assert statistics.holm([]) == []


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (3, 10), (10, 10), (81, 263)])
def test_wilson_is_that_of_scipy(hits: int, total: int) -> None:
    expected = stats.binomtest(hits, total).proportion_ci(method="wilson")
    assert statistics.wilson(hits, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_rule_of_three_bounds_what_was_never_seen() -> None:
    assert statistics.rule_of_three(30) == 0.1
    assert statistics.rule_of_three(100) == pytest.approx(stats.binomtest(0, 100).proportion_ci(0.9).high, abs=0.001)


def test_what_can_be_detected() -> None:
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    error = np.std(VALUES, ddof=1) / math.sqrt(16)
    assert statistics.detectable(VALUES, range(16)) == pytest.approx(reach * error)
    # evals literature: 200 pairs of which 10 % differ show about 6 points
    assert statistics.discordant(0.10, 200) == pytest.approx(reach * math.sqrt(0.1 / 200))
    assert statistics.discordant(0.10, 200) == pytest.approx(0.0626, abs=0.0005)
    assert statistics.detectable([1.0, 1.0], [0, 0]) is None


def test_noise_is_the_spread_of_a_run_against_itself() -> None:
    # Two cases, each right once of twice: variance 1/2 each, 1/4 for the mean of two; over both cases sqrt(1/2) / 2.
    assert statistics.noise([[0.0, 1.0], [1.0, 0.0]]) == pytest.approx(math.sqrt(0.5) / 2)
    assert statistics.noise([[1.0, 1.0]]) == 0
    assert statistics.noise([[1.0]]) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: statistics.bootstrap([], []),
        lambda: statistics.permutation([1.0], []),
        lambda: statistics.wilson(0, 0),
        lambda: statistics.discordant(2, 3),
        lambda: statistics.rule_of_three(0),
    ],
)
def test_nonsense_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"\w"):
        call()
