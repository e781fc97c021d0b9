"""Settings and models -> the parts that answer, search and verify: a snapshot, an embedder, a model, a pipeline."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import app
from assistant.app import reading
from assistant.app.filters import admitted
from assistant.app.models import Models
from assistant.domain.callbacks import OnMessage, OnToken
from assistant.domain.errors import LibraryError, MissingModelError
from assistant.domain.settings import Settings
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel, Embedder, Reranker
from assistant.retrieval.filters import Filter

if TYPE_CHECKING:
    from assistant.answering.pipeline import Pipeline
    from assistant.verification.documents import DocumentVerifier


class LibraryParts:
    """What is opened when it is first needed, and what is made of it."""

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], models: Models, on_message: OnMessage
    ) -> None:
        """Open nothing yet."""
        self.settings = settings
        self.on_message = on_message
        self.turn = threading.RLock()
        """Held by whoever uses the library from one of several threads."""
        self._environment = environment
        self._models = models
        self._snapshot: LibrarySnapshot | None = None
        self._is_checked = False

    def close(self) -> None:
        """Let go of the files; the next use opens them again."""
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:
            snapshot.close()

    @property
    def missing(self) -> MissingModelError | None:
        """Why there is no embedder, where its model is not on this machine: then papers are found by words alone."""
        return self._models.missing

    @property
    def embedder(self) -> Embedder:
        """What makes vectors of texts; it loads its model when the first text comes."""
        return self._models.embedder

    @property
    def model(self) -> ChatModel | None:
        """The answering model; None where answers are quotes."""
        return self._models.model

    @property
    def reranker(self) -> Reranker | None:
        """What reads a question and a passage together; it loads its model with the first pair. None for none."""
        return self._models.reranker

    @property
    def snapshot(self) -> LibrarySnapshot:
        """The library's papers, words and vectors; raises `FingerprintError` where another embedder made those. Where
        none is on this machine, vectors are of no use, and are not checked."""
        return self._opened(None, check=False) if self.missing else self._opened(self.embedder, check=True)

    @property
    def opened_folder(self) -> Path | None:
        """The folder of the snapshot that is open, which is the sample's where that stands in; None for none."""
        return self._snapshot.folder if self._snapshot else None

    def as_stored(self) -> LibrarySnapshot:
        """Return the library as it is now, whichever embedder made its vectors: for what needs none."""
        snapshot = self._opened(self._models.own_embedder, check=False)
        snapshot.refresh()
        return snapshot

    def admitted(self, papers_filter: Filter) -> frozenset[str] | None:
        """Return the ids of the papers that pass the filter (None: all); tell what nobody would expect of it."""
        return admitted(self.snapshot, papers_filter, self.on_message)

    def pipeline(
        self, limit: int | None = None, papers_filter: Filter | None = None, on_token: OnToken | None = None
    ) -> "Pipeline":
        """Return what answers questions about the papers that pass the filter (None: all)."""
        from assistant.answering import answerability

        judge = answerability.load(self.embedder.fingerprint, self.reranker.fingerprint if self.reranker else None)
        self._models.tell_unfitted(embedder="embedder" not in judge.models, reranker="reranker" not in judge.models)
        allowed = self.admitted(papers_filter) if papers_filter else None
        return self._models.pipeline(self.snapshot, limit, self.reranker, allowed, on_token)

    def answering(self, pipeline: "Pipeline", name: str, limit: int | None = None) -> "Pipeline":
        """Return a pipeline with the model of this name, or none, to answer; raises `UsageError`."""
        return self._models.answering(pipeline, name, limit)

    def verifier(self, papers_filter: Filter | None = None) -> "DocumentVerifier":
        """Return what claims about papers that pass the filter (None: all) are checked with."""
        from assistant.app.verifying import document_verifier
        from assistant.publishing.citation_keys import library_citation_keys
        from assistant.retrieval import finder, library_finder

        papers: finder.PaperFinder = library_finder.of_library(self.snapshot)
        if papers_filter and papers_filter != Filter():
            selection = reading.select(self.snapshot, papers_filter, self.on_message)
            papers = finder.PaperIndex(selection, lambda those: library_citation_keys(self.snapshot, those))
        return document_verifier(self.snapshot, papers, self._models, self.on_message)

    def require_sound(self, id: str) -> None:
        """Raise `LibraryError` where the paper with this id is in the library, and not as it was written."""
        damaged = self._opened(self._models.own_embedder, check=False).damaged
        if id in damaged:
            paper = damaged[id]
            raise LibraryError(f"{paper.title[:80]!r} {paper.problem}", path=paper.id, cure=paper.cure)

    def _opened(self, maker: Embedder | None, *, check: bool) -> LibrarySnapshot:
        """Return the snapshot; one that was opened without a check of its embedder is opened anew where it matters."""
        if self._snapshot is not None and check and not self._is_checked:
            self.close()
        if self._snapshot is None:
            self._snapshot = app.library(self.settings, self._environment, maker, self.on_message)
            self._is_checked = maker is not None
        return self._snapshot
