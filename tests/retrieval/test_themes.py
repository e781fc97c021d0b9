"""Themes: clusters that are there are found, named by their own words; nothing depends on chance."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import new_papers

from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import theme_names, themes


def blobs(directions: int, each: int, noise: float) -> NDArray[np.float64]:
    """Unit rows around axes, one axis after the other in turn."""
    random = np.random.default_rng(7)
    rows = np.eye(24)[np.arange(directions * each) % directions] + noise * random.standard_normal(
        (directions * each, 24)
    )
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.mark.parametrize(("directions", "each"), [(2, 8), (3, 12), (6, 15), (12, 40)])
def test_clusters_that_are_there_are_found(directions: int, each: int) -> None:
    rows = blobs(directions, each, 0.06)
    found = themes.cluster(rows, rows)
    together = found.labels[:, None] == found.labels[None, :]
    truth = np.arange(len(rows)) % directions
    assert (together == (truth[:, None] == truth[None, :])).all()
    assert sorted(set(found.labels)) == list(range(directions))
    again = themes.cluster(rows, rows)
    assert (found.labels == again.labels).all()


def test_few_rows_are_one_cluster_and_rows_of_zeros_are_in_none() -> None:
    rows = blobs(1, 5, 0.1)
    assert list(themes.cluster(rows, rows).labels) == [0] * 5
    with_zeros = np.vstack([rows, np.zeros((2, 24))])
    assert list(themes.cluster(with_zeros, rows).labels) == [0] * 5 + [-1] * 2
    assert list(themes.cluster(np.zeros((3, 24)), rows).labels) == [-1] * 3
    assert len(themes.cluster(np.empty((0, 24)), rows).labels) == 0


def test_principal_coordinates_are_those_of_the_singular_values() -> None:
    """Their squares sum to those of the singular values; numpy's own decomposition is the oracle."""
    rows = blobs(4, 10, 0.3)
    values = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    coordinates = themes.principal(rows, rows, 3)
    assert np.allclose((coordinates**2).sum(axis=0), values[:3] ** 2)


def test_themes_are_named_by_what_their_titles_say_and_others_do_not(tmp_path: Path) -> None:
    with LibrarySnapshot(new_papers.made(tmp_path / "library")) as library:
        papers = library.papers()
        found = themes.find(library, papers)
        assert found == themes.find(library, list(reversed(papers)))
        groups = {theme.name: {int(id[2:]) for id in theme.ids} for theme in found.themes}
        assert groups == {
            "Sourdough bread": set(range(1, 6)),
            "Honey bees": set(range(6, 11)),
            "Tidal rivers": set(range(11, 16)),
        }
        assert found.other == ()
        of_some = themes.find(library, [paper for paper in papers if int(paper.id[2:]) <= 5])
        assert [(theme.name, len(theme.ids)) for theme in of_some.themes] == [("Sourdough bread", 5)]
        assert themes.find(library, []) == themes.Themes((), ())


def test_no_two_themes_have_one_name_and_marks_of_strangers_are_in_none(tmp_path: Path) -> None:
    with LibrarySnapshot(new_papers.made(tmp_path / "library")) as library:
        papers = library.papers()
        same = [papers[:2], papers[2:4], papers[5:10], [replace(papers[0], title="<b>?!</b>")]]
        names = theme_names.names(library, same)
        assert len({name.casefold() for name in names}) == 4
        assert not any(character in name for name in names for character in "<>&\"'\x1b")
