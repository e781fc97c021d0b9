"""The usual addresses on this machine, and the configured one -> the models that answer there, with their contexts."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line
from assistant.models.openai.address import is_this_machine, redact_address
from assistant.models.openai.client import OFFICIAL, Endpoint

if TYPE_CHECKING:
    import httpx

_SECONDS, _SECONDS_AFAR = 3.0, 15.0  # for all that one server is asked
_LARGEST = 4_000_000  # bytes of all replies of one server; a list of 400 models has 200,000
_MOST_MODELS = 1_000
_MOST_SHOWN = 20  # models of which Ollama is asked one by one
_LONGEST_NAME = 200  # characters
_NO_STATUS = 400


@dataclass(frozen=True, slots=True)
class Server:
    """Where models may answer."""

    kind: str
    """What usually listens there, such as "Ollama"; "configured" for the address that the user set."""
    base_url: str
    key: str = ""


USUAL = (
    Server("Ollama", "http://127.0.0.1:11434/v1"),
    Server("LM Studio", "http://127.0.0.1:1234/v1"),
    Server("llama.cpp", "http://127.0.0.1:8080/v1"),
    Server("vLLM", "http://127.0.0.1:8000/v1"),
)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One model that a server offers."""

    name: str
    context: int | None = None
    """The most tokens that it reads and writes together, as the server tells it; None where it does not."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What one server offers, or why that is not known."""

    server: Server
    models: tuple[ServedModel, ...] = ()
    problem: str = ""


def servers(base_url: str, key: str) -> tuple[Server, ...]:
    """Return the configured server, if there is one, and the usual ones; `key` goes to the first of them alone."""
    if not base_url and not key:
        return USUAL
    configured = Server("configured", base_url or OFFICIAL, key)
    place = _place(configured.base_url)
    return (configured, *(server for server in USUAL if _place(server.base_url) != place))


def list_models(places: Sequence[Server], *, contexts: bool = True) -> tuple[Listing, ...]:
    """Ask all servers at once; return what each offers, in their order. Without `contexts` one that speaks OpenAI's
    dialect is asked once."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max(len(places), 1)) as pool:
        return tuple(pool.map(partial(_listing, contexts=contexts), places))


def find_server(name: str, places: Sequence[Server] = USUAL) -> Server:
    """Return the first server that offers the model `name` (or `name`:latest); raises `UsageError` where none does."""
    listings = list_models(places, contexts=False)
    for listing in listings:
        if {model.name for model in listing.models} & {name, f"{name}:latest"}:
            return listing.server
    offered = [model.name for listing in listings for model in listing.models][:_MOST_SHOWN]
    answering = f"what answers there offers {', '.join(offered)}" if offered else "nothing answers there"
    looked = f"looked at {', '.join(f'{server.kind}: {server.base_url}' for server in places)}; {answering}"
    raise UsageError(
        f"no key is set for OpenAI's address, which {name} would be asked at",
        cause=looked if places else "",
        cure="set OPENAI_API_KEY, or OPENAI_BASE_URL to where the model is; `assistant models` lists what answers",
    )


def _listing(server: Server, *, contexts: bool) -> Listing:
    """Ask one server what it offers; a failure is a part of what is returned."""
    import httpx

    from assistant.models.openai.deadline import BoundedCall, Deadline, DeadlineExceeded

    seconds = _SECONDS if is_this_machine(server.base_url) else _SECONDS_AFAR
    call: BoundedCall[tuple[ServedModel, ...]] = BoundedCall(Deadline(seconds), _LARGEST, _LARGEST)
    call.most_requests = 4 + _MOST_SHOWN
    secrets = Endpoint(server.base_url, server.key).secrets
    try:
        return Listing(server, call.run(lambda _: _offered(server, call.watch, seconds, contexts=contexts), None))
    except DeadlineExceeded as error:
        return Listing(server, problem=str(error))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError, RecursionError, ImportError) as error:
        problem = secrets.mask(one_line(str(error) or type(error).__name__))
        return Listing(server, problem=problem[:_LONGEST_NAME])


def _offered(
    server: Server, watch: Callable[["httpx.Client"], None], seconds: float, *, contexts: bool
) -> tuple[ServedModel, ...]:
    """Return the models of one server; raises what HTTP and JSON raise, and `ValueError`."""
    import httpx

    is_local = is_this_machine(server.base_url)
    transport = httpx.HTTPTransport() if is_local else None  # no proxy to this machine
    headers = {"Authorization": f"Bearer {server.key.strip()}"} if server.key.strip() else {}
    timeout = httpx.Timeout(seconds, connect=min(1.0, seconds) if is_local else seconds)
    with httpx.Client(timeout=timeout, transport=transport, headers=headers, follow_redirects=False) as client:
        watch(client)
        base = server.base_url.rstrip("/")
        root = base.removesuffix("/v1")
        response = client.get(f"{base}/models")
        items = _items(response, "data", "id")
        if items is None and is_local:
            items = _items(client.get(f"{root}/api/tags"), "models", "name")
        if items is None:
            raise ValueError(f"status {response.status_code}, and no list of models")
        models = tuple(ServedModel(name, _context_of(item)) for name, item in items.items())
        return _with_contexts(client, root, models) if is_local and contexts else models


def _items(response: "httpx.Response", field: str, name: str) -> dict[str, Mapping[str, Any]] | None:
    """Return {name: what is said of it} for the models of a reply; None where it holds no list of any."""
    document = _document(response)
    rows = document.get(field)
    if not isinstance(rows, list):
        return None
    named = [row for row in rows[:_MOST_MODELS] if isinstance(row, dict) and isinstance(row.get(name), str)]
    return {one_line(row[name])[:_LONGEST_NAME]: row for row in named}


def _document(response: "httpx.Response") -> Mapping[str, Any]:
    if response.status_code >= _NO_STATUS:
        return {}
    try:
        document = json.loads(response.content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _context_of(item: Mapping[str, Any]) -> int | None:
    """Return the context that a list of models tells: of vLLM, LM Studio, OpenRouter, in that order."""
    names = ("max_model_len", "loaded_context_length", "max_context_length", "context_length")
    return next((size for name in names if (size := _size(item.get(name)))), None)


def _with_contexts(client: "httpx.Client", root: str, models: tuple[ServedModel, ...]) -> tuple[ServedModel, ...]:
    """Ask a server on this machine for the contexts that its list does not tell, in the ways of the three kinds."""
    if all(model.context for model in models):
        return models
    props = _document(client.get(f"{root}/props"))  # llama.cpp, which serves one model
    settings = props.get("default_generation_settings")
    if size := _size(settings.get("n_ctx")) if isinstance(settings, dict) else None:
        return tuple(replace(model, context=model.context or size) for model in models)
    if rows := _items(client.get(f"{root}/api/v0/models"), "data", "id"):  # LM Studio
        return tuple(replace(model, context=_context_of(rows.get(model.name, {}))) for model in models)
    if _items(client.get(f"{root}/api/tags"), "models", "name") is None:
        return models
    sizes = {model.name: _ollama_context(client, root, model.name) for model in models[:_MOST_SHOWN]}
    return tuple(replace(model, context=sizes.get(model.name)) for model in models)


def _ollama_context(client: "httpx.Client", root: str, name: str) -> int | None:
    """Return the context of a model of Ollama: the one that it is set to, else the longest that it was trained for."""
    shown = _document(client.post(f"{root}/api/show", json={"model": name}))
    words = str(shown.get("parameters", "")).split()
    for parameter, value in itertools.pairwise(words):
        if parameter == "num_ctx" and value.isdecimal() and len(value) <= len("1000000000"):
            return _size(int(value))
    facts = shown.get("model_info")
    facts = facts if isinstance(facts, dict) else {}
    return next((_size(value) for field, value in facts.items() if str(field).endswith(".context_length")), None)


def _size(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _place(base_url: str) -> tuple[str, int | None]:
    """Return host and port of an address, one host for all names of this machine."""
    try:
        parts = urlsplit(base_url)
        return ("this machine" if is_this_machine(base_url) else parts.hostname or ""), parts.port
    except ValueError:
        return redact_address(base_url), None
