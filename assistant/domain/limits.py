"""A text that a stranger wrote -> whether it is short enough to be read: a limit for each kind, in characters.

Time and memory grow with the length of a text and no faster, so these limits bound both.
"""

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


def excess(text: str, limit: int) -> str:
    """Return in words by how much a text is too long; "" where it is not.

    >>> excess("abc", 2)
    'is 3 characters long; the limit is 2'
    """
    return f"is {len(text):,} characters long; the limit is {limit:,}" if len(text) > limit else ""


def require_question(question: str) -> str:
    """Return a question that is short enough; raises `UsageError` for another."""
    if reason := excess(question, QUESTION_LIMIT):
        raise UsageError(f"the question {reason}", cure="ask for one thing at a time")
    return question
