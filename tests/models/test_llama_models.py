"""llama-index's embedders and language models, by object and by name, as ours."""

import importlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import assistant
from assistant.domain.errors import ModelError, UsageError
from assistant.models.base import Message
from assistant.models.embedders import recognise
from assistant.models.integrations import find_integration, open_integration
from assistant.testing import HashingEmbedder

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # llama-index's dependencies deprecate one another
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import MockLLM

    from assistant.models.llama_index import LlamaModel
    from assistant.models.llama_index_embeddings import LlamaEmbedder

ROWS = (
    {"id": "k1", "title": "Yeast Raises Dough", "abstract": "Yeast gives off gas, and dough rises."},
    {"id": "k2", "title": "Rennet Sets Milk", "abstract": "Milk sets into curd where rennet is added."},
)


def filled(
    folder: Path, embedder: assistant.Embedder | None = None, model: str | assistant.ChatModel = "none"
) -> assistant.Library:
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    maker = embedder or HashingEmbedder(64)
    own = assistant.open_library(folder / "library", embedder=maker, model=model, reranker="none", environment={})
    own.ingest(folder / "rows.jsonl")
    return own


class Lettered(BaseEmbedding):  # type: ignore[misc]
    """A llama-index embedder that counts letters, and reads a query as something else."""

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(text.lower().count(letter)) for letter in "abcdefgh."]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(f"a{query}")

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def test_an_embedder_of_llama_index_makes_the_vectors_of_a_library(tmp_path: Path) -> None:
    embedder = LlamaEmbedder(Lettered(model_name="letters"))
    assert (embedder.fingerprint, embedder.dimension) == ("llama-index:Lettered/letters", 9)
    assert embedder.embed(["ab", "cccc"]).tolist() == pytest.approx(
        np.array([[2**-0.5, 2**-0.5, *[0] * 7], [0, 0, 1, *[0] * 6]])
    )
    assert embedder.embed_queries(["b"]).tolist() == pytest.approx(np.array([[2**-0.5, 2**-0.5, *[0] * 7]]))
    assert embedder.embed([]).shape == (0, 9)
    told: list[int] = []
    assert embedder.embed(["", *["a"] * 99], told.append).shape == (100, 9)
    assert told == [64, 100]
    with filled(tmp_path, embedder=embedder) as own:
        assert {item.paper.id for item in own.search("dough")} == {"k1", "k2"}


def test_an_embedder_that_fails_is_a_model_error() -> None:
    class Broken(Lettered):
        def _get_text_embedding(self, text: str) -> list[float]:
            if text == "raise":
                raise ValueError("no such server")
            return [0.0, 0.0] if text == "zero" else [1.0]

    embedder = LlamaEmbedder(Broken(model_name="m"))
    for text, cause in {
        "raise": "ValueError: no such server",
        "zero": "it gave a vector that is not finite, or has no length",
    }.items():
        with pytest.raises(ModelError) as caught:
            embedder.embed([text])
        assert (caught.value.what, caught.value.cause) == ("the embedder Broken/m failed", cause)


INTEGRATIONS = {
    "embeddings": """
from llama_index.core.base.embeddings.base import BaseEmbedding
__all__ = ["VERSION", "ToyEmbedding"]
VERSION = 1
class ToyEmbedding(BaseEmbedding):
    def _get_text_embedding(self, text):
        return [1.0, float(len(self.model_name)), 0.0, 0.0]
    _get_query_embedding = _get_text_embedding
    async def _aget_query_embedding(self, query):
        return self._get_query_embedding(query)
""",
    "llms": """
from llama_index.core.llms import MockLLM
__all__ = ["Toy"]
class Toy(MockLLM):
    model: str = ""
    def __init__(self, model):
        super().__init__()
        self.model = model
""",
}


def test_a_name_opens_what_an_integration_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`llama_index` is a namespace: a package of an integration is a folder on the path, as this one is."""
    for kind, code in INTEGRATIONS.items():
        folder = tmp_path / "llama_index" / kind / "toy_house"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("llama_index.__path__", [*__import__("llama_index").__path__, str(tmp_path / "llama_index")])
    name = "llama-index:toy-house/org/m:1"
    environment = {"ASSISTANT_EMBEDDER": name, "ASSISTANT_MODEL": name}
    own = assistant.open_library(tmp_path / "library", environment=environment)
    assert own.embedder.fingerprint == name
    assert (recognise(f"{name}+paper+passages/1") or (None, ""))[1] == name
    assert own.embedder.dimension == 4
    assert own.model
    assert own.model.reply([Message("user", "Hello?")]).text
    with pytest.raises(UsageError, match=r"llama-index has no ollama here .*pip install llama-index-embeddings-ollama"):
        open_integration("embeddings", "ollama/x", BaseEmbedding, ("model_name",))
    (folder / "__init__.py").write_text("raise AttributeError('made for another version')")
    importlib.invalidate_caches()
    del sys.modules["llama_index.llms.toy_house"]
    with pytest.raises(UsageError, match=r"llama-index-llms-toy-house cannot be imported .AttributeError: made for an"):
        find_integration("llms", "toy-house/m")
    for argument in ("../x/y", "os.path/y", "toy", "toy/"):
        with pytest.raises(UsageError, match="names no integration and model"):
            open_integration("embeddings", argument, BaseEmbedding, ("model_name",))


def test_a_model_of_llama_index_answers_and_is_verified(tmp_path: Path) -> None:
    with filled(tmp_path, model=LlamaModel(MockLLM())) as own:
        answer = own.ask("Why does dough rise?")
    # The mock repeats the prompt; what it repeats is checked like anything else.
    assert answer.status == "answered"
    assert {claim.verdict for claim in answer.claims} - {"quoted"}


def test_a_failing_model_of_llama_index_is_a_model_error() -> None:
    class Broken(MockLLM):  # type: ignore[misc]
        def stream_chat(self, messages: object, **more: object) -> object:
            raise RuntimeError("no such server")

    with pytest.raises(ModelError, match="RuntimeError: no such server"):
        LlamaModel(Broken()).reply([Message("user", "Hello?")])
