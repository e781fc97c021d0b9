"""What the installed program declares to need -> what of it is missing, or in a version that it was not made for."""

import re
from collections.abc import Iterator
from importlib import metadata
from itertools import zip_longest

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>|~=)\s*([0-9A-Za-z.*+!-]+)")


def faults(program: str) -> list[str] | None:
    """Return what is wrong, one line a package; None where the program is not installed, so that nothing says what it
    needs. What belongs to an extra is not looked at."""
    try:
        needed = metadata.requires(program) or []
    except metadata.PackageNotFoundError:
        return None
    return list(_faults(needed))


def python(program: str) -> str:
    """Return the versions of Python that a program was made for, such as ">=3.11"; "" where nothing says."""
    try:
        return metadata.metadata(program)["Requires-Python"] or ""
    except (metadata.PackageNotFoundError, KeyError):
        return ""


def _faults(needed: list[str]) -> Iterator[str]:
    for line in needed:
        match = _REQUIREMENT.match(line)
        if not match or "extra" in (match[3] or ""):
            continue
        name, bounds = match[1], match[2].strip()
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield f"{name} is not there"
            continue
        if not satisfies(version, bounds):
            yield f"{name} is {version}, and {bounds} is needed"


def satisfies(version: str, bounds: str) -> bool:
    """Whether a version is within bounds such as ">=2.1,<3"; a suffix such as "rc1" is not looked at.

    >>> satisfies("1.5.9", "<1.6,>=1.5.9"), satisfies("1.10", ">=1.9"), satisfies("3.0", "<3"), satisfies("2", "==2.0")
    (True, True, False, True)
    """
    return all(_is_within(version, *bound) for bound in _BOUND.findall(bounds))


def _is_within(version: str, sign: str, bound: str) -> bool:
    order = _compare(version, bound)
    match sign:
        case ">=" | "~=":
            return order >= 0
        case "<=":
            return order <= 0
        case "==":
            return order == 0
        case "!=":
            return order != 0
        case "<":
            return order < 0
        case _:
            return order > 0


def _compare(one: str, other: str) -> int:
    """Return the sign of the difference of two versions by their numbers; what one lacks is 0."""
    numbers = (re.match(r"[0-9.]*", text) for text in (one, other))
    parts = [[int(n) for n in match[0].split(".") if n] if match else [] for match in numbers]
    pairs = list(zip_longest(*parts, fillvalue=0))
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    return (left > right) - (left < right)
