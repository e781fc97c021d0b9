"""The local embedder's tokenizer -> what counts the tokens of a text, and what tells a common word from a rare one."""

import functools
from collections.abc import Callable, Mapping

from assistant.domain.errors import MissingModelError


def counter(environment: Mapping[str, str]) -> Callable[[str], int]:
    """Return what counts the tokens of a text, with the local embedder's tokenizer, which it loads with the first text;
    where that is not on this machine it takes four characters for a token."""

    @functools.cache
    def loaded() -> Callable[[str], int]:
        try:
            return _tokenizer_count(environment)
        except MissingModelError:
            return lambda text: -(-len(text) // 4)

    return lambda text: loaded()(text)


def ordinary(environment: Mapping[str, str]) -> Callable[[str], bool] | None:
    """Return what tells whether a word is common in English: the local embedder's vocabulary has it in one piece. None
    where that is not on this machine."""
    from assistant.models.onnx.places import find_published
    from assistant.models.onnx.published import BGE_SMALL

    try:
        find_published(BGE_SMALL, environment)
    except MissingModelError:
        return None
    count = functools.cache(lambda: _tokenizer_count(environment))
    return lambda word: count()(word) == 1


def _tokenizer_count(environment: Mapping[str, str]) -> Callable[[str], int]:
    """Return what counts tokens with the local embedder's tokenizer; raises `MissingModelError`."""
    from assistant.models.onnx.places import find_published
    from assistant.models.onnx.published import BGE_SMALL
    from assistant.models.onnx.tokenizer import Tokenizer

    return Tokenizer(find_published(BGE_SMALL, environment).tokenizer).count
