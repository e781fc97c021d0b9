"""A text, or a pair of texts -> the ids that a model reads."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import UsageError
from assistant.domain.sanitize import encodable

Ids = NDArray[np.int64]

_CHARACTERS_A_TOKEN = 16
"""More than almost any text has; where a text has more, it is read again, twice as far."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a model reads of one text, or of a pair."""

    ids: Ids
    types: Ids
    """0 for the tokens of the first text, 1 for those of the second."""

    def __len__(self) -> int:
        return len(self.ids)


class _SharedTokenizer:
    """A loaded tokenizer that several read by, each to its own limit; any number of threads may use it at once."""

    def __init__(self, implementation: Any) -> None:
        self._implementation = implementation
        self._lock = Lock()

    def encode(self, limit: int | None, *texts: str, add_special_tokens: bool = True) -> Any:
        """Encode a text or a pair, cut to `limit` tokens, the longer of a pair first; None for all."""
        with self._lock:
            if limit is None:
                self._implementation.no_truncation()
            else:
                self._implementation.enable_truncation(limit, strategy="longest_first")
            return self._implementation.encode(*texts, add_special_tokens=add_special_tokens)


@lru_cache(maxsize=4)
def _load(path: str, state: tuple[int, ...]) -> _SharedTokenizer:
    """Load the tokenizer of a file; `state` is another one where the file was changed."""
    from tokenizers import Tokenizer as Implementation

    implementation = Implementation.from_file(path)
    implementation.no_padding()
    return _SharedTokenizer(implementation)


class Tokenizer:
    """The tokenizer in a `tokenizer.json`, reading no more of a long text than the model can take.

    What the file says of padding and truncation is left aside: padding would be computed for nothing. A file is loaded
    once for all that read by it, which takes as long as to embed a short text three times.
    """

    def __init__(self, path: Path, limit: int | None = None) -> None:
        """`limit` is how many tokens of a text or a pair are read, those that mark its ends included; None for all.

        Raises `UsageError` where the file is not the description of a tokenizer.
        """
        try:
            status = path.stat()
            self._shared = _load(str(path.absolute()), (status.st_ino, status.st_size, status.st_mtime_ns))
        except Exception as error:  # whatever is wrong with the file, the bindings raise the base class
            cause = str(error)
            raise UsageError("is not the description of a tokenizer", path=path, cause=cause, cure=_CURE) from error
        self._limit = limit

    def read(self, text: str) -> Tokens:
        """Return the first tokens of a text."""
        return _tokens(self._encode(text))

    def read_pair(self, first: str, second: str) -> Tokens:
        """Return the tokens of a pair, the longer of the two cut at its end where both are too long."""
        longest = None if self._limit is None else self._limit * _CHARACTERS_A_TOKEN
        return _tokens(self._shared.encode(self._limit, encodable(first[:longest]), encodable(second[:longest])))

    def count(self, text: str) -> int:
        """Return the number of tokens of a text, without those that mark its ends."""
        return len(self._shared.encode(self._limit, encodable(text), add_special_tokens=False).ids)

    def _encode(self, text: str) -> Any:
        """Encode the text, or a beginning of it that has the same first tokens as the whole."""
        if self._limit is None:
            return self._shared.encode(None, encodable(text))
        length = self._limit * _CHARACTERS_A_TOKEN
        while True:
            encoding = self._shared.encode(self._limit, encodable(text[:length]))
            # A cut changes the last word at most, so that has to be one that is not among the tokens.
            if length >= len(text) or (
                encoding.overflowing and _last_word(encoding.overflowing[-1]) != _last_word(encoding)
            ):
                return encoding
            length *= 2


_CURE = "fetch the model again, or name another one"


def _tokens(encoding: Any) -> Tokens:
    """Return the tokens of an encoding; a text that has none is read as the vocabulary's first."""
    return Tokens(np.array(encoding.ids or [0], np.int64), np.array(encoding.type_ids or [0], np.int64))


def _last_word(encoding: Any) -> int | None:
    """Return the number of the word that an encoding's last token belongs to, leaving out those that mark its end."""
    return next((word for word in reversed(encoding.word_ids) if word is not None), None)
