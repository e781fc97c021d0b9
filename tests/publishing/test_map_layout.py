"""Where the dots of a map stand: on no other dot, in their theme's disc, and in the order of their dates."""

from datetime import date, timedelta

import numpy as np
import pytest

from assistant.domain.records import Paper
from assistant.publishing import map_layout
from assistant.publishing.map_layout import LINE, NAME_ABOVE


def unit(rows: int, seed: int) -> map_layout.Matrix:
    matrix = np.random.default_rng(seed).standard_normal((rows, 16))
    normalised: map_layout.Matrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return normalised


@pytest.mark.parametrize("sizes", [[1], [3, 200], [63, 59, 58, 55, 50, 49, 40, 37, 31, 30, 26, 26, 25, 24, 21, 20]])
def test_no_two_dots_discs_or_names_overlap(sizes: list[int]) -> None:
    vectors = [unit(size, seed) for seed, size in enumerate(sizes)]
    names = [f"Theme number {place}, of some size" for place in range(len(sizes))]
    places, discs = map_layout.discs(vectors, names)
    assert (places, discs) == map_layout.discs(vectors, names)
    dots = np.array([place for group in places for place in group])
    between = np.linalg.norm(dots[:, None] - dots[None, :], axis=2) + np.eye(len(dots)) * 9
    assert between.min() > 1.4  # a dot is 1.4 wide
    for group, disc in zip(places, discs, strict=True):
        assert all(np.hypot(x - disc.x, y - disc.y) <= disc.radius for x, y in group)
    for place, disc in enumerate(discs):
        for other in discs[:place]:
            assert np.hypot(disc.x - other.x, disc.y - other.y) > disc.radius + other.radius
            name = other.y - other.radius - (NAME_ABOVE + 2 * LINE) / 2  # the middle of two lines
            assert np.hypot(disc.x - other.x, disc.y - name) > disc.radius


def test_time_runs_to_the_right_and_papers_without_a_date_stand_before_it() -> None:
    days = [date(2024, 1, 1) + timedelta(number * 30) for number in range(12)]
    groups = [
        [Paper(f"a{n}", "T", "", day) for n, day in enumerate(days)],
        [Paper(f"b{n}", "T", "", None) for n in range(9)] + [Paper("c", "T", "", days[6])],
    ]
    timeline = map_layout.timeline(groups)
    across = [timeline.places[f"a{n}"][0] for n in range(12)]
    assert across == sorted(across)
    assert timeline.undated == 3  # nine of them in lanes four high
    assert {timeline.places[f"b{n}"][0] < timeline.undated for n in range(9)} == {True}
    assert timeline.places["c"][0] == timeline.places["a6"][0]
    assert len(set(timeline.places.values())) == 22
    for group, lane in zip(groups, timeline.lanes, strict=True):
        assert all(lane.top < timeline.places[paper.id][1] < lane.top + lane.height for paper in group)
    assert [text for _, text in timeline.ticks] == [f"2024-{month:02}" for month in range(1, 12)]


def test_a_library_without_dates_has_no_axis() -> None:
    timeline = map_layout.timeline([[Paper("a", "T", "")]])
    assert (timeline.ticks, timeline.undated, timeline.width) == ((), 1, 3)
