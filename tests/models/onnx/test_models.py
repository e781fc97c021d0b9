"""The two local models: their vectors and scores against their cards, and against what they say of a text alone."""

import hashlib
import json
import os
import time
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from assistant.domain.errors import ModelError, UsageError
from assistant.models.onnx.embedder import OnnxEmbedder
from assistant.models.onnx.local import local_embedder, local_reranker
from assistant.models.onnx.places import ModelFiles, find_published
from assistant.models.onnx.published import MS_MARCO
from assistant.models.onnx.recipe import Recipe
from assistant.models.onnx.reranker import OnnxReranker
from assistant.models.onnx.session import Session
from assistant.models.onnx.tokenizer import Tokenizer

PREFIX = "Represent this sentence for searching relevant passages: "
TEXTS = ["", "Yeast makes dough rise.", "a", "深" * 600, "Zinc plating in a vat. " * 9, "x" * 5_000, "lone \ud800"]


@pytest.fixture(scope="module")
def embedder(cache: Path) -> OnnxEmbedder:
    return local_embedder({"ASSISTANT_CACHE": str(cache)})


@pytest.fixture(scope="module")
def reranker(cache: Path) -> OnnxReranker:
    return local_reranker({"ASSISTANT_CACHE": str(cache)})


def test_a_vector_has_length_one_and_depends_on_nothing_but_its_text(embedder: OnnxEmbedder) -> None:
    counts: list[int] = []
    together = embedder.embed(TEXTS, counts.append)
    assert (together.shape, str(together.dtype)) == ((len(TEXTS), embedder.dimension), "float32")
    assert np.abs(np.linalg.norm(together, axis=1) - 1).max() < 1e-6
    assert counts == list(range(1, len(TEXTS) + 1))
    assert np.array_equal(np.concatenate([embedder.embed([text]) for text in TEXTS]), together)
    assert np.array_equal(embedder.embed(TEXTS[::-1])[::-1], together)
    assert embedder.embed([]).shape == (0, 384)


def test_it_is_the_first_token_of_the_text_as_the_card_says(embedder: OnnxEmbedder) -> None:
    tokens = Tokenizer(embedder.files.tokenizer, 512).read(TEXTS[1])
    first = Session(embedder.files.model, embedder.files.cache).run(tokens)[0][0][0]
    assert np.allclose(embedder.embed([TEXTS[1]])[0], first / np.linalg.norm(first), atol=1e-6)


def test_a_question_gets_the_prefix_and_a_passage_none(embedder: OnnxEmbedder) -> None:
    question = "What makes dough rise?"
    assert np.array_equal(embedder.embed_queries([question]), embedder.embed([PREFIX + question]))
    [[near, far]] = embedder.embed_queries([question]) @ embedder.embed([TEXTS[1], TEXTS[4]]).T
    assert near > far


def test_a_text_is_read_as_far_as_its_recipe_says(embedder: OnnxEmbedder) -> None:
    """256 tokens, of which two mark the ends; a word beyond them changes nothing, and one before them does."""
    read = "word " * 254
    vectors = embedder.embed([read, read + "zinc", "zinc " + read, read * 400])
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.array_equal(vectors[0], vectors[2])
    assert np.array_equal(vectors[0], vectors[3])


@pytest.mark.parametrize("pooling", ["mean", "last", "max"])
def test_the_other_poolings(embedder: OnnxEmbedder, pooling: str) -> None:
    states = Session(embedder.files.model, embedder.files.cache).run(
        Tokenizer(embedder.files.tokenizer, 512).read(TEXTS[1])
    )[0][0]
    pooled = {"mean": states.mean(axis=0), "last": states[-1], "max": states.max(axis=0)}[pooling]
    other = OnnxEmbedder(embedder.files, Recipe(pooling=pooling), "other")  # type: ignore[arg-type]
    assert np.allclose(other.embed([TEXTS[1]])[0], pooled / np.linalg.norm(pooled), atol=1e-6)
    assert other.dimension == 384


def test_the_reranker_scores_the_pairs_of_its_card(reranker: OnnxReranker) -> None:
    """The card of ms-marco-MiniLM-L-12-v2 shows these for floats; 8-bit integers move them a little."""
    question = "How many people live in Berlin?"
    population = "Berlin had a population of 3,520,031 registered inhabitants in an area of 891.82 square kilometers."
    pairs = [(question, population), (question, "Berlin is well known for its museums."), (question, "moss " * 900)]
    scores = reranker.score(pairs)
    assert np.abs(scores[:2] - [9.218911, -4.0780287]).max() < 0.1
    assert np.array_equal(np.concatenate([reranker.score([pair]) for pair in pairs]), scores)
    assert np.array_equal(reranker.score(pairs[::-1])[::-1], scores)
    assert reranker.score([]).shape == (0,)


def test_one_tokenizer_serves_both_models(embedder: OnnxEmbedder, reranker: OnnxReranker) -> None:
    files = find_published(MS_MARCO, {"ASSISTANT_CACHE": str(embedder.files.cache)})
    own, shared = (json.loads(path.read_text("utf-8")) for path in (files.tokenizer, reranker.files.tokenizer))
    assert reranker.files.tokenizer == embedder.files.tokenizer
    assert own | {"padding": None, "truncation": None} == shared


def test_an_embedder_is_no_reranker(embedder: OnnxEmbedder) -> None:
    with pytest.raises(ModelError, match=r"gave no score \([0-9]+ numbers for a pair\); name a cross-encoder"):
        OnnxReranker(embedder.files, "none", 512).score([("a", "b")])


def test_a_graph_is_opened_and_kept_where_what_was_kept_before_cannot_be_removed(
    embedder: OnnxEmbedder, tmp_path: Path
) -> None:
    tokens = Tokenizer(embedder.files.tokenizer, 256).read(TEXTS[1])
    first = Session(embedder.files.model, tmp_path).run(tokens)[0]
    [kept] = (tmp_path / "graphs").iterdir()
    other = kept.rename(kept.with_name(f"{kept.name.partition('-')[0]}-of-another-user.ort"))
    with mock.patch.object(Path, "unlink", side_effect=PermissionError):  # as in a folder with the sticky bit
        assert np.array_equal(Session(embedder.files.model, tmp_path).run(tokens)[0], first)
    names = {path.name for path in (tmp_path / "graphs").iterdir()} - {other.name}
    assert [name.rpartition("-")[0] for name in names] == [kept.stem.rpartition("-")[0]]


def test_files_that_are_no_model_are_refused_by_name(embedder: OnnxEmbedder, tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    right = embedder.files
    spoilt = ModelFiles(tmp_path, tmp_path / "model.onnx", right.tokenizer, "", tmp_path)
    with pytest.raises(UsageError, match=r"model\.onnx: cannot be run by ONNX Runtime"):
        OnnxEmbedder(spoilt, Recipe(), "spoilt").embed(["a"])
    spoilt = ModelFiles(tmp_path, right.model, tmp_path / "tokenizer.json", "", tmp_path)
    with pytest.raises(UsageError, match=r"tokenizer\.json: is not the description of a tokenizer"):
        OnnxReranker(spoilt, "spoilt", 512).score([("a", "b")])


def test_the_optimised_graph_that_is_kept_computes_the_same(embedder: OnnxEmbedder, tmp_path: Path) -> None:
    tokens = Tokenizer(embedder.files.tokenizer, 256).read(TEXTS[1])
    first = Session(embedder.files.model, tmp_path).run(tokens)[0]
    [kept] = (tmp_path / "graphs").iterdir()
    assert np.array_equal(Session(embedder.files.model, tmp_path).run(tokens)[0], first)
    kept.write_bytes(kept.read_bytes()[:-1])
    for name, moment in (("unfinished-killed", 0.0), ("unfinished-used", time.time())):
        (tmp_path / "graphs" / name).mkdir()
        os.utime(tmp_path / "graphs" / name, (moment, moment))
    assert np.array_equal(Session(embedder.files.model, tmp_path).run(tokens)[0], first)
    again, unfinished = sorted((tmp_path / "graphs").iterdir())
    assert unfinished.name == "unfinished-used"
    assert again.stem.endswith(f"-{hashlib.sha256(again.read_bytes()).hexdigest()[:16]}")
    (tmp_path / "file").touch()
    assert np.array_equal(Session(embedder.files.model, tmp_path / "file").run(tokens)[0], first)
