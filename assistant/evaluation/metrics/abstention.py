"""Whether questions were answered, how surely, and how steadily -> error rates, risk against coverage, flips."""

from collections.abc import Sequence


def balanced(false_answer: float, false_abstain: float) -> float:
    """Return 1 - (false-answer rate + false-abstain rate) / 2."""
    return 1.0 - (false_answer + false_abstain) / 2.0


def risk_coverage(confidences: Sequence[float], errors: Sequence[float]) -> list[tuple[float, float]]:
    """Return (coverage, risk) for the surest 1, 2, ... n answers: risk is their mean error (El-Yaniv and Wiener 2010).

    Answers of the same confidence enter together. Raises `ValueError` for no answers or lists of different length.
    """
    if not confidences or len(confidences) != len(errors):
        raise ValueError("give as many errors as confidences, and at least one")
    ranked = sorted(zip(confidences, errors, strict=True), key=lambda pair: -pair[0])
    curve, total = [], 0.0
    for number, (confidence, error) in enumerate(ranked, 1):
        total += error
        if number == len(ranked) or ranked[number][0] != confidence:
            curve.append((number / len(ranked), total / number))
    return curve


def aurc(confidences: Sequence[float], errors: Sequence[float]) -> float:
    """Return the area under the risk-coverage curve: each step's risk weighted by the coverage that it adds."""
    area, before = 0.0, 0.0
    for coverage, risk in risk_coverage(confidences, errors):
        area += (coverage - before) * risk
        before = coverage
    return area


def excess_aurc(confidences: Sequence[float], errors: Sequence[float]) -> float:
    """Return what the area exceeds that of an oracle by, which is surest of the least errors (Geifman et al. 2019)."""
    return aurc(confidences, errors) - aurc([-error for error in errors], errors)


def coverage_at(confidences: Sequence[float], errors: Sequence[float], risk: float) -> float:
    """Return the largest coverage whose risk is at most `risk`, 0 where there is none."""
    return max((coverage for coverage, mean in risk_coverage(confidences, errors) if mean <= risk), default=0.0)


def flipped(passes: Sequence[bool]) -> bool:
    """Whether some repeats of one question passed and some failed."""
    return len(set(passes)) > 1
