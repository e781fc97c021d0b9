"""Pairs of texts -> what an ONNX graph computes of each: the part that rerankers and checkers share."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from assistant.models.onnx.places import ModelFiles
from assistant.models.onnx.session import Session, longest_first, mapped
from assistant.models.onnx.tokenizer import Tokenizer, Tokens


class PairReader:
    """A graph that reads pairs, loaded with the first; any number of threads may use it at once.

    What it computes depends on nothing but the pair: not on the pairs beside it, nor on the number of cores.
    """

    def __init__(self, files: ModelFiles, tokens: int) -> None:
        """`tokens` is how many tokens of a pair the model reads."""
        self.files = files
        self._limit = tokens
        self._loaded: tuple[Tokenizer, Session] | None = None
        self._loading = Lock()

    def logits(self, pairs: Sequence[tuple[str, str]]) -> list[NDArray[Any]]:
        """Return the graph's first output for each pair, flat, in their order.

        Raises `UsageError` where the model's files are not what they should be, `ModelError` where it fails.
        """
        if not pairs:
            return []
        tokenizer, session = self.load()
        tokens = [tokenizer.read_pair(first, second) for first, second in pairs]
        places = longest_first(tokens)
        outputs = dict(zip(places, mapped(lambda place: _first(session, tokens[place]), places), strict=True))
        return [outputs[place] for place in range(len(pairs))]

    def load(self) -> tuple[Tokenizer, Session]:
        """Make ready to read; may be called from any thread, and again. Raises `UsageError`."""
        with self._loading:
            if self._loaded is None:
                self._loaded = Tokenizer(self.files.tokenizer, self._limit), Session(self.files.model, self.files.cache)
            return self._loaded


def _first(session: Session, tokens: Tokens) -> NDArray[Any]:
    return session.run(tokens)[0].ravel()
