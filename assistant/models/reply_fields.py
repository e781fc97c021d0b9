"""A part of a model's reply, whatever its client made of it -> a field of it, as of plain JSON."""

from collections.abc import Mapping
from typing import Any


def field(value: Any, name: str) -> Any:
    """Return a field of an object or of plain JSON; None where there is none: servers leave out what they like."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def first(values: Any) -> Any:
    """Return the first of a list; None where there is none, or no list."""
    return values[0] if isinstance(values, list) and values else None
