"""What a catalogue says of its library, as texts -> the numbers they stand for, or an error that names the fact."""

from collections.abc import Mapping
from pathlib import Path

from assistant.library import database

_MOST_DIGITS = 12  # of a number that the library counts


def whole_number(path: Path, facts: Mapping[str, str], name: str, least: int = 0) -> int:
    """Return the fact `name` of the catalogue at `path`, 0 where it says none; raises `LibraryError` where that is no
    whole number of at least `least`."""
    return _parse(path, name, facts.get(name, "0"), least)


def superseded(path: Path, facts: Mapping[str, str]) -> list[int]:
    """Return the generations that may have folders and are not current, as the catalogue at `path` says: earlier ones,
    and the next, which a killed writer may have begun. Raises `LibraryError` for what is no number."""
    current = whole_number(path, facts, "generation")
    former = facts.get("former", str(max(current - 1, 0))).split()
    numbers = {_parse(path, "former", number, 0) for number in former}
    return sorted((numbers | {current + 1}) - {current})


def integer(value: object) -> int:
    """Return the value of a column that holds integers, -1 where it is of another type: no file has that size."""
    return value if isinstance(value, int) else -1


def _parse(path: Path, name: str, value: str, least: int) -> int:
    if value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS and int(value) >= least:
        return int(value)
    raise database.unusable(path, f"its {name} is {value[:80]!r}")
