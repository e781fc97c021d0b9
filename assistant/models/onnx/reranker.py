"""Pairs of a question and a passage -> how well each passage answers, with any cross-encoder in the ONNX format."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import ModelError
from assistant.models.onnx.pairs import PairReader
from assistant.models.onnx.places import ModelFiles


class OnnxReranker:
    """A `Reranker` that loads its model with the first pair; any number of threads may use it at once.

    A score depends on nothing but its pair: not on the pairs beside it, nor on the number of cores.
    """

    def __init__(self, files: ModelFiles, fingerprint: str, tokens: int) -> None:
        """`tokens` is how many tokens of a pair the model reads."""
        self.files = files
        self.fingerprint = fingerprint
        self._reader = PairReader(files, tokens)

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return one logit for each (question, passage), in their order; the higher, the better the passage answers.

        Raises `UsageError` where the model's files are not what they should be, `ModelError` where it fails.
        """
        return np.array([self._score(logits) for logits in self._reader.logits(pairs)], np.float32)

    def load(self) -> None:
        """Make ready to score; may be called from any thread, and again. Raises `UsageError`."""
        self._reader.load()

    def _score(self, logits: NDArray[np.float32]) -> float:
        if logits.size != 1 or not np.isfinite(logits).all():
            cause = f"{logits.size} numbers for a pair" if logits.size != 1 else "a number that is not finite"
            cure = "name a cross-encoder that gives one score (--reranker), or `none`"
            raise ModelError(f"the model {self.files.model} gave no score", cause=cause, cure=cure)
        return float(logits[0])
