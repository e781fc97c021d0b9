"""Intervals, tests and powers against scipy, against enumeration, and by hand."""

import itertools
import math
import tracemalloc

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
    interval = statistics.bootstrap(VALUES, range(16))
    other = stats.bootstrap((VALUES,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1))
    assert interval.mean == pytest.approx(np.mean(VALUES))
    assert (interval.low, interval.high) == pytest.approx(tuple(other.confidence_interval), abs=0.03)
    assert statistics.bootstrap(VALUES, range(16)) == interval


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


def test_what_can_be_detected() -> None:
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    error = np.std(VALUES, ddof=1) / math.sqrt(16)
    assert statistics.minimum_detectable_effect(VALUES, range(16)) == pytest.approx(reach * error)
    assert statistics.minimum_detectable_effect([1.0, 1.0], [0, 0]) is None


def test_noise_is_the_spread_of_a_run_against_itself() -> None:
    # Two cases, each right once of twice: variance 1/2 each, 1/4 for the mean of two; over both cases sqrt(1/2) / 2.
    assert statistics.run_noise([[0.0, 1.0], [1.0, 0.0]]) == pytest.approx(math.sqrt(0.5) / 2)
    assert statistics.run_noise([[1.0, 1.0]]) == 0
    assert statistics.run_noise([[1.0]]) is None


def test_memory_does_not_grow_with_the_number_of_draws() -> None:
    """10,000 draws of 3,000 questions at once would be 240 MB; the batches in memory are 250 draws, 6 MB an array."""
    values = np.random.default_rng(0).normal(size=3_000).tolist()
    clusters = range(3_000)
    statistics.bootstrap(values[:20], clusters[:20])  # scipy's own modules are not counted
    tracemalloc.start()
    try:
        statistics.bootstrap(values, clusters)
        statistics.permutation(values, clusters)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


def test_a_single_cluster_has_an_interval_without_width() -> None:
    assert statistics.bootstrap([0.25, 0.75], [0, 0]) == statistics.Interval(0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: statistics.bootstrap([], []),
        lambda: statistics.permutation([1.0], []),
        lambda: statistics.minimum_detectable_effect([], [1]),
    ],
)
def test_nonsense_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"\w"):
        call()
