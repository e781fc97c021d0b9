"""Real answers of services, recorded in the shared folder -> their files, and the bodies of what was sent."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from support.shared import shared


def recordings(service: str, pattern: str = "*") -> list[Path]:
    """Every recorded file of a service, by name."""
    return sorted(shared("fixtures").joinpath(service).glob(pattern))


def bodies(path: Path) -> Iterator[tuple[str, bytes]]:
    """(address, body) of every answer with status 200 in a recording of HTTP."""
    for exchange in yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]:
        response = exchange["response"]
        content = response.get("content") or response["body"]["string"]
        body = content if isinstance(content, bytes) else content.encode()
        if (response.get("status_code") or response["status"]["code"]) == 200:
            yield exchange["request"]["uri"], gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
