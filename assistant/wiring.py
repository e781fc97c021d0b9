"""Settings -> live objects: the only place where a library, an embedder or a model is put together."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant import settings
from assistant.embedding.ports import Embedder
from assistant.errors import LibraryError
from assistant.library import stored
from assistant.library.reader import Library
from assistant.model import ChatModel
from assistant.settings import Settings

Tell = Callable[[str], None]


def embedder(chosen: Settings, environment: Mapping[str, str]) -> Embedder:
    """Return the embedder of these settings; it loads its model when the first text comes."""
    if chosen.embedder == settings.LOCAL:
        from assistant.embedding.local import LocalEmbedder

        return LocalEmbedder(cache=settings.cache_folder(environment))
    from assistant.embedding.remote import RemoteEmbedder
    from assistant.openai_model import OFFICIAL

    name = chosen.embedder.removeprefix("openai:")
    return RemoteEmbedder(name, chosen.base_url or OFFICIAL, environment.get("OPENAI_API_KEY", ""))


def model(chosen: Settings, environment: Mapping[str, str]) -> ChatModel | None:
    """Return the answering model, or None for the extractive answerer."""
    if chosen.model is None:
        return None
    from assistant.openai_model import OFFICIAL, OpenAIModel

    key = environment.get("OPENAI_API_KEY", "")
    return OpenAIModel(chosen.model, key=key, base_url=chosen.base_url or OFFICIAL)


def library(
    chosen: Settings, environment: Mapping[str, str], found: Embedder | None, tell: Tell, *, heal: bool = True
) -> Library:
    """Open the library, or the sample while nobody has made or named one."""
    folder = chosen.library
    if not chosen.chosen and not folder.exists():
        from assistant import sample

        folder = sample.library(environment, embedder(chosen, environment), tell)
    return Library(folder, found.fingerprint if found else None, told=tell, heal=heal)


def existing(chosen: Settings) -> Path:
    """Return the library's folder; raises `LibraryError` where there is none."""
    if not chosen.library.exists():
        raise LibraryError(f"there is no library in {chosen.library}; make it with `assistant ingest PATH`")
    return chosen.library


def mismatch(chosen: Settings, fingerprint: str) -> list[str]:
    """Say, where it is so, that the library's vectors were made by another embedder than the local one chosen."""
    if chosen.embedder != settings.LOCAL:
        return []
    from assistant.embedding import local

    now = stored.fingerprint(local.fingerprint())
    return [] if fingerprint == now else [f"built with {fingerprint}, and this is {now}: run `assistant reindex`"]


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ
