"""A number -> a made paper, the same each time, and vectors of its text from numpy: for libraries of any size.

Words are seeded points, and a text is the middle of its words, so that texts on one subject lie together as real ones
do. Texts are made of the words of real titles where shared/datasets stands beside the repository, else of a seeded
vocabulary.
"""

import hashlib
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Entry, Listing

DIMENSION = 384
_LATENT = 48  # dimensions in which the words lie
_NOISE = 0.02  # standard deviation of what a text has of its own in every dimension
_WORDS = 160  # of an abstract
_SUBJECTS = 4  # titles whose words a text repeats
DAYS = 3_650
TITLES = Path(__file__).parents[2] / "shared" / "datasets"


class WordVectors:
    """An embedder without a model: unit rows, the same for the same text, near for texts that share words."""

    fingerprint = f"bench-word-vectors/{DIMENSION}"
    dimension = DIMENSION
    multilingual = False

    def __init__(self) -> None:
        self.seconds = 0.0
        """Time spent in it."""
        self._plane = np.random.default_rng(1).normal(size=(_LATENT, DIMENSION)).astype(np.float32)
        self._rows: dict[str, int] = {}
        self._points: list[NDArray[np.float32]] = []

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return one unit row a text."""
        began = time.perf_counter()
        points = np.stack([self._point(text) for text in texts])
        noise = np.stack([_seeded(text, DIMENSION) for text in texts])
        vectors = points @ self._plane / math.sqrt(_LATENT) + _NOISE * noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        if on_progress:
            on_progress(len(texts))
        self.seconds += time.perf_counter() - began
        return vectors.astype(np.float32)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same for questions."""
        return self.embed(texts)

    def _point(self, text: str) -> NDArray[np.float32]:
        for word in (words := re.findall(r"\w+", text.lower()) or [""]):
            if word not in self._rows:
                self._rows[word] = len(self._points)
                self._points.append(_seeded(word, _LATENT))
        middle = np.mean([self._points[self._rows[word]] for word in words], axis=0)
        unit: NDArray[np.float32] = middle / np.linalg.norm(middle)
        return unit


def _seeded(text: str, size: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(size, np.float32)


def titles() -> list[list[str]]:
    """Return the words of real titles, or of made ones where there are none: Zipf's law over a seeded vocabulary."""
    lines = [line for path in sorted(TITLES.glob("*/corpus.jsonl")) for line in path.read_text().splitlines()]
    if real := [re.findall(r"\w+", json.loads(line)["title"]) for line in lines]:
        return [words for words in real if words]
    chance = np.random.default_rng(2)
    words = ["".join(chance.choice(list("aeioulnrst"), 7)) for _ in range(20_000)]
    return [[words[min(rank, len(words)) - 1] for rank in chance.zipf(1.3, 9)] for _ in range(10_000)]


def entries(start: int, stop: int) -> Iterator[Entry]:
    """Yield made papers; the same number is the same paper. One in a hundred is of the last 1 % of the days."""
    pool = titles()
    for number in range(start, stop):
        chance = np.random.default_rng([3, number])
        subjects = [word for place in chance.integers(0, len(pool), _SUBJECTS) for word in pool[place]]
        others = [pool[place][0] for place in chance.integers(0, len(pool), _WORDS // 4)]
        words = [*chance.choice(subjects, _WORDS - len(others)), *others]
        title = f"{' '.join(chance.choice(subjects, 9))} {number}"
        day = date(2015, 1, 1) + timedelta(int(chance.integers(0, DAYS)))
        listing = Listing("made.jsonl", number + 1, title, day)
        yield Entry(listing, " ".join(chance.permutation(words)), f"made{number}")


class TimedRows:
    """Rows, one at a time, and the seconds that were spent making them."""

    def __init__(self, rows: Iterator[Entry]) -> None:
        self.seconds = 0.0
        self._rows = rows

    def __iter__(self) -> Iterator[Entry]:
        while True:
            began = time.perf_counter()
            row = next(self._rows, None)
            self.seconds += time.perf_counter() - began
            if row is None:
                return
            yield row
