"""A library and its models -> what claims about papers of it are checked with."""

from collections.abc import Iterable

from assistant.app.models import Models
from assistant.domain.callbacks import OnMessage
from assistant.domain.records import Paper
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.finder import PaperIndex
from assistant.verification.documents import DocumentVerifier
from assistant.verification.support import SupportScorer


def document_verifier(
    library: LibrarySnapshot, papers: Iterable[Paper], models: Models, on_message: OnMessage
) -> DocumentVerifier:
    """Return the verifier of claims that cite some `papers` of the library; `on_message` gets why a checker failed, and
    that no thresholds were fitted to an embedder.

    Raises `UsageError` and `MissingModelError` for a model that was named and is not there.
    """
    scorer = SupportScorer.fitted(library.words, models.embedder)
    models.tell_unfitted(embedder=scorer.classifier.is_generic)
    return DocumentVerifier(
        library,
        models.embedder,
        PaperIndex(papers),
        scorer,
        reranker=models.reranker,
        checker=models.checker,
        on_problem=on_message,
    )
