"""A folder, names or objects of models, and limits -> one library to ask, search, verify and ingest with."""

import logging
from collections.abc import Mapping
from pathlib import Path

from assistant import app
from assistant.app.handle import Library
from assistant.app.models import Models
from assistant.domain.callbacks import OnMessage
from assistant.models.base import ChatModel, Checker, Embedder, Reranker


def open_library(  # noqa: PLR0913  one parameter for each setting
    folder: str | Path | None = None,
    *,
    embedder: str | Embedder | None = None,
    model: str | ChatModel | None = None,
    timeout: str | float | None = None,
    max_tokens: str | int | None = None,
    evidence: str | int | None = None,
    budget: str | float | None = None,
    reranker: str | Reranker | None = None,
    check: str | None = None,
    checker: str | Checker | None = None,
    vectors: str | None = None,
    environment: Mapping[str, str] | None = None,
    on_message: OnMessage | None = None,
) -> Library:
    """Return the library in `folder`, or at the Chroma server `vectors`; nothing is read before it is needed.

    What is None is settled as for the command line, by ASSISTANT_LIBRARY, ASSISTANT_EMBEDDER and so on: `folder`, else
    the default library, or the sample while that is empty; `embedder`, else `local`; `model`, else the default model
    where OPENAI_API_KEY or OPENAI_BASE_URL is set, else none (`model="none"`: quotes); `reranker`, else `local`;
    `check`, who judges claims: the answering "model", as by default where it is not on this machine, or "none";
    `checker`, another model that does. Each may be an object that fits `Embedder`, `ChatModel`, `Reranker` or
    `Checker`. `timeout`: seconds that a model may be silent or an embedder take, else 120, and 180 before a local
    model's first word. `max_tokens` of a reply, else 4,096. `evidence`: tokens of papers that a model is shown, else
    800 if local, else 10,000. `budget`: US dollars, or tokens such as "20000t", that models may cost in all, else any.
    `environment` stands in for `os.environ`; `on_message`, to tell a person, for the logger "assistant".
    Raises `UsageError`."""
    environment = app.environment() if environment is None else environment
    settings = app.load_settings(
        environment,
        library=None if folder is None else str(folder),
        embedder=embedder if isinstance(embedder, str) else None,
        model=model if isinstance(model, str) else None,
        seconds=timeout,
        tokens=max_tokens,
        evidence_tokens=evidence,
        budget=budget,
        reranker=reranker if isinstance(reranker, str) else None,
        check=check,
        checker=checker if isinstance(checker, str) else None,
        vectors=vectors,
    )
    on_message = on_message or logging.getLogger("assistant").warning
    models = Models(settings, environment, on_message, embedder, model, reranker, checker)
    return Library(settings, environment, models, on_message)
