"""A question and numbered sources -> the messages for a model, and what it is told of its question beside them."""

import re
from collections.abc import Iterator

from assistant.answering import numbered_sources
from assistant.answering.answerer import Inquiry
from assistant.answering.evidence_prompt import fence, neutralise
from assistant.answering.numbered_sources import NumberedSources
from assistant.answering.prompts import Prompt
from assistant.models.base import Message

# A word that is a name by its letters: capitals or digits after its first one. "50B" is a figure.
_NAME = re.compile(r"\b(?=[^\W\d_])\w+(?:[A-Z]|\d)[\w-]*\b")
_MAY_SEARCH = (
    "If the sources lack what the question needs, you may end with one or two lines “Search: ” and the words to search"
    " the library for; you are then shown what is found."
)


def render(prompt: Prompt, inquiry: Inquiry, sources: NumberedSources) -> list[Message]:
    """Return the messages of the prompt, with the sources between fences."""
    data = numbered_sources.render(sources)
    return prompt.messages(
        sources=data,
        question=neutralise(inquiry.question),
        fence=fence(inquiry.question, data),
        remarks="\n".join(_remarks(inquiry)),
    )


def _remarks(inquiry: Inquiry) -> Iterator[str]:
    """Yield what is known of the question: names that no paper of the library has; and whether there is more to see."""
    if names := absent_names(inquiry):
        yield f"(No paper of the library has the name {', '.join(f'“{neutralise(name)}”' for name in names)}.)"
    if inquiry.may_search:
        yield _MAY_SEARCH


def absent_names(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the names in a question that no paper of the library has: words with capitals or digits within.

    Of the questions of evals/daily_papers 22 of 74 without an answer have such a name, and none of 209 with one.
    """
    names = dict.fromkeys(_NAME.findall(inquiry.query.text))
    return tuple(name for name in names if _is_absent(name, inquiry))


def _is_absent(name: str, inquiry: Inquiry) -> bool:
    """Whether no paper of the library has any of the words of a name."""
    terms = inquiry.words.terms(name)
    return bool(terms) and not any(inquiry.words.frequency(term) for term in terms)
