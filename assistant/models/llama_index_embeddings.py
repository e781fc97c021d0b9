"""A llama-index embedder -> an `Embedder` of the assistant; and a name such as `llama-index:ollama/MODEL` -> one."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.models.integrations import open_integration

_BATCH = 64  # texts between two words of progress; the embedder itself may send fewer at a time
_BLANK = "."
"""Embedded for a blank text, which endpoints refuse."""


class LlamaEmbedder:
    """Any llama-index embedder. How long it may take, and what it may send, is set up in the embedder."""

    def __init__(self, embedder: BaseEmbedding, *, name: str | None = None) -> None:
        """`name` tells its vectors from those of others; by default its integration and its model, `ollama/MODEL`."""
        self._embedder = embedder
        self.name = name or f"{_integration(embedder)}/{embedder.model_name}"
        self._dimension: int | None = None

    @property
    def fingerprint(self) -> str:
        """`llama-index:ollama/nomic-embed-text`."""
        return f"llama-index:{self.name}"

    @property
    def dimension(self) -> int:
        """The number of components of a vector; asks the embedder where it is not known yet."""
        return self._dimension or int(self.embed(["dimension"]).shape[1])

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return one row of length one a text, in the given order; `on_progress` gets how many are done.

        Raises `ModelError` for whatever the embedder raises, and where it gives anything but one vector a text.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        matrices = []
        for start in range(0, len(texts), _BATCH):
            batch = [text if text.strip() else _BLANK for text in texts[start : start + _BATCH]]
            matrices.append(self._checked(self._embedder.get_text_embedding_batch, batch, len(batch)))
            if on_progress:
                on_progress(min(start + _BATCH, len(texts)))
        return np.concatenate(matrices)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same for texts that are searched for, with the prefix that the embedder has for these."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        ask = self._embedder.get_query_embedding
        rows = [self._checked(lambda text: [ask(text)], text if text.strip() else _BLANK, 1) for text in texts]
        return np.concatenate(rows)

    def _checked(self, ask: Callable[[Any], Any], argument: Any, count: int) -> NDArray[np.float32]:
        """Return what the embedder gives, once it is sure that it is so many vectors, of one dimension and a length."""
        try:
            rows = np.asarray(ask(argument), np.float64)
        except Exception as error:  # noqa: BLE001  each of the many integrations raises its own
            raise self._failure(f"{type(error).__name__}: {one_line(str(error))[:300]}") from None
        dimension = self._dimension or (rows.shape[1] if rows.ndim > 1 else 0)
        if rows.shape != (count, dimension) or not dimension:
            raise self._failure(f"it gave an array of {rows.shape} for {count} texts")
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(rows).all() or not lengths.all():
            raise self._failure("it gave a vector that is not finite, or has no length")
        self._dimension = dimension
        vectors: NDArray[np.float32] = np.divide(rows, lengths).astype(np.float32)
        return vectors

    def _failure(self, cause: str) -> ModelError:
        cure = "check how the embedder was set up in llama-index"
        return ModelError(f"the embedder {self.name} failed", cause=cause, cure=cure)


def open_embedder(argument: str) -> LlamaEmbedder:
    """Return the embedder of `<integration>/<model>`; raises `UsageError` where the integration is not installed, or
    has no embedder that takes the name of a model alone."""
    embedder = open_integration("embeddings", argument, BaseEmbedding, ("model_name", "model"))
    return LlamaEmbedder(embedder, name=argument)


def _integration(embedder: BaseEmbedding) -> str:
    """Return the name of the package that an embedder is of, else that of its class."""
    match = re.match(r"llama_index\.embeddings\.([a-z0-9_]+)", type(embedder).__module__)
    return match[1].replace("_", "-") if match else type(embedder).__name__
