"""This machine, its settings and the library -> one line for each thing that has to be in place, with what cures it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import app
from assistant.app import folders, machine
from assistant.app.layers import KEY_CHOICE, KEY_VARIABLES, OPENAI_KEY, LayeredEnvironment, is_set
from assistant.app.machine import Check, Screen, State
from assistant.domain.errors import AssistantError, LibraryError, ModelError, UsageError
from assistant.domain.settings import Settings
from assistant.models import integrations
from assistant.models.cache import cache_folder

if TYPE_CHECKING:
    from assistant.app.sources import ModelSource

Environment = Mapping[str, str]


def checks(settings: Settings, environment: Environment, screen: Screen) -> Iterator[Check]:
    """Look at everything, the endpoint last, which is asked once, and only where one is set."""
    yield machine.python()
    yield machine.packages()
    yield configuration(environment)
    yield from _models(settings, environment)
    yield _library(settings, environment)
    yield from _places(settings, environment)
    yield machine.terminal(screen)
    yield _endpoint(settings, environment)


def configuration(environment: Environment) -> Check:
    """Whether the configuration, which could be read, has the keys that it says it has, and sends none astray."""
    if not isinstance(environment, LayeredEnvironment) or environment.path is None:
        return Check("configuration", "ok", "none is read")
    if (name := environment.get(KEY_CHOICE)) and environment.origin(OPENAI_KEY).name != "env":
        if name not in environment.stores:
            what, cure = (
                f"the setting key names {name}, and no such key is stored",
                f"run `assistant config set-key {name}`",
            )
            return Check("configuration", "fail", what, cure, UsageError.exit_code)
        if environment.stored_key(OPENAI_KEY) != name:
            place = environment.origin("OPENAI_BASE_URL").place
            what = f"the key {name} is named for another address than that of {place}, and is not sent there"
            return Check("configuration", "warn", what, "if it is meant for that address, name it beside it")
    for variable in KEY_VARIABLES:
        if environment.stored_key(variable) and environment.origin(variable).name != "env":
            try:
                environment[variable]
            except UsageError as error:
                return Check("configuration", "fail", error.what, error.cure, error.exit_code)
    url, key = environment.origin("OPENAI_BASE_URL"), environment.origin(OPENAI_KEY)
    if key.name == "env" and url.place and url.name != "env":
        what = f"{OPENAI_KEY}, of the environment, is sent to the base-url of {url.place}"
        cure = f"if it is not the key of that endpoint, unset {OPENAI_KEY}"
        return Check("configuration", "warn", what, cure)
    there = "" if environment.path.exists() else ", which is not there: defaults apply"
    return Check("configuration", "ok", f"{environment.path}{there}")


def _models(settings: Settings, environment: Environment) -> Iterator[Check]:
    """Whether the two small models are there, as they were published."""
    from assistant.app import sources

    for name, find in (("embedder", sources.embedder), ("reranker", sources.reranker)):
        try:
            yield _model(name, find(settings, environment))
        except AssistantError as error:
            yield Check(name, "fail", error.what, error.cure, error.exit_code)


def _model(name: str, source: "ModelSource") -> Check:
    if source.problem:
        without = "papers are found by words alone" if name == "embedder" else "answers are chosen without it"
        return Check(name, "warn", f"{source.name}: {source.problem}; {without}", source.cure)
    place = f", from {source.source}" if source.source else ""
    return Check(name, "ok", f"{source.fingerprint or 'none is wanted'}{place}")


def _library(settings: Settings, environment: Environment) -> Check:
    """Whether the library is sound; what heals by itself is a warning."""
    from assistant.library import database, health

    if settings.vectors is not None:
        return _served(settings, environment)
    folder = settings.library
    where = settings.vectors or folder
    add = f"`assistant ingest PATH --library {folder}`" if settings.chosen else "`assistant ingest PATH`"
    try:
        if settings.vectors is None and database.vacant(folder):
            stands_in = "" if settings.chosen else "; the sample stands in"
            return Check("library", "warn", f"there is none in {folder} yet{stands_in}", f"make it with {add}")
        with app.library(settings, environment, None, lambda _: None, heal=False) as library:
            papers, _ = library.catalogue.count()
            extent = health.usual_extent(papers)
            left_out = library.damaged.values()
            faults = health.faults(library.folder, library.catalogue, library.problems, extent, left_out=left_out)
            mismatch = app.mismatch(settings, environment, library.fingerprint)
    except AssistantError as error:
        what = str(AssistantError(error.what, path=error.path, cause=error.cause))
        return Check("library", "fail", what, error.cure, error.exit_code)
    if faults:
        state: State = "warn" if all(fault.answered for fault in faults) else "fail"
        problems = "; ".join(f"{fault.what}: {fault.problem}" for fault in faults[:3])
        return Check("library", state, problems, faults[0].cure, LibraryError.exit_code * (state == "fail"))
    if mismatch:
        return Check("library", "fail", *mismatch, LibraryError.exit_code)
    if not papers:
        return Check("library", "warn", f"{where} has no papers", f"add some with {add}")
    state_of_it = "sound" if extent != "quick" else "nothing seen that is wrong; `assistant status --full` reads all"
    return Check("library", "ok", f"{papers:,} papers in {where}, {state_of_it}")


def _served(settings: Settings, environment: Environment) -> Check:
    """Whether the library at a server can be asked; `assistant status --full` reads its papers."""
    try:
        with app.library(settings, environment, None, lambda _: None) as library:
            papers, _ = library.catalogue.count()
            mismatch = app.mismatch(settings, environment, library.fingerprint)
    except AssistantError as error:
        return Check("library", "fail", str(error), error.cure, error.exit_code)
    if mismatch:
        return Check("library", "fail", *mismatch, LibraryError.exit_code)
    return Check("library", "ok", f"{papers:,} papers at {settings.vectors}")


def _places(settings: Settings, environment: Environment) -> Iterator[Check]:
    """Whether the folders that are written to can be, and have room."""
    finders: Mapping[str, Callable[[], Path]] = {
        **({"library folder": lambda: settings.library} if settings.vectors is None else {}),
        "cache folder": lambda: cache_folder(environment),
        "chats folder": lambda: folders.chats_folder(environment),
    }
    for name, find in finders.items():
        try:
            yield machine.place(name, find())
        except UsageError as error:
            yield Check(name, "fail", error.what, error.cure, error.exit_code)


def _integration(name: str) -> Check:
    """Whether the package of llama-index is here that opens a model; the model is not opened, which may load it."""
    try:
        _, package, model = integrations.find_integration("llms", name.removeprefix(integrations.PREFIX))
    except UsageError as error:
        return Check("endpoint", "fail", error.what, error.cure, error.exit_code)
    return Check("endpoint", "ok", f"{package} is here; where {model} is, it knows alone")


def _endpoint(settings: Settings, environment: Environment) -> Check:
    """Whether the endpoint that is set answers and has the model; asks it once, for its list of models."""
    from assistant.models.openai import servers
    from assistant.models.openai.address import redact_address
    from assistant.models.openai.client import resolve_base_url
    from assistant.models.openai.ownership import refusal

    if settings.model is None:
        return Check("endpoint", "ok", "none is asked: answers are quotes")
    if settings.model.startswith(integrations.PREFIX):
        return _integration(settings.model)
    if not is_set(environment, "OPENAI_BASE_URL") and not is_set(environment, OPENAI_KEY):
        return Check("endpoint", "ok", f"none is set: {settings.model} is looked for on this machine when it is asked")
    if reason := refusal(settings.model, settings.base_url, environment):
        return Check("endpoint", "fail", reason.what, reason.cure, reason.exit_code)
    try:
        base_url = resolve_base_url(settings.base_url)
        server = servers.Server("configured", base_url, environment.get(OPENAI_KEY, ""))
    except UsageError as error:
        return Check("endpoint", "fail", error.what, error.cure, error.exit_code)
    address = redact_address(base_url)
    [listing] = servers.list_models([server], contexts=False)
    if listing.problem:
        cure = "check whether it is running, OPENAI_BASE_URL (it usually ends in /v1) and the key; `assistant config`"
        return Check("endpoint", "fail", f"{address}: {listing.problem}", cure, ModelError.exit_code)
    names = {model.name for model in listing.models}
    if names and not names & {settings.model, f"{settings.model}:latest"}:
        cure = f"choose one with --model, such as {sorted(names)[0]}; `assistant models` lists them"
        return Check("endpoint", "warn", f"{address} answers, and lists no model {settings.model}", cure)
    return Check("endpoint", "ok", f"{address} answers, and has {settings.model}")
