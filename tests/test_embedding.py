import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.embedding.local import LocalEmbedder, fingerprint
from assistant.embedding.ports import Embedder
from assistant.embedding.tokens import Tokens
from assistant.errors import UsageError

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Reference:
    """What sentence-transformers says (bench/reference_vectors.py)."""

    texts: list[str]
    vectors: Vectors
    long: list[int]
    long_vectors: Vectors
    spans_of: int
    spans: list[tuple[int, int]]
    span_vectors: Vectors


@pytest.fixture(scope="module")
def reference() -> Reference:
    with np.load(Path(__file__).parent / "data" / "reference_vectors.npz") as data:
        return Reference(
            json.loads(data["texts"].tobytes()),
            data["vectors"].astype(np.float32),
            data["long"].tolist(),
            data["long_vectors"].astype(np.float32),
            int(data["spans_of"]),
            [(start, end) for start, end in data["spans"].tolist()],
            data["span_vectors"].astype(np.float32),
        )


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


def whole(embedder: LocalEmbedder, texts: list[str], tokens: int) -> Vectors:
    none: list[list[tuple[int, int]]] = [[] for _ in texts]
    return np.concatenate(embedder.embed_with_spans(texts, none, whole_tokens=tokens))


def test_floats_agree_with_sentence_transformers(fp32: LocalEmbedder, reference: Reference) -> None:
    assert len(reference.texts) >= 60
    assert cosines(fp32.embed(reference.texts), reference.vectors).min() > 0.9999
    long = [reference.texts[place] for place in reference.long]
    assert cosines(whole(fp32, long, 512), reference.long_vectors).min() > 0.9999


def test_integers_stay_near_sentence_transformers(int8: LocalEmbedder, reference: Reference) -> None:
    near = cosines(int8.embed(reference.texts), reference.vectors)
    assert near.min() > 0.99
    assert near.mean() > 0.996
    long = [reference.texts[place] for place in reference.long]
    assert cosines(whole(int8, long, 512), reference.long_vectors).mean() > 0.995


def test_spans_agree_with_the_token_vectors_of_sentence_transformers(
    fp32: LocalEmbedder, int8: LocalEmbedder, reference: Reference
) -> None:
    text = reference.texts[reference.spans_of]
    [exact] = fp32.embed_with_spans([text], [reference.spans])
    assert cosines(exact[1:], reference.span_vectors).min() > 0.9999
    assert cosines(exact[:1], reference.vectors[reference.spans_of][np.newaxis]).min() > 0.9999
    [near] = int8.embed_with_spans([text], [reference.spans])
    assert cosines(near[1:], reference.span_vectors).min() > 0.99


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
    assert int8.embed_with_spans([], []) == []


def test_a_span_without_tokens_has_the_vector_of_its_text(int8: LocalEmbedder) -> None:
    text = "one two " * 400
    [rows] = int8.embed_with_spans([text], [[(3, 4), (0, 7), (3_000, 3_100), (9_000, 9_001)]])
    assert np.array_equal(rows[[1, 3, 4]], rows[[0, 0, 0]])
    assert not np.allclose(rows[2], rows[0])
    with pytest.raises(ValueError, match="2 texts with the spans of 1"):
        int8.embed_with_spans(["a", "b"], [[]])


def test_a_span_is_the_tokens_it_shares_a_character_with() -> None:
    tokens = Tokens(np.array([101, 7, 8, 9, 102]), np.array([0, 3, 6]), np.array([3, 5, 9]))  # "abcde fgh"
    expected = {(0, 3): (1, 2), (2, 4): (1, 3), (0, 9): (1, 4), (5, 6): (3, 3), (6, 9): (3, 4), (9, 20): (4, 4)}
    found = {span: tokens.within(*span) for span in expected}
    assert {span: (part.start, part.stop) for span, part in found.items()} == expected


def test_progress_counts_the_texts(int8: LocalEmbedder) -> None:
    heard: list[int] = []
    int8.embed(["a", "b", "c"], heard.append)
    int8.embed_with_spans(["a", "b"], [[], []], heard.append)
    assert heard == [1, 2, 3, 1, 2]


def test_it_says_what_it_is(int8: LocalEmbedder) -> None:
    embedder: Embedder = int8
    assert (embedder.fingerprint, embedder.dimension) == ("all-MiniLM-L6-v2@53aa5117/int8/1", 384)
    assert fingerprint("fp32") == "all-MiniLM-L6-v2@53aa5117/fp32/1"
    with pytest.raises(UsageError, match="not 'int4'"):
        LocalEmbedder("int4")  # type: ignore[arg-type]


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    )


def test_what_is_slow_to_import_is_imported_when_needed(int8: LocalEmbedder, cache: Path) -> None:
    slow = {"onnx", "onnxruntime", "tokenizers", "safetensors", "openai", "httpx", "chromadb", "filelock", "torch"}
    package = "import assistant.embedding.local, assistant.embedding.remote"
    assert not slow & modules_after(package)
    int8.load()
    used = f"{package}; from pathlib import Path; v = assistant.embedding.local.LocalEmbedder"
    used += f"(cache=Path({str(cache)!r})).embed(['text'])"
    assert slow & modules_after(used) == {"onnxruntime", "tokenizers"}
