"""Whether questions were answered, how surely, and how steadily -> error rates, risk against coverage, flips."""

from collections.abc import Sequence


def balanced(false_answer: float, false_abstain: float) -> float:
    """Return 1 - (false-answer rate + false-abstain rate) / 2."""
    return 1.0 - (false_answer + false_abstain) / 2.0


def risk_coverage(
    confidences: Sequence[float], errors: Sequence[float], abstained: int = 0
) -> list[tuple[float, float]]:
    """Return (coverage, risk) for the surest 1, 2, ... n of n answers (El-Yaniv and Wiener 2010).

    Coverage is their share of all questions, of which `abstained` were not answered and so are never covered; risk is
    their mean error. Answers of the same confidence enter together: no threshold tells them apart. Raises `ValueError`
    for no answers or lists of different length.
    """
    if not confidences or len(confidences) != len(errors):
        raise ValueError("give as many errors as confidences, and at least one")
    ranked = sorted(zip(confidences, errors, strict=True), key=lambda pair: -pair[0])
    curve, total = [], 0.0
    for number, (confidence, error) in enumerate(ranked, 1):
        total += error
        if number == len(ranked) or ranked[number][0] != confidence:
            curve.append((number / (len(ranked) + abstained), total / number))
    return curve


def calibration(
    confidences: Sequence[float], outcomes: Sequence[bool], bins: int = 10
) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share that is so, how many) of each of the equal parts of 0 to 1 that has some: a
    reliability diagram (DeGroot and Fienberg 1983). Raises `ValueError` for lists of different length.

    >>> calibration([0.1, 0.9, 0.8], [False, True, False], bins=2)
    [(0.1, 0.0, 1), (0.85, 0.5, 2)]
    """
    parts: dict[int, list[tuple[float, bool]]] = {}
    for confidence, outcome in zip(confidences, outcomes, strict=True):
        parts.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, outcome))
    return [
        (round(sum(each for each, _ in part) / len(part), 6), sum(so for _, so in part) / len(part), len(part))
        for _, part in sorted(parts.items())
    ]


def calibration_error(parts: Sequence[tuple[float, float, int]]) -> float:
    """Return the expected calibration error of a reliability diagram: the mean distance of confidence and share, each
    part weighted by how many it has (Naeini, Cooper and Hauskrecht 2015)."""
    total = sum(count for _, _, count in parts)
    return sum(count * abs(confidence - share) for confidence, share, count in parts) / total


def aurc(confidences: Sequence[float], errors: Sequence[float]) -> float:
    """Return the area under the risk-coverage curve of the answers: the mean, over their confidences as thresholds, of
    the risk of what is at least as sure (Geifman, Uziel and El-Yaniv 2019)."""
    area, before = 0.0, 0.0
    for coverage, risk in risk_coverage(confidences, errors):
        area += (coverage - before) * risk
        before = coverage
    return area


def excess_aurc(confidences: Sequence[float], errors: Sequence[float]) -> float:
    """Return what the area exceeds the least one by that any order of these answers has: all right ones before all
    wrong ones, each entering alone (E-AURC, Geifman, Uziel and El-Yaniv 2019). Never below 0 but for rounding."""
    best = sorted(errors)
    return aurc(confidences, errors) - aurc(range(len(best), 0, -1), best)


def coverage_at(confidences: Sequence[float], errors: Sequence[float], risk: float, abstained: int = 0) -> float:
    """Return the largest coverage whose risk is at most `risk`, 0 where there is none; `abstained` as above."""
    curve = risk_coverage(confidences, errors, abstained)
    return max((coverage for coverage, mean in curve if mean <= risk), default=0.0)


def flipped(passes: Sequence[bool]) -> bool:
    """Whether some repeats of one question passed and some failed."""
    return len(set(passes)) > 1
