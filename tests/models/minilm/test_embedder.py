import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.domain.errors import UsageError
from assistant.models.base import Embedder
from assistant.models.minilm.embedder import LocalEmbedder, fingerprint

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Reference:
    """What sentence-transformers says (bench/reference_vectors.py)."""

    texts: list[str]
    vectors: Vectors


@pytest.fixture(scope="module")
def reference() -> Reference:
    with np.load(Path(__file__).parents[2] / "data" / "reference_vectors.npz") as data:
        return Reference(json.loads(data["texts"].tobytes()), data["vectors"].astype(np.float32))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def int8(cache: Path) -> LocalEmbedder:
    return LocalEmbedder("int8", cache=cache)


@pytest.fixture(scope="module")
def fp32(cache: Path) -> LocalEmbedder:
    return LocalEmbedder("fp32", cache=cache)


def cosines(first: Vectors, second: Vectors) -> Vectors:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    rows: Vectors = (first * second).sum(axis=1) / lengths
    return rows


def test_floats_agree_with_sentence_transformers(fp32: LocalEmbedder, reference: Reference) -> None:
    assert len(reference.texts) >= 60
    assert cosines(fp32.embed(reference.texts), reference.vectors).min() > 0.9999


def test_integers_stay_near_sentence_transformers(int8: LocalEmbedder, reference: Reference) -> None:
    near = cosines(int8.embed(reference.texts), reference.vectors)
    assert near.min() > 0.99
    assert near.mean() > 0.996


def test_a_vector_depends_on_nothing_but_its_text(int8: LocalEmbedder, cache: Path, reference: Reference) -> None:
    texts = reference.texts[::3]
    together = int8.embed(texts)
    assert np.array_equal(np.concatenate([int8.embed([text]) for text in texts]), together)
    assert np.array_equal(int8.embed(texts[::-1])[::-1], together)
    assert np.array_equal(LocalEmbedder("int8", threads=1, cache=cache).embed(texts), together)
    assert np.array_equal(LocalEmbedder("int8", threads=5, cache=cache).embed(texts), together)


def test_any_text_has_a_vector_of_length_one(int8: LocalEmbedder) -> None:
    texts = ["", " \n", "\x00", "\ud800 alone", "x" * 1_000_000, "a b " * 250_000, " " * 1_000_000 + "end"]
    vectors = int8.embed(texts)
    assert vectors.shape == (7, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(7), abs=1e-5)
    assert np.array_equal(vectors[5:], int8.embed(["a b " * 300, "end"]))
    assert int8.embed([]).shape == (0, 384)


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_texts_of_the_same_length_run_together_and_stay_the_same_to_the_last_bit(
    precision: str, reference: Reference, request: pytest.FixtureRequest
) -> None:
    embedder: LocalEmbedder = request.getfixturevalue(precision)
    turned = [
        " ".join(words[turn:] + words[:turn]) for words in map(str.split, reference.texts[20:45]) for turn in (0, 1, 2)
    ]
    counts: list[int] = []
    together = embedder.embed(turned, counts.append)
    assert len(counts) < len(turned) / 2
    assert np.array_equal(np.concatenate([embedder.embed([text]) for text in turned]), together)


def test_progress_counts_the_texts_once_each_run(int8: LocalEmbedder) -> None:
    heard: list[int] = []
    int8.embed(["a", "b", "c", "longer than these", "word " * 300, "other " * 300], heard.append)
    assert heard == [1, 2, 3, 6]


def test_it_says_what_it_is(int8: LocalEmbedder) -> None:
    embedder: Embedder = int8
    assert (embedder.fingerprint, embedder.dimension) == ("all-MiniLM-L6-v2@53aa5117/int8/1", 384)
    assert fingerprint("fp32") == "all-MiniLM-L6-v2@53aa5117/fp32/1"
    with pytest.raises(UsageError, match="no precision 'int4'"):
        LocalEmbedder("int4")  # type: ignore[arg-type]


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


def test_what_is_slow_to_import_is_imported_when_needed(int8: LocalEmbedder, cache: Path) -> None:
    slow = {"onnx", "onnxruntime", "tokenizers", "safetensors", "openai", "httpx", "chromadb", "filelock", "torch"}
    package = "import assistant.models.minilm.embedder, assistant.models.openai.embeddings"
    assert not slow & modules_after(package)
    int8.load()
    used = f"{package}; from pathlib import Path; v = assistant.models.minilm.embedder.LocalEmbedder"
    used += f"(cache=Path({str(cache)!r})).embed(['text'])"
    assert slow & modules_after(used) == {"onnxruntime", "tokenizers"}
