"""The reliability diagram of a run, and how questions changed between two, by arithmetic."""

import pytest

from assistant.evaluation.comparison import Comparison
from assistant.evaluation.metrics import abstention
from assistant.evaluation.reports import tables


def test_confidences_are_put_beside_how_often_they_are_right() -> None:
    parts = abstention.calibration([0.05, 0.95, 1.0, 0.91, 0.55], [False, True, True, False, True])
    assert parts == [(0.05, 0.0, 1), (0.55, 1.0, 1), (pytest.approx(0.953333), 2 / 3, 3)]
    # (0.05 + 0.45 + 3 * 0.286667) / 5
    assert abstention.calibration_error(parts) == pytest.approx((0.05 + 0.45 + 3 * (2.86 / 3 - 2 / 3)) / 5, abs=1e-5)


def test_changes_are_drawn_to_the_left_and_to_the_right_of_a_middle() -> None:
    changes = (("q1", -1.0), ("q22", -0.25), ("q3", 0.5))
    assert tables.changed(Comparison((), {}, (), (), changes)) == [
        f"q1  -1.00 {'█' * 20}│",
        f"q22 -0.25 {' ' * 15}{'█' * 5}│",
        f"q3  +0.50 {' ' * 20}│{'█' * 10}",
    ]
    assert tables.changed(Comparison((), {}, (), ())) == []
