"""`suite.toml` -> the name and library of a suite, and what its gate demands; what it does not know is refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.domain.errors import UsageError
from assistant.evaluation import files

SAMPLE = "sample"
"""The `library` of a suite about the sample library, which every installation has."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What a run must satisfy; metrics are named as in the registry, or "TYPE:METRIC" for one type of question."""

    floors: Mapping[str, float] = field(default_factory=dict)
    """Metric -> the least figure that passes."""
    ceilings: Mapping[str, float] = field(default_factory=dict)
    """Metric -> the highest figure that passes."""
    margin: float = 0.03
    """How much worse than the baseline a mean may be, at the low end of its interval."""
    most_errors: float = 0.01
    """Share of questions that may have ended in an error."""


@dataclass(frozen=True, slots=True)
class SuiteSettings:
    """What `suite.toml` says."""

    name: str
    sample: bool = False
    """Whether the suite asks about the sample library."""
    gate: GateSettings = field(default_factory=GateSettings)


def read(path: Path) -> SuiteSettings:
    """Return the settings in a file, the defaults where there is none, a suite being called after its folder.

    Raises `UsageError` that names the key for one that is unknown or has a value of another kind.
    """
    try:
        table = tomllib.loads(files.read(path).decode("utf-8")) if files.exists(path) else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError("cannot be read", path=path, cause=str(error)) from error
    _refuse_others(table, ("name", "library", "gate"), "", path)
    name, library = table.get("name", path.parent.name), table.get("library", "")
    if not isinstance(name, str):
        raise UsageError("`name` is no text", path=path)
    if library not in ("", SAMPLE):
        cure = f'write "{SAMPLE}" for the sample library, or leave it out and give --library'
        raise UsageError(f"`library` is {library!r}", path=path, cure=cure)
    gate = _table(table.get("gate", {}), "gate", path)
    _refuse_others(gate, tuple(GateSettings.__dataclass_fields__), "gate.", path)
    default = GateSettings()
    settings = GateSettings(
        floors=_bounds(gate.get("floors", {}), "gate.floors", path),
        ceilings=_bounds(gate.get("ceilings", {}), "gate.ceilings", path),
        margin=_number(gate.get("margin", default.margin), "gate.margin", path),
        most_errors=_number(gate.get("most_errors", default.most_errors), "gate.most_errors", path),
    )
    return SuiteSettings(name, library == SAMPLE, settings)


def _bounds(value: Any, key: str, path: Path) -> dict[str, float]:
    return {name: _number(bound, f"{key}.{name}", path) for name, bound in _table(value, key, path).items()}


def _number(value: Any, key: str, path: Path) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise UsageError(f"`{key}` is {value!r}", path=path, cure="write a number")
    return float(value)


def _table(value: Any, key: str, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"`{key}` is {value!r}", path=path, cure=f"write a table, [{key}]")
    return value


def _refuse_others(table: Mapping[str, Any], known: tuple[str, ...], prefix: str, path: Path) -> None:
    for name in table:
        if name not in known:
            cure = f"there are {', '.join(prefix + key for key in known)}"
            raise UsageError(f"`{prefix}{name}` is no setting of a suite", path=path, cure=cure)
