"""Flags and environment -> settings -> live objects: the only place where a library, an embedder or a model is made."""

import functools
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.domain import settings
from assistant.domain.errors import UsageError
from assistant.domain.settings import DEFAULT_MODEL, LOCAL, REMOTE, Settings
from assistant.library import database, embeddings
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel
from assistant.models.embedder import Embedder

Tell = Callable[[str], None]


def load_settings(
    environment: Mapping[str, str],
    *,
    library: str | None = None,
    model: str | None = None,
    embedder: str | None = None,
) -> Settings:
    """Settle flags (None where not given) against the environment; raises `UsageError`."""
    named = library or environment.get("ASSISTANT_LIBRARY")
    folder = Path(named).expanduser() if named else default_library()
    chosen_embedder = embedder or environment.get("ASSISTANT_EMBEDDER") or None
    if chosen_embedder not in (None, LOCAL) and not re.match(rf"{REMOTE}.*\S", str(chosen_embedder)):
        raise UsageError(f"embedder {chosen_embedder!r}: use `local` or `openai:<model>`")
    return Settings(
        library=Path(os.path.abspath(folder)),  # noqa: PTH100  resolve() would follow links the user made
        chosen=bool(named),
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
    if named := environment.get("ASSISTANT_CACHE"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("assistant"))


def chats_folder(environment: Mapping[str, str]) -> Path:
    """Return where conversations are kept: `ASSISTANT_CHATS`, else a folder of the user's data."""
    if named := environment.get("ASSISTANT_CHATS"):
        return Path(named).expanduser()
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
    chosen: Settings,
    environment: Mapping[str, str],
    found: Embedder | None,
    tell: Tell,
    *,
    heal: bool = True,
    wants_sample: bool = False,
) -> LibrarySnapshot:
    """Open the library, or the sample while nobody has named one and none was filled; or, where `wants_sample`, while
    nobody has named one."""
    folder = chosen.library
    catalogue, empty = _open(folder)
    if (empty or wants_sample) and not chosen.chosen:
        from assistant.library import sample

        if catalogue is not None:
            catalogue.close()
            catalogue = None
        folder = sample.library(cache_folder(environment), embedder(chosen, environment), tell)
    fingerprint = found.fingerprint if found else None
    opened = LibrarySnapshot(folder, fingerprint, catalogue=catalogue, on_message=tell, heal=heal)
    if empty and chosen.chosen:
        tell(f"the library in {folder} is empty; `assistant ingest PATH --library {folder}` fills it")
    return opened


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


def _open(folder: Path) -> tuple[Catalogue | None, bool]:
    """Return the catalogue of `folder`, None where there is none, and whether it is without papers, as a first ingest
    leaves it that was killed."""
    with database.translated(folder / database.NAME):
        if database.vacant(folder):
            return None, True
    catalogue = Catalogue(folder)
    try:
        return catalogue, not catalogue.count()[0]
    except BaseException:
        catalogue.close()
        raise


def _model(environment: Mapping[str, str], flag: str | None) -> str | None:
    """A model answers where one is named or an endpoint is at hand; "none" says no."""
    named = flag or environment.get("ASSISTANT_MODEL")
    if named:
        return None if named.strip().casefold() == "none" else named
    at_hand = environment.get("OPENAI_API_KEY") or environment.get("OPENAI_BASE_URL")
    return DEFAULT_MODEL if at_hand else None
