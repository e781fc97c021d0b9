"""A file of fitted constants, with a table for each set of models -> the table of the models at hand.

Constants that were fitted to the scores of one model mean nothing for those of another. Each file lies beside the code
that uses it, and is written by a script of `bench/`, which it names:

    {"about": "...", "tables": [{"models": {"embedder": "<fingerprint>"}, "constants": {...}, "figures": {...}}, ...]}

`figures` are what the fit measured, for readers. A table without a model serves whatever its key leaves open: the one
with no models at all is the generic one, which every file has.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import AssistantError


@dataclass(frozen=True, slots=True)
class Calibration:
    """The constants for some models."""

    constants: Mapping[str, float | list[float]]
    models: Mapping[str, str]
    """The models that they were fitted to, by kind, such as "embedder"; none for the generic ones."""

    def number(self, name: str) -> float:
        """Return a constant that is one number; raises `AssistantError` where there is none."""
        number = self.constants.get(name)
        if not isinstance(number, int | float):
            raise AssistantError(f"a calibration has no number {name!r}", cure="install the program again")
        return float(number)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a constant that is several numbers; raises `AssistantError` where there is none."""
        numbers = self.constants.get(name)
        if not isinstance(numbers, list):
            raise AssistantError(f"a calibration has no numbers {name!r}", cure="install the program again")
        return tuple(float(number) for number in numbers)


def load(path: Path, models: Mapping[str, str]) -> Calibration:
    """Return the table of `path` that was fitted to the most of these models ({kind: fingerprint}), and to no other.

    Raises `AssistantError` where the file is not as it was installed.
    """
    fitting = [table for table in _tables(path) if table.models.items() <= models.items()]
    return max(fitting, key=lambda table: len(table.models))


@functools.cache
def _tables(path: Path) -> tuple[Calibration, ...]:
    """Return the tables of a file, the generic one among them; a file is read once a process."""
    try:
        rows = json.loads(path.read_bytes())["tables"]
        tables = tuple(Calibration(row["constants"], dict(row["models"])) for row in rows)
        if all(table.models for table in tables):
            raise ValueError("no table is generic")
        return tables
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssistantError(
            "this calibration of the program cannot be read",
            path=path,
            cause=f"{type(error).__name__}: {error}",
            cure="the installation is not complete, install it again",
        ) from error
