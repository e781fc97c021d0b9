"""Papers of a library and their vectors -> themes: papers that lie together, under words that tell them from the rest.

Clusters are Ward's, refined by spherical k-means; how many there are is settled by their silhouette.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Paper
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import theme_names

MOST = 24
"""Themes at most: as many as one reads the names of."""
_LEAST_PAPERS = 3
"""Papers of a theme at least; a smaller cluster goes to the nearest larger one."""
_DIMENSIONS = 20
"""Directions of largest variance that papers are compared in: half of the variance of 614 papers, and the half in which
clusters are told apart best (a mean silhouette of 0.21, against 0.08 in all 384)."""
_SAMPLE = 1_500
"""Papers that Ward's clustering reads at most, for its time is quadratic; all are assigned by k-means."""
_ROUNDS = 30
"""Rounds of k-means at most; it rests after about ten."""
_FITS = 0.3
"""The cosine with the middle of its theme below which a paper fits nowhere: one in two hundred of 614 papers."""

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Theme:
    """Papers that lie together."""

    name: str
    """Two or three words from their titles; another one for each theme."""
    ids: tuple[str, ...]
    """The ids of its papers, the one nearest to its middle first."""


@dataclass(frozen=True, slots=True)
class Themes:
    """All papers, each in one theme or in none."""

    themes: tuple[Theme, ...]
    """The largest first."""
    other: tuple[str, ...]
    """The ids of the papers that fit nowhere, in the order added."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Rows of a matrix, each in one cluster or in none."""

    labels: Labels
    """The number of the cluster of each row, from 0; -1 for none."""
    nearness: Matrix
    """The cosine of each row with the middle of its cluster, 0 where it is in none."""


def find(library: LibrarySnapshot, papers: Sequence[Paper]) -> Themes:
    """Return the themes of some papers, or of all, named against the rest of the library; the same for the same
    library. Raises `LibraryError`."""
    table = library.vectors_of([paper.id for paper in papers])
    by_id = {paper.id: paper for paper in papers}
    rows = [row for row, id in enumerate(table.ids) if id in by_id]
    ids = [table.ids[row] for row in rows]
    clusters = cluster(table.wholes[rows].astype(np.float64), library.sample.astype(np.float64))
    order = np.argsort(-clusters.nearness, kind="stable")
    groups = [
        tuple(ids[row] for row in order if clusters.labels[row] == label)
        for label in range(int(clusters.labels.max(initial=-1)) + 1)
    ]
    groups.sort(key=len, reverse=True)
    names = theme_names.names(library, [[by_id[id] for id in group] for group in groups])
    other = tuple(id for id, label in zip(ids, clusters.labels, strict=True) if label < 0)
    return Themes(tuple(map(Theme, names, groups)), other)


def cluster(vectors: Matrix, background: Matrix) -> Clusters:
    """Return the clusters of unit rows; rows of zeros, and those far from every cluster, are in none. `background` are
    unit rows of the whole library: in its directions of largest variance rows are compared, however few they are.

    Fewer rows than two clusters need are one cluster. The number of clusters k is the one of the highest mean
    silhouette (Rousseeuw 1987) from half the square root of the number of rows to its whole, at most `MOST`.
    """
    labels, nearness = np.full(len(vectors), -1), np.zeros(len(vectors))
    rows = np.flatnonzero(vectors.any(axis=1))
    if not len(rows):
        return Clusters(labels, nearness)
    if len(rows) < 2 * _LEAST_PAPERS:
        labels[rows] = 0
        nearness[rows] = vectors[rows] @ _unit(vectors[rows].mean(axis=0))
        return Clusters(labels, nearness)
    points = _unit(principal(vectors[rows], background, _DIMENSIONS))
    middles = _middles(points)
    cosines = points @ middles.T
    labels[rows], nearness[rows] = cosines.argmax(axis=1), cosines.max(axis=1)
    far = rows[nearness[rows] < _FITS]
    labels[far], nearness[far] = -1, 0.0
    return Clusters(_numbered(labels), nearness)


def principal(vectors: Matrix, background: Matrix, dimensions: int) -> Matrix:
    """Return the coordinates of rows along the directions of largest variance of others, at most so many.

    The sign of a direction is arbitrary: it is such that the largest of its weights is positive.
    """
    middle = background.mean(axis=0)
    centred, others = vectors - middle, background - middle
    _, directions = np.linalg.eigh(others.T @ others)
    axes = directions[:, ::-1][:, : min(dimensions, max(len(background) - 1, 1))]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])]
    coordinates: Matrix = centred @ (axes * np.where(largest < 0, -1.0, 1.0))
    return coordinates


def _middles(points: Matrix) -> Matrix:
    """Return the unit middles of the best clusters of unit points, each with at least `_LEAST_PAPERS`."""
    from scipy.cluster import hierarchy

    sample = points[np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype(int)]
    tree = hierarchy.linkage(sample, "ward")
    root = math.sqrt(len(points))
    least, most = min(max(2, round(root / 2)), MOST // 2), min(max(2, round(root)), MOST)
    best, highest = points[:1], -2.0
    for count in range(least, most + 1):
        cut = hierarchy.fcluster(tree, count, "maxclust")
        middles = _refined(points, np.stack([sample[cut == label].mean(axis=0) for label in np.unique(cut)]))
        if len(middles) > 1 and (mean := _silhouette(sample, (sample @ middles.T).argmax(axis=1))) > highest + 1e-9:
            best, highest = middles, mean
    return best if len(best) > 1 else _unit(points.mean(axis=0, keepdims=True))


def _refined(points: Matrix, middles: Matrix) -> Matrix:
    """Return the middles at which spherical k-means rests (Dhillon and Modha 2001), but those of few points."""
    for _ in range(_ROUNDS):
        middles = _unit(middles)
        labels = (points @ middles.T).argmax(axis=1)
        sizes = np.bincount(labels, minlength=len(middles))
        if sizes.min() < _LEAST_PAPERS and len(middles) > 1:
            middles = np.delete(middles, sizes.argmin(), axis=0)
            continue
        moved = _unit(np.stack([points[labels == label].mean(axis=0) for label in range(len(middles))]))
        if np.allclose(moved, middles):
            break
        middles = moved
    return _unit(middles)


def _silhouette(points: Matrix, labels: Labels) -> float:
    """Return the mean silhouette of unit points by cosine distance: how much nearer each is to its own cluster than to
    the next, from -1 to 1. The mean distance to a cluster is that to the mean of its points, for cosines are linear."""
    names, places, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if len(names) < 2:
        return -1.0
    means = np.stack([points[labels == name].mean(axis=0) for name in names])
    distances = 1.0 - points @ means.T
    rows = np.arange(len(points))
    own = distances[rows, places] * sizes[places] / np.maximum(sizes[places] - 1, 1)
    distances[rows, places] = np.inf
    nearest = distances.min(axis=1)
    widths = (nearest - own) / np.maximum(np.maximum(own, nearest), 1e-12)
    return float(np.where(sizes[places] > 1, widths, 0.0).mean())


def _numbered(labels: Labels) -> Labels:
    """Return labels without gaps; a cluster that lost too many of its rows to none is none."""
    numbers = np.full_like(labels, -1)
    names, sizes = np.unique(labels[labels >= 0], return_counts=True)
    for number, name in enumerate(names[sizes >= _LEAST_PAPERS]):
        numbers[labels == name] = number
    return numbers


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Matrix = rows / np.maximum(lengths, 1e-12)
    return unit
