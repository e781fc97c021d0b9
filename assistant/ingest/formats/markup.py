"""Text with the tags of a journal (JATS), of HTML or of MathML -> the same text without them."""

import html
import re

from assistant.domain.limits import ABSTRACT_LIMIT

_TAG = re.compile(r"<(?P<end>/?)(?:[a-z]{1,8}:)?(?P<name>[a-z][a-z0-9\-]{0,40})\b[^<>]{0,500}>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:(?!-->|<!--).)*-->|<!\[CDATA\[|\]\]>", re.DOTALL)
_HEADING = re.compile(r"\s*(?:abstract|summary)\b[\s:.]*", re.IGNORECASE)
# Publishers leave out the spaces around these: "developed<italic>treebase</italic>, a package".
_SPACED = frozenset("italic bold i b em strong styled-content ext-link monospace".split())
_LONGEST = 4 * ABSTRACT_LIMIT
_INLINE = _SPACED | frozenset("sc scp sup sub inf small u underline span roman sans-serif xref a named-content".split())


def plain(text: str) -> str:
    """The text without tags and entities; titles of sections stay, with a colon, but for "Abstract".

    >>> plain("<jats:title>Abstract</jats:title><jats:p>Of CO<jats:sub>2</jats:sub> &amp; more.</jats:p>")
    'Of CO2 & more.'
    """
    if len(text) > _LONGEST:
        return text  # it is refused for its length
    if "<" not in text:
        return html.unescape(text)
    text = _COMMENT.sub("", text)
    pieces: list[str] = []
    end = 0
    heading = -1  # where the title of a section begins among the pieces
    for tag in _TAG.finditer(text):
        pieces.append(text[end : tag.start()])
        name, closes = tag["name"].lower(), bool(tag["end"])
        if name in _INLINE:
            pieces.append(_space(text, tag, name, closes=closes))
        elif name == "title" and not closes:
            heading = len(pieces)
        elif name == "title" and heading >= 0:
            pieces[heading:] = [_heading("".join(pieces[heading:]))]
            heading = -1
        else:
            pieces.append(" ")
        end = tag.end()
    pieces.append(text[end:])
    return " ".join(html.unescape("".join(pieces)).split())


def _space(text: str, tag: re.Match[str], name: str, *, closes: bool) -> str:
    """A space where one was left out between a word and an inline tag's own."""
    before, after = text[: tag.start()][-1:], text[tag.end() :][:1]
    outside, inside = (after, before) if closes else (before, after)
    lacks = name in _SPACED and inside.isalpha() and (outside.isalpha() or (not closes and outside in ",;:"))
    return " " if lacks and outside else ""


def _heading(title: str) -> str:
    if not title.strip() or _HEADING.fullmatch(title):
        return " "
    return f" {title.strip().rstrip(':.')}: "
