"""Themes of papers -> a place for each paper on two maps: one of themes that lie apart, one of themes over time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Paper
from assistant.retrieval.themes import principal

Place = tuple[float, float]
Matrix = NDArray[np.float64]

_GOLDEN = math.pi * (3 - math.sqrt(5))
"""The angle by which one seed of a sunflower follows another: the discs that they fill have no gaps (Vogel 1979)."""
LETTER, LINE, NAME_ABOVE = 0.86, 1.75, 0.9
"""The width of a letter of a name, the height of a line, and how far the name stands above its disc, in the unit of all
places: a dot takes about three square ones."""
_NAMED_AT = 26.0
"""The side, in dots, of a map whose names have this size: of about 680 papers."""
_GAP = 2.0
"""Between two discs."""
_WIDE = 1.15
"""How much wider than high the map is."""
_ROUNDS = 400
_BINS = 96
"""Places of the axis of time, each as wide as a dot."""
_HIGH, _TALLEST = 4, 12
"""Dots above one another in the lane of a theme: at least, and at most before they overlap."""
_LANE_GAP = 1.6


@dataclass(frozen=True, slots=True)
class Disc:
    """A theme on the map of themes."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Lane:
    """A theme on the map of time."""

    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The map of time."""

    places: Mapping[str, Place]
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    """(x, what it says)."""
    undated: float
    """The width of the papers without a date, which stand left of the axis; 0 where all have one."""
    width: float
    height: float


def discs(vectors: Sequence[Matrix], names: Sequence[str]) -> tuple[list[list[Place]], list[Disc]]:
    """Return for each theme the places of its papers, and its disc. `vectors` are those of the papers of each theme,
    one row a paper, the one nearest to its middle first: that one stands in the middle.

    Themes that are alike lie side by side as far as two dimensions allow; no two discs overlap, nor do their `names`.
    """
    radii = np.array([math.sqrt(len(rows)) + 0.5 for rows in vectors])
    middles = np.stack([rows.mean(axis=0) for rows in vectors])
    sizes = [name_size(name, scale_of(sum(map(len, vectors)))) for name in names]
    halves = np.array(sizes) / 2
    centres = _apart(_spread(middles, radii), radii, halves)
    places = [
        [(float(x + dx), float(y + dy)) for dx, dy in _seeds(rows)]
        for rows, (x, y) in zip(vectors, centres, strict=True)
    ]
    return places, [Disc(float(x), float(y), float(r)) for (x, y), r in zip(centres, radii, strict=True)]


def scale_of(papers: int) -> float:
    """Return how large names are on a map of so many papers: as its side, so that they are read on any."""
    return max(1.0, math.sqrt(papers) / _NAMED_AT)


def name_size(name: str, scale: float) -> tuple[float, float]:
    """Return the width of a name on the map, and its height with the space below it."""
    lines = lines_of(name)
    return max(map(len, lines)) * LETTER * scale, (len(lines) * LINE + NAME_ABOVE) * scale


def lines_of(name: str) -> list[str]:
    """Return the lines in which the map writes the name of a theme: a phrase each."""
    return name.split(", ")


def _spread(middles: Matrix, radii: Matrix) -> Matrix:
    """Return the first two principal coordinates of the middles of themes, as wide as their discs need."""
    if len(middles) < 2:
        return np.zeros((len(middles), 2))
    flat = principal(middles, middles, 2)
    flat = np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
    ranks = flat.argsort(axis=0).argsort(axis=0)  # so that no theme far from all others presses these together
    even = ranks / (len(middles) - 1) - 0.5
    size = math.sqrt(float((radii**2).sum()) * math.pi)
    spread: Matrix = (0.5 * even + 0.5 * flat / np.maximum(np.ptp(flat, axis=0), 1e-9)) * size * np.array([_WIDE, 1.0])
    return spread


def _apart(centres: Matrix, radii: Matrix, halves: Matrix) -> Matrix:
    """Return centres drawn together, and pushed apart until no two discs overlap, nor a name and anything; `halves` are
    half the width and half the height of each name, which stands above its disc."""
    steps = np.arange(len(centres))
    centres = centres + np.stack([np.cos(steps), np.sin(steps)], axis=1) * 1e-3
    for number in range(_ROUNDS):
        if number < _ROUNDS // 2:
            centres = centres * np.array([0.99, 0.985])
        for _ in range(3):
            centres = centres + 0.2 * _pushes(centres, radii, halves)
    return centres


def _pushes(centres: Matrix, radii: Matrix, halves: Matrix) -> Matrix:
    """Return the way that each disc with its name is pushed by all others."""
    names = centres - np.stack([np.zeros(len(radii)), radii + halves[:, 1]], axis=1)
    between = centres[:, None] - centres[None, :]
    total = _along(between, radii[:, None] + radii[None, :] + _GAP)
    # A disc (row) by the name of another (column), and the name's disc the other way.
    across = centres[:, None] - names[None, :]
    outside = across - np.clip(across, -halves[None, :], halves[None, :])
    within = ~outside.any(axis=2)
    outside[within, 1] = np.where(across[within, 1] < 0, -1e-3, 1e-3)
    by_name = _along(outside, np.broadcast_to(radii[:, None] + _GAP / 2, within.shape))
    apart = names[:, None] - names[None, :]
    overlap = halves[:, None] + halves[None, :] + _GAP / 2 - np.abs(apart)
    meets = np.all(overlap > 0, axis=2, keepdims=True)
    shorter = np.equal(overlap, overlap.min(axis=2, keepdims=True))
    by_names = np.where(meets & shorter, overlap * np.where(apart < 0, -1.0, 1.0), 0.0)
    total = total + by_name - by_name.transpose(1, 0, 2) + by_names
    total[np.arange(len(radii)), np.arange(len(radii))] = 0.0
    pushes: Matrix = total.sum(axis=1)
    return pushes


def _along(between: Matrix, least: Matrix) -> Matrix:
    """Return by how much, and which way, points that are `between` apart are nearer than `least`."""
    distances = np.maximum(np.linalg.norm(between, axis=2), 1e-9)
    push: Matrix = between * (np.maximum(least - distances, 0.0) / distances)[..., None]
    return push


def _seeds(rows: Matrix) -> Matrix:
    """Return places on a disc: outwards by distance from the middle of the rows, and in the direction in which they
    differ from it, as far as the places allow."""
    count = len(rows)
    steps = np.arange(count)
    radii, angles = np.sqrt(steps + 0.5) - (count == 1) * math.sqrt(0.5), steps * _GOLDEN
    seeds = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
    if count < 3:
        return seeds
    flat = principal(rows, rows, 2)
    wanted = np.arctan2(flat[:, 1], flat[:, 0]) if flat.shape[1] == 2 else np.zeros(count)
    places = np.empty_like(seeds)
    start, ring = 0, 6
    while start < count:  # within a ring, papers stand in the order of their directions
        inside = slice(start, min(start + ring, count))
        ranked = np.argsort(wanted[inside], kind="stable")
        free = np.argsort(np.arctan2(seeds[inside, 1], seeds[inside, 0]), kind="stable")
        places[start + ranked] = seeds[start + free]
        start, ring = start + ring, ring + 6
    return places


def timeline(groups: Sequence[Sequence[Paper]]) -> Timeline:
    """Return the map of time: a lane a theme, a column a stretch of time, papers of one column above one another; those
    without a date left of it."""
    days = [paper.date for group in groups for paper in group if paper.date]
    first, last = min(days, default=date(2000, 1, 1)), max(days, default=date(2000, 1, 1))
    span = max((last - first).days, 1)
    heights = [_height(group, first, span) for group in groups]
    columns = [
        math.ceil(sum(paper.date is None for paper in group) / height)
        for group, height in zip(groups, heights, strict=True)
    ]
    undated = float(max(columns, default=0))
    start = undated + 2.0 if undated else 0.0
    places: dict[str, Place] = {}
    lanes, top = [], 0.0
    for group, height in zip(groups, heights, strict=True):
        lanes.append(Lane(top, float(height)))
        bins: dict[int, list[Paper]] = {}
        for paper in group:
            bins.setdefault(_bin(paper, first, span), []).append(paper)
        for number, papers in bins.items():
            for place, paper in enumerate(papers):
                if number < 0:
                    x, y = place // height + 0.5, place % height + 0.5
                else:
                    x, y = start + number + 0.5, (place + 0.5) * min(1.0, height / len(papers))
                places[paper.id] = (float(x), top + height - y)
        top += height + _LANE_GAP
    axis = _ticks(first, last, span, start) if days else ()
    return Timeline(places, tuple(lanes), axis, undated, start + (_BINS if days else 0), max(top - _LANE_GAP, 1.0))


def _height(group: Sequence[Paper], first: date, span: int) -> int:
    """Return how many dots high the lane of a theme is."""
    counts: dict[int, int] = {}
    for paper in group:
        counts[_bin(paper, first, span)] = counts.get(_bin(paper, first, span), 0) + 1
    undated = counts.pop(-1, 0)
    return min(max(_HIGH, *counts.values(), math.ceil(math.sqrt(undated / 3)), 0), _TALLEST)


def _bin(paper: Paper, first: date, span: int) -> int:
    """Return the column of a paper, -1 for one without a date."""
    return -1 if paper.date is None else round((paper.date - first).days / span * (_BINS - 1))


def _ticks(first: date, last: date, span: int, start: float) -> tuple[tuple[float, str], ...]:
    """Return where the axis has marks: years, or months of at most a year and a half."""
    monthly = span < 550
    months = [(year, month) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    marks = [
        (date(year, month, 1), f"{year}-{month:02}" if monthly else str(year))
        for year, month in months
        if (monthly or month == 1) and first <= date(year, month, 1) <= last
    ]
    step = max(1, math.ceil(len(marks) / 12))
    ticks = [(start + (day - first).days / span * (_BINS - 1) + 0.5, text) for day, text in marks[::step]]
    return tuple(ticks) or ((start + 0.5, first.isoformat()),)
