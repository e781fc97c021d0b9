"""Metrics against arithmetic written out, against trec_eval, and against properties that must hold."""

import itertools
import math
import random

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from assistant.evaluation import statistics, summary
from assistant.evaluation.metrics import abstention, attribution, funnel, retrieval, titles
from assistant.evaluation.metrics.attribution import EmittedMark
from assistant.evaluation.summary import Mean


def groups(*words: str) -> list[frozenset[str]]:
    """One group a word; letters of a word are interchangeable."""
    return [frozenset(word) for word in words]


def test_recall_counts_groups_not_papers() -> None:
    assert retrieval.recall(groups("ab", "c"), "xbya", 4) == 1 / 2
    assert retrieval.recall(groups("ab", "c"), "xbc", 2) == 1 / 2
    assert retrieval.recall(groups("ab", "c"), "xbc", 3) == 2 / 2
    assert (retrieval.all_recall(groups("a", "c"), "ac", 1), retrieval.all_recall(groups("a", "c"), "ac", 2)) == (0, 1)


def test_reciprocal_rank_ndcg_and_judged_by_hand() -> None:
    assert retrieval.reciprocal_rank(groups("b", "c"), "xcb") == 1 / 2
    assert retrieval.reciprocal_rank(groups("b"), "xyz") == 0
    # gold 2 at rank 2, acceptable 1 at rank 3; ideal: 2 first, 1 second
    expected = (2 / math.log2(3) + 1 / math.log2(4)) / (2 / math.log2(2) + 1 / math.log2(3))
    assert retrieval.ndcg({"a": 2, "b": 1}, "xab", 3) == pytest.approx(expected)
    assert retrieval.judged({"a", "c", "z"}, "abcd", 4) == 2 / 4
    assert retrieval.judged({"a", "c", "z"}, "abcd", 1) == 1
    assert retrieval.judged({"a"}, "", 10) is None


def test_a_question_without_gold_has_no_place_in_the_means() -> None:
    with pytest.raises(ValueError, match="gold"):
        retrieval.recall([], "a", 1)
    with pytest.raises(ValueError, match="depth 0"):
        retrieval.recall(groups("a"), "a", 0)
    with pytest.raises(ValueError, match="gain"):
        retrieval.ndcg({}, "a", 1)


def test_rankings_score_as_trec_eval_scores_them() -> None:
    generator = random.Random(7)
    papers = [f"p{number}" for number in range(40)]
    qrels, runs, expected = [], [], {}
    for number in range(200):
        gold = generator.sample(papers, generator.randint(1, 6))
        some = generator.sample([paper for paper in papers if paper not in gold], generator.randint(0, 4))
        ranking = generator.sample(papers, generator.randint(1, 30))
        id = str(number)
        qrels += [ir_measures.Qrel(id, paper, 2) for paper in gold] + [ir_measures.Qrel(id, paper, 1) for paper in some]
        runs += [ir_measures.ScoredDoc(id, paper, float(-place)) for place, paper in enumerate(ranking)]
        gains = dict.fromkeys(some, 1.0) | dict.fromkeys(gold, 2.0)
        single = [frozenset([paper]) for paper in gold]
        expected[id] = {
            R(rel=2) @ 5: retrieval.recall(single, ranking, 5),
            RR(rel=2): retrieval.reciprocal_rank(single, ranking),
            nDCG @ 10: retrieval.ndcg(gains, ranking, 10),
        }
    measured = list(ir_measures.iter_calc(list(expected["0"]), qrels, runs))
    assert len(measured) == 3 * 200
    for value in measured:
        assert expected[value.query_id][value.measure] == pytest.approx(value.value, abs=1e-9), value


@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.sets(st.sampled_from("abcdefgh"), min_size=1))
def test_more_depth_and_a_gold_paper_in_front_never_hurt(ranking: list[str], gold: set[str]) -> None:
    single = [frozenset([paper]) for paper in sorted(gold)]
    values = [retrieval.recall(single, ranking, depth) for depth in range(1, 9)]
    assert values == sorted(values)
    first = min(gold)
    better = [first, *(paper for paper in ranking if paper != first)]
    assert retrieval.reciprocal_rank(single, better) == 1
    assert retrieval.recall(single, better, 8) >= values[-1]


def test_title_scores_by_hand() -> None:
    some = titles.title_scores(groups("ab", "c", "d"), frozenset("e"), frozenset("x"), frozenset("aex?"))
    # cited a (gold), e (acceptable), x (a trap), ? (no paper): 2 of 4 allowed, 1 of 4 gold, 1 of 3 groups
    assert (some.precision, some.strict, some.recall) == (2 / 4, 1 / 4, 1 / 3)
    assert some.f1 == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))
    assert (some.exact, some.traps) == (0, 1)
    whole = titles.title_scores(groups("ab", "c"), frozenset("e"), frozenset("x"), frozenset("bce"))
    assert (whole.precision, whole.recall, whole.f1, whole.exact, whole.traps) == (1, 1, 1, 1, 0)
    none = titles.title_scores(groups("a"), frozenset(), frozenset(), frozenset())
    assert (none.precision, none.strict, none.recall, none.f1, none.exact) == (0, 0, 0, 0, 0)


def levels(table: dict[str, float]) -> attribution.Support:
    """A support function by the letters of the cited papers, whatever the sentence; 0 for those not in it."""
    return lambda ids, _: table.get("".join(sorted(ids)), 0.0)


def test_citation_recall_and_precision_are_those_of_alce() -> None:
    cites = [frozenset("ab"), frozenset("c"), frozenset()]
    # a alone supports, so does ab; b alone does not, and a does without it: b is irrelevant. c supports nothing.
    support = levels({"a": 1, "ab": 1})
    assert attribution.recall(cites, support) == 1 / 3
    assert attribution.precision(cites, support) == 1 / 3  # of a, b, c only a
    # Neither alone, both together: both are needed.
    together = levels({"ab": 1, "a": 0.5})
    assert attribution.precision([frozenset("ab")], together) == 2 / 2
    assert attribution.precision([frozenset()], support) is None
    with pytest.raises(ValueError, match="no sentences"):
        attribution.recall([], support)


def test_validity_is_over_all_that_was_emitted() -> None:
    good = EmittedMark(parsed=True, known=True, in_evidence=True)
    bad = [
        EmittedMark(parsed=False, known=False, in_evidence=False),
        EmittedMark(parsed=True, known=False, in_evidence=False),
        EmittedMark(parsed=True, known=True, in_evidence=False),
        EmittedMark(parsed=True, known=True, in_evidence=True, verbatim=False),
    ]
    assert attribution.validity([good, *bad]) == 1 / 5
    assert attribution.validity([]) is None


def test_risk_and_coverage_by_hand() -> None:
    sure, errors = [0.9, 0.8, 0.7, 0.6], [0.0, 1.0, 0.0, 1.0]
    assert abstention.risk_coverage(sure, errors) == [(0.25, 0), (0.5, 1 / 2), (0.75, 1 / 3), (1.0, 2 / 4)]
    assert abstention.aurc(sure, errors) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    # An oracle has the two right ones first, then the wrong ones one by one: risks 0, 0, 1/3, 1/2.
    assert abstention.excess_aurc(sure, errors) == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4 - (1 / 3 + 1 / 2) / 4)
    assert abstention.coverage_at(sure, errors, 0.35) == 0.75
    assert abstention.coverage_at([0.5], [1.0], 0.2) == 0
    assert abstention.risk_coverage([0.5, 0.5], [0.0, 1.0]) == [(1.0, 0.5)]
    # Of six questions two are not answered: at most four of six are covered, and the area is of the answers alone.
    curve = [(1 / 6, 0), (2 / 6, 1 / 2), (3 / 6, 1 / 3), (4 / 6, 2 / 4)]
    assert abstention.risk_coverage(sure, errors, abstained=2) == curve
    assert abstention.coverage_at(sure, errors, 0.35, abstained=2) == 0.5
    assert abstention.balanced(0.2, 0.4) == pytest.approx(0.7)
    with pytest.raises(ValueError, match="as many"):
        abstention.risk_coverage([], [])


def test_the_excess_is_what_the_best_order_does_not_have() -> None:
    """Against every order of the answers, and every way to tie them: 0 for the best, and never below."""
    for size in range(1, 6):
        for errors in itertools.product((0.0, 1.0), repeat=size):
            best = min(
                sum(sum(order[:number]) / number for number in range(1, size + 1)) / size
                for order in set(itertools.permutations(errors))
            )
            assert abstention.excess_aurc([-error for error in errors], errors) > -1e-12
            assert abstention.excess_aurc([size - place for place in range(size)], sorted(errors)) == 0
            for confidences in itertools.product(range(size), repeat=size):
                excess = abstention.excess_aurc(confidences, errors)
                assert excess == pytest.approx(abstention.aurc(confidences, errors) - best)
                assert excess > -1e-12


def test_a_question_flips_where_only_some_repeats_pass() -> None:
    assert [abstention.flipped(passes) for passes in ([True, False], [True, True], [False])] == [True, False, False]


def test_percentiles_by_hand() -> None:
    assert [statistics.percentile([3, 1, 2, 4], share) for share in (0.25, 0.5, 0.51, 0.95, 1)] == [1, 2, 3, 4, 4]
    with pytest.raises(ValueError, match="between 0 and 1"):
        statistics.percentile([1], 0)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (0, "not in the library"),
        (1, "not retrieved"),
        (2, "dropped from the evidence"),
        (3, "not cited"),
        (4, "not supported"),
        (5, None),
    ],
)
def test_a_missing_paper_is_lost_at_exactly_one_stage(passed: int, expected: str | None) -> None:
    sets = [{"a"} if place < passed else set() for place in range(5)]
    assert funnel.stage(frozenset("ab"), *sets) == expected


def test_a_mean_says_what_it_is_the_mean_of() -> None:
    assert summary.mean([1.0, None, 0.0], failed=2) == Mean(0.5, 2, 1, 2)
    assert summary.mean([None]) == Mean(None, 0, 1, 0)
