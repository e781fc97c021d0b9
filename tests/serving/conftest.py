"""What the tests of serving stand on: a library of forty made papers, asked without a model or with a scripted one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import libraries
from support.serving import Served, serve

import assistant
from assistant.testing import HashingEmbedder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return libraries.made(tmp_path)


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server without a model."""
    folder = libraries.made(tmp_path_factory.mktemp("served"))
    library = assistant.open_library(folder, embedder=HashingEmbedder(32), model="none", reranker="none")
    with serve(library) as served:
        yield served
