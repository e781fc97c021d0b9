"""Names and objects -> the embedder, the answering model and the reranker of one library, made when needed."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from assistant import app
from assistant.app import by_words, spending
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import MissingModelError
from assistant.domain.settings import Settings
from assistant.models.account import Account
from assistant.models.base import ChatModel, Embedder, Reranker


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
    ) -> None:
        """Names, and what is None, are left to `settings`; `on_message` gets what a person should know."""
        self.own_embedder = None if isinstance(embedder, str) else embedder
        self._settings = settings
        self._environment = environment
        self._on_message = on_message
        self._told: set[str] = set()
        self._own_model = None if isinstance(model, str) else model
        self._own_reranker = None if isinstance(reranker, str) else reranker

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
        return spending.account(self._settings)

    @cached_property
    def model(self) -> ChatModel | None:
        """The answering model; None where answers are quotes."""
        if self._own_model is None:
            return app.model(self._settings, self._environment, self.account)
        settings = replace(self._settings, model=self._own_model.name)
        return self.account.metered(self._own_model, spending.price(settings), settings.max_tokens)

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
