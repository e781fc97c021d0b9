"""Untrusted text -> Markdown that shows it as it is: no HTML, no formula, no link but those made here."""

import re
from collections.abc import Sequence

from assistant.domain.sanitize import one_line

_ACTING = re.compile(
    r"[\\$`*_\[\]<>#|~@]|&(?=#?\w+;)"  # marks anywhere
    r"|^[-+=](?=[\s=-]|$)"  # lists and rulers, where a line begins
    r"|:(?=//)|(?<=\w)\.(?=[^\W\d_]{2})"  # what readers make links of: http://x, www.x.org
)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_FORMULAS = {"\\": "<span>&#92;</span>", "$": "<span>&#36;</span>"}
"""A notebook looks for formulas in the finished page too, where a backslash no longer protects; but never across the
border of an element."""
_ESCAPED = re.compile(r"<span>&#(36|92);</span>|\\(.)")


def escape(text: str) -> str:
    r"""Return untrusted text on one line, as Markdown that shows just that.

    >>> escape("*Two* <b>words</b> of www.example.org")
    '\\*Two\\* \\<b\\>words\\</b\\> of www\\.example\\.org'
    """
    safe = _ACTING.sub(lambda match: _FORMULAS.get(match[0]) or f"\\{match[0]}", one_line(text))
    return _NUMBERED.sub(r"\1\\\2", safe)


def unescape(text: str) -> str:
    r"""Return what `escape` was given, on one line.

    >>> unescape(escape("*Two* <b>words</b> for 5 $ of www.example.org"))
    '*Two* <b>words</b> for 5 $ of www.example.org'
    """
    return _ESCAPED.sub(lambda match: chr(int(match[1])) if match[1] else match[2], text)


def cited(text: str, labels: Sequence[str], fault: str, *, quoted: bool) -> str:
    """Return a sentence with the labels of what it cites, and what is wrong with it, if anything."""
    words = f"“{escape(text)}”" if quoted else escape(text)
    numbers = "".join(f"[{escape(label)}]" for label in labels)
    return " ".join(part for part in (words, numbers, f"*({escape(fault)})*" if fault else "") if part)


def link(text: str, url: str) -> str:
    """Return text that links to an http(s) address, or plain text for any other."""
    label = escape(text)
    return f"[{label}](<{address(url)}>)" if re.match(r"https?://", url, re.IGNORECASE) else label


def address(url: str) -> str:
    """Return an address in which nothing ends a link of Markdown or a field of BibTeX."""
    return re.sub(r"[{}\\<>\s]", lambda match: f"%{ord(match[0]):02X}", one_line(url))
