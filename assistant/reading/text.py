"""Text as given -> text as stored: on one line, without control characters."""

import re

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def stored(text: str) -> str:
    """Control characters (terminal escapes among them) and every run of white space become one space."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def fault(text: str) -> str:
    """Why a text cannot be stored at all; empty where it can."""
    if "\0" in text:
        return "holds a NUL character"
    return "holds half of a character (a lone surrogate)" if _SURROGATES.search(text) else ""
