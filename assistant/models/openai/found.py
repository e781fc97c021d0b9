"""What `assistant models` found on this machine -> where a model was last seen, without anything being contacted."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from assistant.domain import files
from assistant.models.cache import cache_folder
from assistant.models.openai.address import is_this_machine
from assistant.models.openai.servers import Listing

_NAME = "models-found.json"
_LARGEST = 1_000_000  # bytes


def note(listings: Iterable[Listing], environment: Mapping[str, str]) -> None:
    """Keep in the cache which servers of this machine offer which models; where nothing can be kept, nothing is."""
    servers = [listing for listing in listings if is_this_machine(listing.server.base_url)]
    addresses = {model.name: listing.server.base_url for listing in reversed(servers) for model in listing.models}
    path = _path(environment)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        files.write_private(path, json.dumps(addresses))


def address_of(name: str, environment: Mapping[str, str]) -> str:
    """Return the address at which the model `name` (or `name`:latest) was last seen on this machine; "" for nowhere."""
    try:
        with files.open_regular(_path(environment)) as file:
            addresses = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return ""
    if not isinstance(addresses, dict):
        return ""
    address = addresses.get(name) or addresses.get(f"{name}:latest")
    return address if isinstance(address, str) and address.isprintable() and is_this_machine(address) else ""


def _path(environment: Mapping[str, str]) -> Path:
    return cache_folder(environment) / _NAME
