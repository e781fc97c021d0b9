"""A library and its models -> what claims about papers of it are checked with."""

from collections.abc import Iterator

from assistant.app.models import Models
from assistant.domain.callbacks import OnMessage
from assistant.domain.records import Claim
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.finder import PaperFinder
from assistant.verification import documents, latex_documents, references
from assistant.verification.documents import DocumentVerifier
from assistant.verification.support import SupportScorer


def document_verifier(
    library: LibrarySnapshot, papers: PaperFinder, models: Models, on_message: OnMessage
) -> DocumentVerifier:
    """Return the verifier of claims that cite the papers of the library that `papers` finds; `on_message` gets why a
    checker failed, and that no thresholds were fitted to an embedder.

    Raises `UsageError` and `MissingModelError` for a model that was named and is not there.
    """
    scorer = SupportScorer.fitted(library.words, models.embedder)
    models.tell_unfitted(embedder=scorer.classifier.is_generic)
    return DocumentVerifier(
        library,
        models.embedder,
        papers,
        scorer,
        reranker=models.reranker,
        checker=models.checker,
        on_problem=on_message,
    )


def text_claims(verifier: DocumentVerifier, text: str) -> Iterator[Claim]:
    """Yield the claims of a text, plain, Markdown or LaTeX, with their verdicts."""
    if latex_documents.is_latex(text, None):
        text = latex_documents.running_text(text)
    yield from documents.verify_claims(verifier, references.split(text, verifier.papers))
