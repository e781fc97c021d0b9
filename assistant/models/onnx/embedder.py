"""Texts -> unit vectors, with any embedding model in the ONNX format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import ModelError
from assistant.models.onnx.places import ModelFiles
from assistant.models.onnx.recipe import Recipe
from assistant.models.onnx.session import Session, longest_first, mapped
from assistant.models.onnx.tokenizer import Tokenizer, Tokens

Vectors = NDArray[np.float32]
_FEW = 4  # texts of a first call that is a question, or the claims of an answer


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    session: Session


class OnnxEmbedder:
    """An `Embedder` that loads its model with the first text; any number of threads may use it at once.

    A vector depends on nothing but its text: not on the texts beside it, nor on the number of cores.
    """

    def __init__(self, files: ModelFiles, recipe: Recipe, fingerprint: str, dimension: int | None = None) -> None:
        """`dimension` is None where only the model itself can tell."""
        self.files = files
        self.recipe = recipe
        self.fingerprint = fingerprint
        self._dimension = dimension
        self._loaded: _Loaded | None = None
        self._loading = Lock()

    @property
    def dimension(self) -> int:
        """The number of components of a vector; where only the model can tell, it is loaded."""
        if self._dimension is None:
            self._dimension = self._encode(["dimension"], "").shape[1]
        return self._dimension

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return a matrix of shape (texts, dimension), its rows of length one and in the order of the texts.

        They are read as passages, as far as the model reads. `on_progress` gets the number of texts that are done.
        Raises `UsageError` where the model's files are not what they should be, `ModelError` where it fails.
        """
        return self._encode(texts, self.recipe.passage_prefix, on_progress)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the same for questions, with the prefix that the model was trained with."""
        return self._encode(texts, self.recipe.query_prefix)

    def load(self) -> None:
        """Make ready to embed; may be called from any thread, and again. Raises `UsageError`."""
        self._load()

    def _load(self, *, few: bool = False) -> _Loaded:
        """Load the model, for a `few` texts or for many; a second time it is there."""
        with self._loading:
            if self._loaded is None:
                tokenizer = Tokenizer(self.files.tokenizer, self.recipe.tokens)
                self._loaded = _Loaded(tokenizer, Session(self.files.model, self.files.cache, few=few))
            return self._loaded

    def _encode(self, texts: Sequence[str], prefix: str, on_progress: Callable[[int], None] | None = None) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        loaded = self._load(few=len(texts) <= _FEW)
        tokens = [loaded.tokenizer.read(prefix + text) for text in texts]
        places = longest_first(tokens)
        rows: list[Vectors] = [np.empty(0, np.float32)] * len(texts)
        results = mapped(lambda place: self._vector(loaded.session, tokens[place]), places)
        for done, (place, vector) in enumerate(zip(places, results, strict=True), 1):
            rows[place] = vector
            if on_progress:
                on_progress(done)
        return np.stack(rows)

    def _vector(self, session: Session, tokens: Tokens) -> Vectors:
        outputs = session.run(tokens)
        states = next((output[0] for output in outputs if output.ndim == 3), None)
        pooled = self._pool(states) if states is not None else outputs[0][0]
        length = float(np.linalg.norm(pooled))
        if not np.isfinite(length) or length == 0.0 or pooled.ndim != 1:
            raise ModelError(f"the model {self.files.model} gave no vector", cure="name another embedder (--embedder)")
        return np.asarray(pooled / length, np.float32)

    def _pool(self, states: Vectors) -> Vectors:
        """Return one vector for the states of a text, of shape (tokens, dimension)."""
        match self.recipe.pooling:
            case "first":
                return np.asarray(states[0], np.float32)
            case "last":
                return np.asarray(states[-1], np.float32)
            case "max":
                return np.asarray(states.max(axis=0), np.float32)
            case "mean":
                return np.asarray(states.mean(axis=0), np.float32)
