"""A question as typed -> the query that is searched for, and the papers that are its evidence."""

from collections.abc import Callable

from assistant.domain.limits import require_question
from assistant.domain.records import Evidence
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.retrieval import filters, periods, retriever, spelling
from assistant.retrieval.retriever import Context, Query
from assistant.retrieval.spelling import Correction


def parse_question(
    library: LibrarySnapshot, embedder: Embedder, question: str, is_ordinary: Callable[[str], bool] | None
) -> tuple[Query, tuple[str, ...]]:
    """Return a question as it is searched for, its spelling corrected, and notes for a person on what was corrected.

    `is_ordinary` says whether English texts commonly have a word; where it is None nothing is corrected. Raises
    `UsageError` for a question that is too long.
    """
    require_question(question)
    correction = spelling.correct(question, library, is_ordinary) if is_ordinary else Correction(question)
    return Query(correction.text, embedder.embed_queries([correction.text])[0]), correction.notes


def find_evidence(
    library: LibrarySnapshot,
    question: Query,
    limit: int,
    allowed: frozenset[str] | None,
    context: Context,
) -> tuple[tuple[Evidence, ...], str]:
    """Return at most `limit` papers nearest to a question, best first, and a note where its words narrow the search.

    `allowed` are the ids that a filter admits (None: all); a period of publication in the question narrows them.
    """
    latest = context.latest
    # What was just typed may set another period than what it continues.
    text = latest.text if latest and periods.read(latest.text) else question.text
    narrowing = filters.narrow(library, text, allowed)
    evidence = retriever.retrieve(library, question.vector, question.text, limit, narrowing.allowed, context)
    return evidence, narrowing.note
