"""Names and objects -> the embedder, the answering model, reranker and checker of one library, made when needed."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from assistant import app
from assistant.app import arguments, by_words, checkers, spending, tokens
from assistant.domain.callbacks import OnMessage, OnToken
from assistant.domain.errors import MissingModelError
from assistant.domain.settings import Settings
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.account import Account
from assistant.models.base import ChatModel, Checker, Embedder, PlacedModel, Reranker

if TYPE_CHECKING:
    from assistant.answering.pipeline import Pipeline


class Models:
    """What a library is asked with; whatever is not given as an object is made as the settings say."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        on_message: OnMessage,
        embedder: Embedder | str | None = None,
        model: ChatModel | str | None = None,
        reranker: Reranker | str | None = None,
        checker: Checker | str | None = None,
    ) -> None:
        """Names, and what is None, are left to `settings`; `on_message` gets what a person should know."""
        self.own_embedder = None if isinstance(embedder, str) else embedder
        self._settings = settings
        self._environment = environment
        self._on_message = on_message
        self._told: set[str] = set()
        self._own_model = None if isinstance(model, str) else model
        self._own_reranker = None if isinstance(reranker, str) else reranker
        self._own_checker = None if isinstance(checker, str) else checker

    @cached_property
    def embedder(self) -> Embedder:
        """What makes vectors of texts; raises `MissingModelError` where its model is not on this machine."""
        return self.own_embedder or app.embedder(self._settings, self._environment)

    @cached_property
    def missing(self) -> MissingModelError | None:
        """Why there is no embedder, where its model is not on this machine; None where there is one."""
        try:
            self.embedder  # noqa: B018  made here, and kept
        except MissingModelError as error:
            return error
        return None

    def tell_missing(self) -> None:
        """Tell, once, that there is no embedder on this machine."""
        if self.missing:
            self._tell(by_words.note(self.missing))

    def tell_unfitted(self, *, embedder: bool, reranker: bool = False) -> None:
        """Tell, once, of the embedder and of the reranker where no thresholds were fitted to them."""
        if embedder:
            name = f"the embedder {self.embedder.fingerprint}"
            self._tell(f"no thresholds were fitted to {name}: it ranks papers, and words decide what answers")
        if reranker and self.reranker:
            name = f"the reranker {self.reranker.fingerprint}"
            self._tell(f"no thresholds were fitted to {name}: it decides nothing")

    def _tell(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._on_message(line)

    @cached_property
    def account(self) -> Account:
        """What the requests of every answering model are counted in, and held to the budget."""
        return spending.account(self._settings, self._environment)

    @cached_property
    def model(self) -> ChatModel | None:
        """The answering model; None where answers are quotes."""
        if self._own_model is None:
            return app.model(self._settings, self._environment, self.account)
        settings = replace(self._settings, model=self._own_model.name)
        return self.account.metered(self._own_model, spending.price(settings), settings.max_tokens)

    def answering(self, pipeline: "Pipeline", name: str, limit: int | None = None) -> "Pipeline":
        """Return the pipeline with the model of this name, or none, to answer: under the same settings and budget, with
        what suits it of evidence, of at most `limit` papers (None: as many as suit it), and judging claims where the
        model before it did. Raises `UsageError`."""
        model = app.model(replace(self._settings, model=app.model_name(name)), self._environment, pipeline.account)
        if pipeline.model:
            checker = checkers.followed(pipeline.checker, pipeline.model, model)
        else:
            own = self._settings, self._environment, model, pipeline.account
            checker = pipeline.checker or checkers.open_checker(*own)
        tokens = self._evidence_for(model)
        papers = self._papers(limit, tokens if model else 0)
        return replace(pipeline, model=model, checker=checker, evidence_tokens=tokens, limit=papers)

    def pipeline(
        self,
        library: LibrarySnapshot,
        limit: int | None,
        reranker: Reranker | None,
        allowed: frozenset[str] | None = None,
        on_token: OnToken | None = None,
    ) -> "Pipeline":
        """Return what answers questions about a library with these models; `limit` is the most papers of evidence, None
        for as many as suit the model. Raises `UsageError`."""
        from assistant.answering.pipeline import Pipeline

        return Pipeline(
            library,
            self.embedder,
            self.model,
            self.papers_read(limit),
            allowed,
            on_token,
            tokens.ordinary(self._environment) if self.own_embedder is None else None,
            reranker=reranker,
            evidence_tokens=self.evidence_tokens,
            checker=self.checker,
            account=self.account,
        )

    @cached_property
    def checker(self) -> Checker | None:
        """What judges claims; None for nobody. Raises `UsageError`, also where one was named that is not there."""
        return self._own_checker or checkers.open_checker(self._settings, self._environment, self.model, self.account)

    @cached_property
    def evidence_tokens(self) -> int:
        """Tokens of evidence that the model is shown."""
        return self._evidence_for(self.model)

    def _evidence_for(self, answering: ChatModel | None) -> int:
        """Return the tokens of evidence that a model is shown: those of the settings, as far as its context is known to
        hold them; else few for one on this machine, which reads slowly, and many for another."""
        from assistant.answering import evidence_packing

        evidence = self._settings.evidence
        local = answering if isinstance(answering, PlacedModel) and answering.is_local else None
        if evidence is None:
            return evidence_packing.SMALL if local else evidence_packing.LARGE
        context = local.context() if local and evidence > evidence_packing.SMALL else None
        room = evidence_packing.room(context) if context else evidence
        if context and room < evidence:
            self._tell(f"the model's context of {context:,} tokens holds about {room:,} of evidence, not {evidence:,}")
        return min(evidence, room)

    def papers_read(self, limit: int | None) -> int:
        """Return how many papers are evidence at most: so many as are asked for, else as many as can be read. Raises
        `UsageError` for a number that is none."""
        is_read = limit is None and self.missing is None and self.model is not None
        return self._papers(limit, self.evidence_tokens if is_read else 0)

    @staticmethod
    def _papers(limit: int | None, tokens: int) -> int:
        """Return the papers that are asked for, else those worth retrieving for so many tokens of evidence."""
        from assistant.answering import evidence_packing

        return evidence_packing.papers_within(tokens) if limit is None else arguments.positive(limit)

    @cached_property
    def reranker(self) -> Reranker | None:
        """What reads a question and a passage together; None where none is wanted, or where nobody named one and the
        default one is not on this machine, which is told once. Raises `MissingModelError` for one that was named."""
        if self._own_reranker is not None:
            return self._own_reranker
        try:
            return app.reranker(self._settings, self._environment)
        except MissingModelError as error:
            if self._settings.reranker:
                raise
            self._on_message(f"answers without a reranker: {error}")
            return None
