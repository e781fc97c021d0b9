"""Untrusted text -> text that is safe to print: no terminal escapes, no hidden or direction-changing characters."""

import re

# C0 controls but tab and newline, DEL, C1, Arabic letter mark, bidirectional controls, line and paragraph separators,
# invisible operators, surrogates, interlinear marks, Unicode tags, and what is as wide as nothing: fillers, variation
# selectors but those of emoji, marks of musical notation.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180b-\u180f\u200e\u200f\u2028-\u202e\u2061-\u206f\ud800-\udfff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U0001d173-\U0001d17a]"
)
# Soft hyphen, zero-width space, word joiner, byte-order mark: they only say where a line may break.
_BREAKS = re.compile("[\xad\u200b\u2060\ufeff]")
_JOINERS = "\u200c\u200d"
# Letters that joiners join or part (Arabic to Mongolian), and what emoji are made of.
_JOINED = "\u0590-\u18af\u2190-\u2bff\ufb50-\ufdff\ufe0f\ufe70-\ufefc\U0001f000-\U0001faff"
# Format characters (Unicode's Cf) but those that are seen, such as the Arabic number sign, and joiners at their work.
_FORMAT = re.compile(
    "[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
_IDLE_JOINERS = re.compile(f"(?<![{_JOINED}])[{_JOINERS}]+|[{_JOINERS}]+(?![{_JOINED}{_JOINERS}])")


def sanitize(text: str) -> str:
    """Replace characters that could act on a terminal by U+FFFD, one by one: streamed pieces may be cleaned apart.

    Those that only say where a line may break go; joiners stay, without which Persian and emoji fall apart.
    """
    return _UNSAFE.sub("\ufffd", _BREAKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def without_format_characters(text: str) -> str:
    r"""Return text without the characters that are not seen, but for joiners between letters that need them.

    >>> without_format_characters("trans\xadform\u200der")
    'transformer'
    """
    return _IDLE_JOINERS.sub("", _FORMAT.sub("", text))


def encodable(text: str) -> str:
    """Return text whose lone surrogates, which JSON may have, are replaced by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def rejoin_surrogates(text: str) -> str:
    """Return text that can be encoded: halves of a character that came apart are joined, lone ones replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str) -> str:
    """`sanitize`, on one line: every run of white space becomes one space."""
    return " ".join(sanitize(text).split())
