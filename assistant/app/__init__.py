"""Flags and environment -> settings -> live objects: the only place where a library, an embedder or a model is made.

`handle` puts them together: `open_library` is what commands and programs call.
"""

import contextlib
import functools
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.domain import settings
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import UsageError
from assistant.domain.settings import DEFAULT_MODEL, LOCAL, REMOTE, Settings
from assistant.library import database, embeddings
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel
from assistant.models.embedder import Embedder


def load_settings(
    environment: Mapping[str, str],
    *,
    library: str | None = None,
    model: str | None = None,
    embedder: str | None = None,
) -> Settings:
    """Settle flags (None where not given) against the environment; raises `UsageError`."""
    name = library or environment.get("ASSISTANT_LIBRARY")
    folder = Path(name).expanduser() if name else default_library()
    chosen_embedder = embedder or environment.get("ASSISTANT_EMBEDDER") or None
    if chosen_embedder not in (None, LOCAL) and not re.match(rf"{REMOTE}.*\S", str(chosen_embedder)):
        raise UsageError(f"embedder {chosen_embedder!r}: use `local` or `openai:<model>`")
    return Settings(
        library=Path(os.path.abspath(folder)),  # noqa: PTH100  resolve() would follow links the user made
        chosen=bool(name),
        embedder=chosen_embedder,
        model=_model(environment, model),
        base_url=environment.get("OPENAI_BASE_URL", "").strip(),
    )


def default_library() -> Path:
    """Return `store/default` in a checkout, else a folder of the user's data."""
    if root := settings.checkout():
        return root / "store" / "default"
    import platformdirs

    return Path(platformdirs.user_data_dir("assistant")) / "default"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what can be made again is kept: `ASSISTANT_CACHE`, else the user's cache folder."""
    if folder := environment.get("ASSISTANT_CACHE"):
        return Path(folder).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("assistant"))


def chats_folder(environment: Mapping[str, str]) -> Path:
    """Return where conversations are kept: `ASSISTANT_CHATS`, else a folder of the user's data."""
    if folder := environment.get("ASSISTANT_CHATS"):
        return Path(folder).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("assistant")) / "chats"


def embedder(chosen: Settings, environment: Mapping[str, str]) -> Embedder:
    """Return the embedder of these settings; it loads its model when the first text comes."""
    if chosen.remote is None:
        from assistant.models.minilm.embedder import LocalEmbedder

        return LocalEmbedder(cache=cache_folder(environment))
    from assistant.models.openai.embeddings import RemoteEmbedder

    return RemoteEmbedder(chosen.remote, _endpoint(chosen), environment.get("OPENAI_API_KEY", ""))


def model(chosen: Settings, environment: Mapping[str, str]) -> ChatModel | None:
    """Return the answering model, or None for the extractive answerer."""
    if chosen.model is None:
        return None
    from assistant.models.openai.chat import OpenAIModel

    return OpenAIModel(chosen.model, key=environment.get("OPENAI_API_KEY", ""), base_url=_endpoint(chosen))


def library(
    settings: Settings,
    environment: Mapping[str, str],
    maker: Embedder | None,
    on_message: OnMessage,
    *,
    heal: bool = True,
    wants_sample: bool = False,
) -> LibrarySnapshot:
    """Open a library whose vectors `maker` made (None: whoever did). While nobody has named a library and the default
    one is empty, or where `wants_sample`, the sample stands in. Raises `LibraryError`, `FingerprintError`."""
    folder = settings.library
    empty = _empty(folder)
    if (empty or wants_sample) and not settings.chosen:
        from assistant.library import sample

        folder = sample.library(cache_folder(environment), maker or embedder(settings, environment), on_message)
    snapshot = LibrarySnapshot(folder, maker.fingerprint if maker else None, told=on_message, heal=heal)
    if empty and settings.chosen:
        on_message(f"the library in {folder} is empty; `assistant ingest PATH --library {folder}` fills it")
    return snapshot


def counter() -> Callable[[str], int]:
    """Return what counts the tokens of a text, with the local model's tokenizer; it loads that with the first text."""
    from assistant.models.minilm.tokenizer import Tokenizer
    from assistant.models.minilm.weights import find_model

    loaded = functools.cache(lambda: Tokenizer(find_model(None).read_tokenizer()))
    return lambda text: loaded().count(text)


def ordinary() -> Callable[[str], bool]:
    """Return what tells whether a word is common in English: the local model's vocabulary has it in one piece."""
    count = counter()
    return lambda word: count(word) == 1


def mismatch(chosen: Settings, environment: Mapping[str, str], built: str) -> tuple[str, str] | None:
    """Return what is wrong, and its cure, where a library was not built with the embedder chosen; asks no endpoint."""
    local = _local()
    now = embeddings.fingerprint(embedder(chosen, environment).fingerprint) if chosen.remote else local
    if built == now:
        return None
    cures = [f"run `assistant reindex --embedder {chosen.embedder or settings.LOCAL}` to compute its vectors anew"]
    if not is_local(built):
        cures.append(f"choose the embedder it was built with (--embedder {remote_name(built)}, its OPENAI_BASE_URL)")
    elif built == local:
        cures.append(f"choose the embedder it was built with (--embedder {settings.LOCAL})")
    return f"built with {built}, and this is {now}", ", or ".join(reversed(cures))


def is_local(fingerprint: str) -> bool:
    """Whether a library's vectors are of the local embedder, of this version of it or another."""
    from assistant.models.minilm.weights import MODEL

    return bool(re.match(rf"{re.escape(MODEL)}@[0-9a-f]{{8}}/(int8|fp32)/", fingerprint))


def remote_name(fingerprint: str) -> str:
    """Return the name for `--embedder` of the remote embedder with this fingerprint."""
    name, at, _ = fingerprint.partition("@")
    return f"openai:{name}" if at else "NAME"


def environment() -> Mapping[str, str]:
    """Return the environment of this process."""
    return os.environ


def _local() -> str:
    """Return what names vectors of the local embedder; needs no model."""
    from assistant.models.minilm import embedder as local

    return embeddings.fingerprint(local.fingerprint())


def _endpoint(chosen: Settings) -> str:
    """Return the endpoint's address; raises `UsageError` where that is none."""
    from assistant.models.openai.chat import OFFICIAL

    settings.address(chosen.base_url or OFFICIAL)
    return chosen.base_url or OFFICIAL


def _empty(folder: Path) -> bool:
    """Whether there is no library in `folder`, or one without papers, such as a first ingest leaves that was killed."""
    with database.translated(folder / database.NAME):
        if database.vacant(folder):
            return True
    with contextlib.closing(Catalogue(folder)) as catalogue:
        return not catalogue.count()[0]


def _model(environment: Mapping[str, str], flag: str | None) -> str | None:
    """A model answers where one is named or an endpoint is at hand; "none" says no."""
    named = flag or environment.get("ASSISTANT_MODEL")
    if named:
        return None if named.strip().casefold() == "none" else named
    at_hand = environment.get("OPENAI_API_KEY") or environment.get("OPENAI_BASE_URL")
    return DEFAULT_MODEL if at_hand else None
