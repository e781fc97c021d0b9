"""A question -> the papers that share its words, best first: what can be found without an embedder."""

from assistant.domain.limits import require_question
from assistant.domain.records import Evidence
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import keys


def search(
    library: LibrarySnapshot, question: str, limit: int, allowed: frozenset[str] | None = None
) -> tuple[Evidence, ...]:
    """Return at most `limit` papers with the highest BM25 scores; `allowed` are the ids that a filter admits (None:
    all). A paper that shares no word with the question is not among them.

    Raises `UsageError` for a question that is too long.
    """
    scores = library.word_search.scores(require_question(question), limit + len(library.damaged), allowed)
    ids = [id for id in scores if id not in library.damaged][:limit]
    papers = library.papers(ids)
    if len(papers) < len(ids):  # some turn out not to be as they were written, and leave their places to others
        library.leave_out_missing(set(ids) - {paper.id for paper in papers})
        return search(library, question, limit, allowed)
    return keys.evidence(library, papers, scores)
