"""The text of a TOML file and a key of it -> the line where the key is set, for messages."""

import tomllib
from typing import Any

_LONGEST_VALUE = 100  # lines; each of them is read again with the next


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """Return the line, from 1, of a key within tables, found one statement of a sound file after the other.

    None where it is not there, or stands after a value over more than 100 lines.

    >>> line_of('a = 1\\n[b]\\nc = 2\\n', ("b", "c"))
    3
    """
    lines = text.split("\n")
    table: tuple[str, ...] = ()
    first = 0
    for last in range(len(lines)):
        if last - first > _LONGEST_VALUE:
            return None
        statement = "\n".join(lines[first : last + 1]) + "\n"
        try:
            content: Any = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        if statement.lstrip().startswith("["):
            table = _names(content)
            is_there = table[: len(keys)] == keys
        else:
            is_there = keys[: len(table)] == table and _has(content, keys[len(table) :])
        if is_there:
            return first + 1
        first = last + 1
    return None


def _names(content: Any) -> tuple[str, ...]:
    """Return the names in the head of a table, or of one of an array of tables."""
    names = []
    while content := content[0] if isinstance(content, list) else content:
        [(name, content)] = content.items()
        names.append(name)
    return tuple(names)


def _has(content: Any, keys: tuple[str, ...]) -> bool:
    """Whether a statement sets a key of its table."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return bool(keys) and content is not None
