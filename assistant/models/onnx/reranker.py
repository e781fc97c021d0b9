"""Pairs of a question and a passage -> how well each passage answers, with any cross-encoder in the ONNX format."""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import ModelError
from assistant.models.onnx.places import ModelFiles
from assistant.models.onnx.session import Session, longest_first, mapped
from assistant.models.onnx.tokenizer import Tokenizer, Tokens


class OnnxReranker:
    """A `Reranker` that loads its model with the first pair; any number of threads may use it at once.

    A score depends on nothing but its pair: not on the pairs beside it, nor on the number of cores.
    """

    def __init__(self, files: ModelFiles, fingerprint: str, tokens: int) -> None:
        """`tokens` is how many tokens of a pair the model reads."""
        self.files = files
        self.fingerprint = fingerprint
        self._limit = tokens
        self._loaded: tuple[Tokenizer, Session] | None = None
        self._loading = Lock()

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return one logit for each (question, passage), in their order; the higher, the better the passage answers.

        Raises `UsageError` where the model's files are not what they should be, `ModelError` where it fails.
        """
        scores = np.empty(len(pairs), np.float32)
        if not pairs:
            return scores
        tokenizer, session = self._load()
        tokens = [tokenizer.read_pair(question, passage) for question, passage in pairs]
        places = longest_first(tokens)
        for place, score in zip(places, mapped(lambda place: self._score(session, tokens[place]), places), strict=True):
            scores[place] = score
        return scores

    def load(self) -> None:
        """Make ready to score; may be called from any thread, and again. Raises `UsageError`."""
        self._load()

    def _load(self) -> tuple[Tokenizer, Session]:
        with self._loading:
            if self._loaded is None:
                self._loaded = Tokenizer(self.files.tokenizer, self._limit), Session(self.files.model, self.files.cache)
            return self._loaded

    def _score(self, session: Session, tokens: Tokens) -> float:
        logits = session.run(tokens)[0]
        if logits.size != 1 or not np.isfinite(logits).all():
            cause = f"{logits.size} numbers for a pair" if logits.size != 1 else "a number that is not finite"
            cure = "name a cross-encoder that gives one score (--reranker), or `none`"
            raise ModelError(f"the model {self.files.model} gave no score", cause=cause, cure=cure)
        return float(logits.flat[0])
