"""A name typed for an option -> the kind that it is of, and the argument in it."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from assistant.domain.errors import UsageError


class Named(Protocol):
    """A kind of embedder, or of reranker, that is chosen by a name."""

    @property
    def form(self) -> str:
        """How its names look, for messages: `onnx:<folder>`."""

    @property
    def names(self) -> str:
        """A regular expression that its names match as a whole; the text of its groups is the argument."""


Kind = TypeVar("Kind", bound=Named)


def find_kind(name: str, kinds: Sequence[Kind], noun: str) -> tuple[Kind, str]:
    """Return the kind that a name is of, and the argument in it; raises `UsageError` where it is of none, which says
    that there is no such `noun`."""
    for kind in kinds:
        if match := re.fullmatch(kind.names, name, re.DOTALL):
            return kind, "".join(group or "" for group in match.groups())
    forms = " or ".join(f"`{kind.form}`" for kind in kinds)
    raise UsageError(f"there is no {noun} {name!r}", cure=f"use {forms}")
