"""Text as given -> text as stored: on one line, without control characters; or why it cannot be stored."""

import json
import re

from assistant.domain.limits import ABSTRACT_LIMIT, NAME_LIMIT, excess
from assistant.domain.sanitize import without_format_characters

HALF_CHARACTER = "holds half of a character (a lone surrogate)"
"""What is wrong with a text that no encoding can write."""

_EXCERPT_LENGTH = 40
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def tidy(text: str) -> str:
    """Control characters (terminal escapes among them) and every run of white space become one space; soft hyphens and
    other characters that are not seen go."""
    return " ".join(_CONTROLS.sub(" ", without_format_characters(text)).split())


def text_fault(text: str) -> str:
    """Why a text cannot be stored at all; "" where it can."""
    if "\0" in text:
        return "holds a NUL character"
    return HALF_CHARACTER if _SURROGATES.search(text) else ""


def length_fault(title: str, abstract: str) -> str:
    """Why a title or an abstract is too long to be one; "" where neither is."""
    if reason := excess(title, NAME_LIMIT):
        return f"title {reason}"
    reason = excess(abstract, ABSTRACT_LIMIT)
    return f"abstract {reason}; give the beginning of the text" if reason else ""


def excerpt(value: object) -> str:
    """The first 40 characters of a value of a row, as JSON, for a message."""
    text = tidy(_SURROGATES.sub("\ufffd", json.dumps(value, ensure_ascii=False)))
    return text if len(text) <= _EXCERPT_LENGTH else f"{text[: _EXCERPT_LENGTH - 1]}…"
