"""A reply of a reasoning model, in pieces or whole -> the same without what it thought before it answered."""

import re

# Some models think in the reply itself, between <think> and </think>; the prompts of some hold the opening mark, so
# that only the closing one comes back. Thoughts that were cut off before their end are all there is.
_THOUGHTS = re.compile(
    r"\s*<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)|.*?^[ \t]*</think(?:ing)?>[ \t]*$", re.DOTALL | re.MULTILINE
)
_OPENINGS = ("<think>", "<thinking>")
_CLOSING = re.compile(r"</think(?:ing)?>")
_LONGEST_MARK = len("</thinking>")


def without_thoughts(text: str) -> str:
    """Return a text without the thoughts at its beginning, and without the white space around it.

    >>> without_thoughts("<think>Hm, P1?</think>\\n\\nYes [P1].")
    'Yes [P1].'
    """
    thoughts = _THOUGHTS.match(text)
    return (text[thoughts.end() :] if thoughts else text).strip()


class ThoughtFilter:
    """Lets the pieces of a reply pass but for the thoughts at its beginning; it looks at each piece once."""

    def __init__(self) -> None:
        self._rest = ""  # the beginning of the reply, or the end of the thoughts so far
        self.is_thinking = False
        """Whether what came last was a thought."""
        self._is_answering = False

    def visible(self, piece: str) -> str:
        """Return what of a piece, and of those that were held back before it, belongs to the answer.

        >>> reply = ThoughtFilter()
        >>> [reply.visible(piece) for piece in ("\\n<th", "ink>Hm.</thi", "nk> Yes.")]
        ['', '', ' Yes.']
        """
        if self._is_answering:
            return piece
        self._rest += piece
        if not self.is_thinking:
            beginning = self._rest.lstrip()
            if any(mark.startswith(beginning) for mark in _OPENINGS):
                self._rest = beginning and self._rest
                return ""  # white space, or perhaps a mark
            self.is_thinking = beginning.startswith(_OPENINGS)
        if self.is_thinking:
            closing = _CLOSING.search(self._rest)
            self._rest = self._rest[closing.end() :] if closing else self._rest[-_LONGEST_MARK:]
            if not closing:
                return ""
            self.is_thinking = False
        self._is_answering, rest, self._rest = True, self._rest, ""
        return rest

    def end(self) -> str:
        """Return what was held back and is no thought, as no more will come."""
        return "" if self.is_thinking else self._rest
