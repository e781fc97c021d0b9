"""A gold group that an answer misses -> the one stage at which it was lost."""

from collections.abc import Collection
from typing import Literal

Stage = Literal["not in the library", "not retrieved", "dropped from the evidence", "not cited", "not supported"]
STAGES: tuple[Stage, ...] = (
    "not in the library",
    "not retrieved",
    "dropped from the evidence",
    "not cited",
    "not supported",
)
"""In the order in which a paper passes them."""


def stage(
    group: frozenset[str],
    library: Collection[str],
    retrieved: Collection[str],
    evidence: Collection[str],
    cited: Collection[str],
    supported: Collection[str],
) -> Stage | None:
    """Return the first stage that no member of the group passes; None where one is cited with support."""
    for name, passed in zip(STAGES, (library, retrieved, evidence, cited, supported), strict=True):
        group = frozenset(id for id in group if id in passed)
        if not group:
            return name
    return None
