"""A question where there is no embedder on this machine -> the papers that share its words, and a note that says so."""

import time

from assistant.domain.answers import Answer, Seconds
from assistant.domain.errors import MissingModelError
from assistant.domain.limits import require_question
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import words


def note(error: MissingModelError) -> str:
    """Return what a person should know of a search by words alone."""
    return f"searched by words alone, for {error.what}; {error.cure}"


def answer(
    library: LibrarySnapshot, question: str, limit: int, allowed: frozenset[str] | None, error: MissingModelError
) -> Answer:
    """Return an abstention with the papers nearest by words: no statement can be found or checked without vectors.

    Facts of the library are answered all the same.

    `error` says why there are none. Raises `UsageError` for a question that is too long.
    """
    from assistant.answering import responses

    if told := responses.from_catalogue(library, require_question(question), allowed):
        return told
    began = time.perf_counter()
    library.refresh()
    evidence = words.search(library, question, limit, allowed)
    seconds = time.perf_counter() - began
    return Answer(
        question, "abstained", (), evidence, notes=(note(error),), seconds=Seconds(retrieve=seconds, total=seconds)
    )
