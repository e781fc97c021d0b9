"""Flags and environment -> settings -> live objects: the only place where a library, an embedder or a model is made.

`handle` puts them together; `opening.open_library` is what commands and programs call.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.app import folders
from assistant.app.layers import is_set
from assistant.domain import costs
from assistant.domain import settings as domain_settings
from assistant.domain.callbacks import OnMessage
from assistant.domain.settings import (
    DEFAULT_MAX_TOKENS,
    DEFAULT_MODEL,
    Settings,
    evidence,
    max_tokens,
    timeout,
)
from assistant.library.server import address
from assistant.models import embedders, integrations, rerankers
from assistant.models.cache import cache_folder
from assistant.models.embedders import EMBEDDERS, EmbedderKind

if TYPE_CHECKING:
    from assistant.library.catalogue import Catalogue
    from assistant.library.snapshot import LibrarySnapshot
    from assistant.models.account import Account
    from assistant.models.base import ChatModel, Embedder, Reranker

Setting = TypeVar("Setting")


def load_settings(  # noqa: PLR0913  one parameter for each setting
    environment: Mapping[str, str],
    *,
    library: str | None = None,
    model: str | None = None,
    embedder: str | None = None,
    reranker: str | None = None,
    seconds: str | float | None = None,
    tokens: str | int | None = None,
    check: str | None = None,
    checker: str | None = None,
    evidence_tokens: str | int | None = None,
    budget: str | float | None = None,
    vectors: str | None = None,
    kinds: Sequence[EmbedderKind] = EMBEDDERS,
) -> Settings:
    """Settle flags (None where not given) against the environment; `seconds` are those that a model may be silent, or
    that a reply of an embedder may take, `tokens` the most of a reply, `evidence_tokens` those of evidence for a model,
    `budget` the most that all its replies may cost, `vectors` the address of a Chroma server that has the library.

    Raises `UsageError`, also where the embedder is of none of these kinds, or there is no such reranker.
    """
    name = _text(environment, library, "LIBRARY")
    folder = folders.named(name, "--library or ASSISTANT_LIBRARY") if name else folders.default_library()
    if embedder := _text(environment, embedder, "EMBEDDER"):
        embedders.find_kind(embedder, kinds)
    if reranker := _text(environment, reranker, "RERANKER"):
        rerankers.find_kind(reranker)
    table = _text(environment, None, "PRICES")
    server = vectors or (_text(environment, None, "VECTORS") if library is None else None)  # a typed folder goes before
    return Settings(
        library=Path(os.path.abspath(folder)),  # noqa: PTH100  resolve() would follow links the user made
        chosen=bool(name),
        embedder=embedder,
        reranker=reranker,
        model=_model(environment, model),
        base_url=environment.get("OPENAI_BASE_URL", "").strip(),
        timeout=_amount(timeout, environment, seconds, "TIMEOUT"),
        max_tokens=_amount(max_tokens, environment, tokens, "MAX_TOKENS") or DEFAULT_MAX_TOKENS,
        check=domain_settings.check(judge) if (judge := _text(environment, check, "CHECK")) else None,
        checker=_text(environment, checker, "CHECKER"),
        evidence=_amount(evidence, environment, evidence_tokens, "EVIDENCE"),
        budget=_amount(costs.budget, environment, budget, "BUDGET"),
        prices=folders.named(table, "ASSISTANT_PRICES") if table else None,
        vectors=str(address.parse(server, environment)) if server else None,
    )


def _text(environment: Mapping[str, str], flag: str | None, variable: str) -> str | None:
    """Return what a flag says, else what a variable of ours does; None where neither says anything."""
    return flag or environment.get(f"ASSISTANT_{variable}") or None


def _amount(
    read: Callable[[str | float], Setting], environment: Mapping[str, str], flag: str | float | None, variable: str
) -> Setting | None:
    """Return what is read of a flag, else of a variable of ours; None where neither says anything."""
    given = _text(environment, None, variable) if flag is None else flag
    return None if given is None else read(given)


def embedder(
    settings: Settings, environment: Mapping[str, str], kinds: Sequence[EmbedderKind] = EMBEDDERS
) -> "Embedder":
    """Return the embedder of these settings, which are of one of these kinds; it loads its model with the first text.

    Raises `UsageError` where there is no such embedder, or its model is not on this machine.
    """
    return embedders.open_embedder(settings, environment, kinds)


def reranker(settings: Settings, environment: Mapping[str, str]) -> "Reranker | None":
    """Return the reranker of these settings, None where they want none; it loads its model with the first pair.

    Raises `MissingModelError` where its model is not on this machine.
    """
    return rerankers.open_reranker(settings, environment)


def model(settings: Settings, environment: Mapping[str, str], account: "Account | None" = None) -> "ChatModel | None":
    """Return the answering model, or None for the extractive answerer. One that is named while neither a key nor an
    endpoint is set is looked for at the usual addresses of this machine. `account` counts its requests.

    Raises `UsageError` for an endpoint without an address, where OpenAI's own would be asked without a key or for a
    model that is not its own, and where a budget in money has no price to go by.
    """
    if settings.model is None:
        return None
    from assistant.app import spending

    if settings.model.startswith(integrations.PREFIX):
        from assistant.models.llama_index import open_model

        llm = open_model(settings.model.removeprefix(integrations.PREFIX), settings.timeout)
        price = spending.price(settings, own_name=llm.name)
        return account.metered(llm, price, settings.max_tokens) if account else llm
    from assistant.models.openai import ownership
    from assistant.models.openai.chat import OpenAIModel
    from assistant.models.openai.client import OFFICIAL, resolve_base_url

    key, base_url = environment.get("OPENAI_API_KEY", ""), resolve_base_url(settings.base_url)
    if base_url.rstrip("/") == OFFICIAL and not key.strip():
        from assistant.models.openai import servers

        base_url = servers.find_server(settings.model, () if settings.base_url else servers.USUAL).base_url
    elif reason := ownership.refusal(settings.model, settings.base_url, environment):
        raise reason
    made = OpenAIModel(
        settings.model, key=key, base_url=base_url, silence=settings.timeout, max_tokens=settings.max_tokens
    )
    return account.metered(made, spending.price(settings, base_url), settings.max_tokens) if account else made


def library(
    settings: Settings,
    environment: Mapping[str, str],
    maker: "Embedder | None",
    on_message: OnMessage,
    *,
    heal: bool = True,
    wants_sample: bool = False,
) -> "LibrarySnapshot":
    """Open a library whose vectors `maker` made (None: whoever did). While nobody has named a library and the default
    one is empty, or where `wants_sample`, the sample stands in. Raises `LibraryError`, `FingerprintError`."""
    if settings.vectors is not None:
        from assistant.app import served

        return served.snapshot(settings.vectors, environment, maker, on_message)
    from assistant.library.snapshot import LibrarySnapshot

    folder = settings.library
    catalogue, empty = _open(folder)
    if (empty or wants_sample) and not settings.chosen:
        from assistant.library import sample

        if catalogue is not None:
            catalogue.close()
            catalogue = None
        folder = sample.library(cache_folder(environment), maker or embedder(settings, environment), on_message)
    fingerprint = maker.fingerprint if maker else None
    snapshot = LibrarySnapshot(folder, fingerprint, catalogue=catalogue, on_message=on_message, heal=heal)
    if empty and settings.chosen:
        on_message(f"the library in {folder} is empty; `assistant ingest PATH --library {folder}` fills it")
    return snapshot


def mismatch(
    settings: Settings, environment: Mapping[str, str], built: str, kinds: Sequence[EmbedderKind] = EMBEDDERS
) -> tuple[str, str] | None:
    """Return what is wrong, and its cure, where a library of fingerprint `built` was not built with the embedder of
    these settings; None where it was. Asks no endpoint."""
    current = _fingerprint(settings, environment, kinds)
    if built == current:
        return None
    cure = f"run `assistant reindex --embedder {settings.embedder or embedders.DEFAULT}` to compute its vectors anew"
    kind, name = embedders.recognise(built, kinds) or (None, "NAME")
    variable = f", its {kind.variable}" if kind and kind.variable else ""
    # An older version of an embedder cannot be chosen any more.
    if not kind or variable or built == _fingerprint(replace(settings, embedder=name), environment, kinds):
        cure = f"choose the embedder it was built with (--embedder {name}{variable}), or {cure}"
    return f"built with {built}, and this is {current}", cure


def environment(profile: str | None = None) -> Mapping[str, str]:
    """Return the environment of this process, and under it what the user's configuration says, first its `profile`
    (None: the one that ASSISTANT_PROFILE names). Raises `UsageError` for a configuration that is none."""
    from assistant.app import configuration

    return configuration.environment(os.environ, profile)


def _fingerprint(settings: Settings, environment: Mapping[str, str], kinds: Sequence[EmbedderKind]) -> str:
    """Return the fingerprint of a library that the embedder of these settings builds."""
    from assistant.library import embeddings

    return embeddings.fingerprint(embedders.fingerprint(settings, environment, kinds))


def _open(folder: Path) -> "tuple[Catalogue | None, bool]":
    """Return the catalogue of `folder`, None where there is none, and whether it is without papers, as a first ingest
    leaves it that was killed."""
    from assistant.library import database
    from assistant.library.catalogue import Catalogue

    with database.translated(folder / database.NAME):
        if database.vacant(folder):
            return None, True
    catalogue = Catalogue(folder)
    try:
        return catalogue, not catalogue.count()[0]
    except BaseException:
        catalogue.close()
        raise


def model_name(typed: str) -> str | None:
    """Return the name of a model as it was typed; None for the word that says that none is wanted."""
    return None if typed.strip().casefold() == "none" else typed


def _model(environment: Mapping[str, str], flag: str | None) -> str | None:
    """A model answers where one is named or an endpoint is at hand; "none" says no."""
    named = flag or environment.get("ASSISTANT_MODEL")
    if named:
        return model_name(named)
    at_hand = any(is_set(environment, name) for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"))
    return DEFAULT_MODEL if at_hand else None
