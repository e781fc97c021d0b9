"""A filter and an index that gives only the nearest -> every paper that the filter admits can be found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import libraries
from support.libraries import HashedWords

from assistant.domain.records import Entry
from assistant.library import index, writer
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import retriever

PAPERS = 3_000
ROOT = Path(__file__).parents[2]
QUESTION = "moss"


def short(number: int) -> Entry:
    row = libraries.entry(number)
    return replace(row, abstract=f"Of item{number} and {'moss' if number % 2 else 'stone'}{number % 7}.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of many papers with a numpy file for a vector index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(index.VECTOR_INDEXES, "numpy", "support.numpy_index:NumpyIndex")
        patch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests'}")  # for the child that tries a new index
        place = tmp_path_factory.mktemp("many") / "numpy"
        writer.make(place, HashedWords(), "numpy")
        libraries.ingest(place, [short(number) for number in range(PAPERS)])
    return place


@pytest.fixture(autouse=True)
def numpy_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(index.VECTOR_INDEXES, "numpy", "support.numpy_index:NumpyIndex")


def search(folder: Path, numbers: range, *, exact: bool, limit: int = 8) -> list[tuple[str, float]]:
    """The papers found among those with these numbers, with their scores."""
    allowed = frozenset(f"id{number}" for number in numbers)
    with LibrarySnapshot(folder, on_message=pytest.fail, exact=exact) as library:
        [vector] = HashedWords().embed([QUESTION])
        evidence = retriever.retrieve(library, vector, QUESTION, limit, allowed)
    return [(item.paper.id, item.score) for item in evidence]


@pytest.mark.parametrize("numbers", [range(1_234, 1_235), range(1, PAPERS, 187), range(0), range(0, PAPERS, 2)])
def test_the_best_of_the_papers_that_a_filter_admits_are_found_by_the_index(folder: Path, numbers: range) -> None:
    results, expected = search(folder, numbers, exact=False), search(folder, numbers, exact=True)
    assert len(results) == min(8, len(numbers))
    assert [id for id, _ in results] == [id for id, _ in expected]
    assert np.allclose([score for _, score in results], [score for _, score in expected], atol=1e-6)
