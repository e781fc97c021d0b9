"""llama-index users retrieve from a library, and llama-index models answer its questions."""

import warnings
from pathlib import Path

import pytest

from assistant.answering.pipeline import Pipeline, ask
from assistant.domain.errors import ModelError
from assistant.domain.records import Entry, Listing
from assistant.library import writer
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Message
from assistant.models.onnx.local import local_embedder

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # llama-index's dependencies deprecate one another
    from llama_index.core.llms import MockLLM

    from assistant.models.llama_index import LlamaModel
    from assistant.retrieval.llama_index import LibraryRetriever


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    folder = tmp_path_factory.mktemp("adapter") / "library"
    texts = {"Yeast Raises Dough": "Yeast gives off gas, and dough rises.", "Rennet Sets Milk": "Milk sets into curd."}
    rows = [Entry(Listing("rows", n, title), text, id=f"k{n}") for n, (title, text) in enumerate(texts.items(), 1)]
    writer.add(folder, rows, local_embedder({"ASSISTANT_CACHE": str(cache)}))
    return folder


def test_a_retriever_gives_whole_papers_best_first(library: Path, cache: Path) -> None:
    embedder = local_embedder({"ASSISTANT_CACHE": str(cache)})
    with LibrarySnapshot(library, embedder.fingerprint) as opened:
        nodes = LibraryRetriever(opened, embedder).retrieve("What makes dough rise?")
    assert [node.node.node_id for node in nodes] == ["k1", "k2"]
    assert nodes[0].node.text == "Yeast Raises Dough\nYeast gives off gas, and dough rises."
    assert nodes[0].node.metadata["title"] == "Yeast Raises Dough"
    assert nodes[0].score > nodes[1].score


def test_a_llama_index_model_answers_and_is_verified(library: Path, cache: Path) -> None:
    embedder = local_embedder({"ASSISTANT_CACHE": str(cache)})
    with LibrarySnapshot(library, embedder.fingerprint) as opened:
        answer = ask(Pipeline(opened, embedder, LlamaModel(MockLLM())), "What makes dough rise?")
    # The mock repeats the prompt; what it repeats is checked like anything else.
    assert answer.status == "answered"
    assert {claim.verdict for claim in answer.claims} - {"quoted"}


def test_a_failing_llama_index_model_is_a_model_error() -> None:
    class Broken(MockLLM):  # type: ignore[misc]
        def stream_chat(self, messages: object, **more: object) -> object:
            raise RuntimeError("no such server")

    with pytest.raises(ModelError, match="RuntimeError: no such server"):
        LlamaModel(Broken()).reply([Message("user", "Hello?")])
