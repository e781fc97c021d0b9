"""`assistant similar` against cosines of the vectors that the library was made of."""

from pathlib import Path

import pytest
from conftest import Run
from support import libraries
from support.printed import objects, out


def test_similar_papers_are_the_nearest_by_cosine(run: Run, tmp_path: Path) -> None:
    folder = libraries.made(tmp_path)
    embedder = libraries.HashedWords()
    rows = libraries.entries(0, libraries.MADE)
    vectors = embedder.embed([f"{row.listing.title}\n{row.abstract}" for row in rows])
    cosines = {row.id: float(vectors[8] @ vector) for row, vector in zip(rows, vectors, strict=True) if row.id != "id8"}
    expected = sorted(cosines.items(), key=lambda row: -row[1])
    [found] = objects(out(run, folder, "similar", "id8", "--json", "-k", "12"))
    assert found["id"] == "id8"
    scores = {hit["id"]: hit["score"] for hit in found["hits"]}
    assert list(scores.values()) == pytest.approx([cosine for _, cosine in expected[:12]], abs=2e-3)
    assert scores == pytest.approx({id: cosines[id] for id in scores}, abs=2e-3)
    since = [f"id{number}" for number in range(30, libraries.MADE)]
    [later] = objects(out(run, folder, "similar", "id8", "--json", "-k", "3", "--since", "2024-01-31"))
    assert sorted(cosines[hit["id"]] for hit in later["hits"]) == pytest.approx(
        sorted(cosines[id] for id in since)[-3:], abs=2e-3
    )
    assert "  1. " in out(run, folder, "similar", "How to explain ferns")[0]
    out(run, folder, "similar", "no such paper", code=3)
