"""A question and numbered sources -> the messages for a model, and what it is told of its question beside them."""

from collections.abc import Iterator

from assistant.answering import numbered_sources
from assistant.answering.answerer import Inquiry
from assistant.answering.evidence_prompt import fence, neutralise
from assistant.answering.numbered_sources import NumberedSources
from assistant.answering.prompts import Prompt
from assistant.models.base import Message

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
    if inquiry.unknown_names:
        names = ", ".join(f"“{neutralise(name)}”" for name in inquiry.unknown_names)
        yield f"(No paper of the library has the name {names}.)"
    if inquiry.may_search:
        yield _MAY_SEARCH
