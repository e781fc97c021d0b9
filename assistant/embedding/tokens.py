"""A text -> the ids the model reads, with the characters each stands for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHARACTERS_A_TOKEN = 16
"""More than almost any text has; where a text has more, it is read again, twice as far."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text as the model sees it, [CLS] first and [SEP] last."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    """First character of each token but the two marks; never falling."""
    ends: NDArray[np.int64]

    def within(self, start: int, end: int) -> slice:
        """The tokens that share a character with this span, as places in `ids`."""
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left"))
        return slice(first + 1, max(first, last) + 1)


class Tokenizer:
    """The model's own tokenizer, reading no more of a long text than the model can take."""

    def __init__(self, description: bytes) -> None:
        from tokenizers import Tokenizer as Implementation

        self._implementation: Any = Implementation.from_buffer(description)
        self._implementation.no_truncation()
        self._implementation.no_padding()

    def read(self, text: str, limit: int) -> Tokens:
        """The first `limit` tokens of a text, the two marks included."""
        encoding = self._encode(text, limit)
        ids = np.array(encoding.ids, np.int64)
        offsets = np.array(encoding.offsets, np.int64)
        if len(ids) > limit:
            ids = np.append(ids[: limit - 1], ids[-1])
        inner = offsets[1 : len(ids) - 1]
        return Tokens(ids, inner[:, 0], inner[:, 1])

    def _encode(self, text: str, limit: int) -> Any:
        """Encode the text, or a beginning of it whose first `limit` tokens are those of the whole."""
        length = limit * _CHARACTERS_A_TOKEN
        while True:
            encoding = self._implementation.encode(_encodable(text[:length]))
            words = encoding.word_ids  # a cut changes the last word at most, so one whole word must follow the limit
            if length >= len(text) or (len(words) > limit and words[-2] != words[limit - 2]):
                return encoding
            length *= 2


def _encodable(text: str) -> str:
    """The text, each lone surrogate replaced by one question mark so that characters keep their places."""
    return text.encode("utf-8", "replace").decode("utf-8")
