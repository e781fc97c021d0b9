"""Texts -> the sum of their words' directions: what the vectors are, and that any text has one."""

import hashlib

import numpy as np
import pytest

from assistant.domain.errors import UsageError
from assistant.models.hashing import HashingEmbedder


def test_a_text_is_the_sum_of_its_words_directions() -> None:
    directions = [np.array(list(hashlib.shake_256(word).digest(4)), float) - 127.5 for word in (b"moss", b"grows")]
    expected = sum(directions) / np.linalg.norm(sum(directions))
    matrix = HashingEmbedder(4).embed(["Moss GROWS!", "grows: moss", "moss"])
    assert matrix.dtype == np.float32
    assert matrix[:2] == pytest.approx(np.stack([expected] * 2), abs=1e-6)
    assert matrix[2] == pytest.approx(directions[0] / np.linalg.norm(directions[0]), abs=1e-6)


@pytest.mark.parametrize("dimension", [1, 2, 32])
def test_any_text_has_a_vector_of_length_one(dimension: int) -> None:
    words = [f"w{number}" for number in range(600)]
    texts = ["", " \n", "\ud800", "naïve 日本語", *(f"{first} w0" for first in words), " ".join(words)]
    matrix = HashingEmbedder(dimension).embed(texts)
    assert np.linalg.norm(matrix, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-6)


def test_it_takes_no_text_and_tells_of_progress() -> None:
    counts: list[int] = []
    embedder = HashingEmbedder()
    assert embedder.embed([], counts.append).shape == (0, 32)
    embedder.embed(["a", "b"], counts.append)
    assert counts == [2]


def test_a_vector_has_components() -> None:
    with pytest.raises(UsageError, match="a vector cannot have 0 components"):
        HashingEmbedder(0)
