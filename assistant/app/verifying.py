"""A library, its models and a text -> the statements of the text, each as a claim with its verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.app.models import Models
from assistant.domain.callbacks import OnMessage
from assistant.domain.records import Claim
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.finder import PaperFinder
from assistant.verification import bibliography, documents, latex_documents, references
from assistant.verification.claims import Statement
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


def with_keys(verifier: DocumentVerifier, bibs: Sequence[str], on_message: OnMessage) -> DocumentVerifier:
    """Return a verifier to which the keys of .bib files name papers, before all other names; `on_message` gets what of
    the files could not be read. Raises `UsageError` for one that is not there or holds no entry."""
    if not bibs:
        return verifier
    entries = bibliography.read(bibs)
    for rejection in entries.rejections:
        on_message(str(rejection))
    return replace(verifier, papers=bibliography.CitedPapers(verifier.papers, entries))


def verify_text(verifier: DocumentVerifier, text: str, name: str | None = None) -> Iterator[tuple[Statement, Claim]]:
    """Yield the statements of a text, plain, Markdown or LaTeX, each with its line and as a claim with its verdict;
    `name` is that of its file. Raises `UsageError` for a text that is too long."""
    if latex_documents.is_latex(text, name):
        text = latex_documents.running_text(text)
    statements = references.split(text, verifier.papers)
    yield from zip(statements, documents.verify_claims(verifier, statements), strict=True)
