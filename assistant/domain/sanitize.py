"""Untrusted text -> text that is safe to print: no terminal escapes, no hidden or direction-changing characters."""

import re

# C0 controls but tab and newline, DEL, C1, soft hyphen, Arabic letter mark, zero-width and bidirectional controls,
# line and paragraph separators, invisible operators, surrogates, byte-order mark, interlinear marks, Unicode tags, and
# what is as wide as nothing: joiners, fillers, variation selectors but those of emoji, marks of musical notation.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U0001d173-\U0001d17a]"
)


def sanitize(text: str) -> str:
    """Replace characters that could act on a terminal by U+FFFD, one by one: streamed pieces may be cleaned apart."""
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """`sanitize`, on one line: every run of white space becomes one space."""
    return " ".join(sanitize(text).split())
