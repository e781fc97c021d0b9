"""The papers of `support.kitchen` as a library, opened with the local embedder."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from support.kitchen import PAPERS

from assistant.answering.pipeline import Pipeline
from assistant.domain.records import Entry, Listing
from assistant.library import writer
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.local import local_embedder
from assistant.retrieval.keys import citation_keys


@pytest.fixture(scope="module")
def kitchen_library(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    folder = tmp_path_factory.mktemp("kitchen") / "library"
    rows = [
        Entry(Listing("kitchen.jsonl", number, title, date=date(2024, 1, number)), abstract, id=f"k{number}")
        for number, (title, abstract) in enumerate(PAPERS.items(), 1)
    ]
    writer.add(folder, rows, local_embedder({"ASSISTANT_CACHE": str(cache)}))
    return folder


@pytest.fixture
def kitchen(kitchen_library: Path, cache: Path) -> Iterator[Pipeline]:
    embedder = local_embedder({"ASSISTANT_CACHE": str(cache)})
    with LibrarySnapshot(kitchen_library, embedder.fingerprint) as opened:
        yield Pipeline(opened, embedder)


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    keys = citation_keys(f"k{number}" for number in range(1, len(PAPERS) + 1))
    return {title: keys[f"k{number}"] for number, title in enumerate(PAPERS, 1)}
