"""A text -> the ids the model reads."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

_CHARACTERS_A_TOKEN = 16
"""More than almost any text has; where a text has more, it is read again, twice as far."""


class Tokenizer:
    """The model's own tokenizer, reading no more of a long text than the model can take."""

    def __init__(self, description: bytes) -> None:
        from tokenizers import Tokenizer as Implementation

        self._implementation: Any = Implementation.from_buffer(description)
        self._implementation.no_truncation()
        self._implementation.no_padding()

    def read(self, text: str, limit: int) -> Ids:
        """The first `limit` tokens of a text, [CLS] first and [SEP] last."""
        ids = np.array(self._encode(text, limit).ids, np.int64)
        return ids if len(ids) <= limit else np.append(ids[: limit - 1], ids[-1])

    def count(self, text: str) -> int:
        """The number of tokens of a text, however long, without the two that mark its ends."""
        return len(self._implementation.encode(_encodable(text), add_special_tokens=False).ids)

    def _encode(self, text: str, limit: int) -> Any:
        """Encode the text, or a beginning of it whose first `limit` tokens are those of the whole."""
        length = limit * _CHARACTERS_A_TOKEN
        while True:
            encoding = self._implementation.encode(_encodable(text[:length]))
            if length >= len(text):
                return encoding
            words = encoding.word_ids  # a cut changes the last word at most, so one whole word must follow the limit
            if len(words) > limit and words[-2] != words[limit - 2]:
                return encoding
            length *= 2


def _encodable(text: str) -> str:
    """The text, each lone surrogate replaced by a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
