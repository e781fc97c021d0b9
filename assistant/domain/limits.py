"""A text that a stranger wrote -> whether it is short enough to be read: a limit for each kind, in characters.

Time and memory grow with the length of a text and no faster, so these limits bound both.
"""

from collections.abc import Iterator
from typing import BinaryIO

from assistant.domain.errors import UsageError

ABSTRACT_LIMIT = 100_000
"""Of an abstract. The longest of 614 from daily pages has 1,919, the longest of SciFact's 5,183 about 10,000; the full
text of a paper, pasted in its place, has 30,000 to 80,000."""
QUESTION_LIMIT = 10_000
"""Of a question, or of words to search for: an abstract may be asked for as a whole."""
CLAIM_LIMIT = 20_000
"""Of one sentence that is verified."""
TEXT_LIMIT = 1_000_000
"""Of a text whose claims are verified; a book has about as many."""
REPLY_LIMIT = 200_000
"""Of a model's reply; an answer has a few thousand."""
LINE_LIMIT = 1_000_000
"""Bytes of a line of a listing, of claims or of questions."""
NAME_LIMIT = 1_000
"""Of a title, of a name by which a claim cites a paper, and of the name of an author."""
ADDRESS_LIMIT = 2_000
"""Of the address of a page; browsers and servers take hardly more."""
AUTHOR_LIMIT = 10_000
"""Authors of a paper; the longest list in print has some 5,000."""
CITATION_LIMIT = 100
"""Papers that one claim cites."""


def excess(text: str, limit: int) -> str:
    """Return in words by how much a text is too long; "" where it is not.

    >>> excess("abc", 2)
    'is 3 characters long; the limit is 2'
    """
    return f"is {len(text):,} characters long; the limit is {limit:,}" if len(text) > limit else ""


def bounded_lines(stream: BinaryIO, limit: int = LINE_LIMIT) -> Iterator[bytes]:
    """Yield the lines of a stream without their endings; of one with more than `limit` bytes its first `limit` + 1.

    >>> import io
    >>> list(bounded_lines(io.BytesIO(b"abc\\nabcdefgh\\n\\nab"), 3))
    [b'abc', b'abcd', b'', b'ab']
    """
    while line := stream.readline(limit + 1):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(limit)):
            pass
        yield line.removesuffix(b"\n")


def require_question(question: str) -> str:
    """Return a question that is short enough; raises `UsageError` for another."""
    if reason := excess(question, QUESTION_LIMIT):
        raise UsageError(f"the question {reason}", cure="ask for one thing at a time")
    return question
