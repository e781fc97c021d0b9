"""One open library -> what any number of threads may ask of it, each seeing it as it is when its question comes."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from assistant.app import arguments, by_words, verifying
from assistant.app.handle import Library
from assistant.domain.callbacks import OnStage
from assistant.domain.errors import Stopped
from assistant.domain.limits import require_question
from assistant.domain.records import Claim, Evidence, Paper
from assistant.library import database
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel, LoadableModel
from assistant.retrieval import library_finder
from assistant.serving.inquiries import Admission, Inquiry, Selection, admission, noted
from assistant.serving.turns import IsOver, Seat, Turns, WaitingModel

if TYPE_CHECKING:
    from assistant.answering.conversation.turns import Conversation
    from assistant.answering.pipeline import Pipeline


class Resident:
    """A library that stays open. Every method may be called from any thread, and raises `Stopped` once `is_over`."""

    def __init__(self, library: Library) -> None:
        """`library` is used by nobody else from now on."""
        self._library = library
        self._turns = Turns()
        self._lock = Lock()
        self._asking = 0
        self._stamp: tuple[object, ...] = ()
        self.size = 0
        """How many papers the library had when it was asked last."""

    def open(self) -> str | None:
        """Open the library, and return the name of the model that answers, None where answers are quotes; raises what
        would keep it from answering. Models are loaded with the first question."""
        with self._at_work(lambda: False) as (library, _):
            if library.missing is None:
                library.pipeline()
            return library.model.name if library.model else None

    def warm(self) -> None:
        """Load the models of this machine, so that the first question waits for none; raises `UsageError`."""
        with self._at_work(lambda: False) as (library, _):
            if library.missing is None:
                models: tuple[object, ...] = (library.embedder, library.reranker)
                for model in models:
                    if isinstance(model, LoadableModel):
                        model.load()

    def close(self, is_over: IsOver = lambda: False) -> None:
        """Let go of the library, once nobody uses it."""
        with Seat(self._turns, is_over).taken():
            self._library.close()

    @contextlib.contextmanager
    def alone(self, is_over: IsOver) -> Iterator[Library]:
        """Give the library to one thread, for what only `Library` does; nobody else asks meanwhile."""
        with self._at_work(is_over) as (library, _):
            yield library

    def ask(self, inquiry: Inquiry, is_over: IsOver, on_stage: OnStage | None = None) -> "Conversation":
        """Return the conversation, its last turn the answer to the question. Raises `UsageError`, `ModelError`,
        `LibraryError`."""
        from assistant.answering.conversation import session
        from assistant.serving import transcripts

        papers_filter = inquiry.selection.filter()
        require_question(inquiry.question)
        with self._at_work(is_over) as (library, seat):
            now = datetime.now().astimezone()
            conversation = transcripts.conversation(inquiry.earlier, library.snapshot, now)
            admitted = admission(library.snapshot, papers_filter)
            if library.missing:
                limit = inquiry.selection.limit or 8
                answer = by_words.answer(library.snapshot, inquiry.question, limit, admitted.ids, library.missing)
                conversation = transcripts.after(conversation, inquiry.question, answer, library.snapshot)
            else:
                pipeline = _pipeline(library, inquiry, admitted, seat, on_stage)
                asking = session.Session(None, pipeline.account.count)
                conversation = session.ask(asking, pipeline, conversation, inquiry.question)
            return noted(conversation, admitted.notes)

    def search(self, query: str, selection: Selection, is_over: IsOver) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
        """Return the papers nearest to some words, best first, and what to tell of those that were left out. Raises
        `UsageError`, `LibraryError`."""
        papers_filter = selection.filter()
        words = arguments.words(query, "query")
        with self._at_work(is_over) as (library, _):
            admitted = admission(library.snapshot, papers_filter)
            return library.nearest(words, selection.limit or 10, admitted.ids), admitted.notes

    def verify(self, text: str, is_over: IsOver) -> tuple[Claim, ...]:
        """Return the claims of a text with their verdicts. Raises `UsageError`, `LibraryError`."""
        from assistant.answering import model_checkers

        arguments.words(text, "text")
        with self._at_work(is_over) as (library, seat):
            verifier = library.verifier()
            if verifier.checker:
                checker = model_checkers.asking(verifier.checker, lambda model: WaitingModel(model, seat))
                verifier = replace(verifier, checker=checker)
            claims: list[Claim] = []
            for _, claim in verifying.verify_text(verifier, text):
                if is_over():
                    raise Stopped
                claims.append(claim)
            return tuple(claims)

    def find(self, name: str, is_over: IsOver) -> tuple[list[Paper], list[Paper]]:
        """Return the papers that a name means (an id in any form, a title or the only beginning of one), and where it
        means none those that may be meant."""
        with self._at_work(is_over) as (library, _):
            return self._find(library.snapshot, name)

    def similar(
        self, name: str, selection: Selection, is_over: IsOver
    ) -> tuple[list[Paper], list[Paper], list[Evidence], tuple[str, ...]]:
        """Return what `find` does, the papers nearest to the one that is meant, without itself, and what to tell of
        those that were left out."""
        from assistant.retrieval.similar import similar

        papers_filter = selection.filter()
        with self._at_work(is_over) as (library, _):
            papers, suggestions = self._find(library.snapshot, name)
            if len(papers) != 1:
                return papers, suggestions, [], ()
            admitted = admission(library.snapshot, papers_filter)
            near = similar(library.snapshot, papers[0].id, selection.limit or 10, admitted.ids)
            return papers, [], list(near), admitted.notes

    def listing(self, limit: int, is_over: IsOver) -> tuple[int, list[Paper]]:
        """Return how many papers there are, and the last `limit` of them that were added, the latest first."""
        with self._at_work(is_over) as (library, _):
            snapshot = library.snapshot
            return snapshot.size, snapshot.papers(snapshot.ids[::-1][:limit])

    def _find(self, snapshot: LibrarySnapshot, name: str) -> tuple[list[Paper], list[Paper]]:
        index = library_finder.of_library(snapshot)
        papers = index.find_all(name)
        if papers:
            return papers, []
        beginning = index.begins(name)
        return (beginning, []) if len(beginning) == 1 else ([], beginning[:5] or index.suggestions(name))

    @contextlib.contextmanager
    def _at_work(self, is_over: IsOver) -> Iterator[tuple[Library, Seat]]:
        """Give the library as it is now, to the one thread that is inside."""
        seat = Seat(self._turns, is_over)
        with seat.taken():
            self._renew()
            with self._lock:
                self._asking += 1
            try:
                yield self._library, seat
            finally:
                with self._lock:
                    self._asking -= 1

    def _renew(self) -> None:
        """See the library as it is now: another file in its place is opened, unless somebody is in the middle of a
        question about the one before."""
        if self._stamp != self._seen() and not self._asking:
            self._library.close()
        snapshot = self._library.snapshot
        snapshot.refresh()
        self.size = snapshot.size
        if not self._asking:
            self._stamp = self._seen()

    def _seen(self) -> tuple[object, ...]:
        """Return what changes where the file of the library is another, or no longer empty; nothing of one at a
        server, which `refresh` asks."""
        if self._library.settings.vectors is not None:
            return ()
        path = self._library.settings.library / database.NAME
        stamp: list[object] = []
        with contextlib.suppress(OSError):
            status = path.stat()
            stamp += [status.st_dev, status.st_ino]
            if not self._is_open_itself():
                stamp += [status.st_size, status.st_mtime_ns, database.logged(path)]
        return tuple(stamp)

    def _is_open_itself(self) -> bool:
        """Whether the library that is asked for is open, and not the sample in its place."""
        return self._library.opened_folder == self._library.settings.library


def _pipeline(
    library: Library, inquiry: Inquiry, admitted: Admission, seat: Seat, on_stage: OnStage | None
) -> "Pipeline":
    """Return what answers, whose models are waited for away from the library."""
    from assistant.answering import model_checkers

    pipeline = replace(library.pipeline(inquiry.selection.limit), allowed=admitted.ids)
    if not inquiry.with_model and pipeline.model:
        pipeline = replace(library.answering(pipeline, "none", inquiry.selection.limit), checker=None)

    def waiting(model: ChatModel) -> ChatModel:
        return WaitingModel(model, seat)

    return replace(
        pipeline,
        model=waiting(pipeline.model) if pipeline.model else None,
        checker=model_checkers.asking(pipeline.checker, waiting) if pipeline.checker else None,
        on_stage=on_stage,
    )
