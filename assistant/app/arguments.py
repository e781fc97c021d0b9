"""What a program gave -> the same, or an error that says what is wrong with it."""

from collections.abc import Iterable
from pathlib import Path

from assistant.domain.errors import UsageError


def words(text: str, what: str) -> str:
    """Return a text with words in it; raises `UsageError` for `what` is empty."""
    if not text.strip():
        raise UsageError(f"the {what} is empty")
    return text


def positive(limit: int) -> int:
    """Return a number of papers; raises `UsageError` where it is none."""
    if limit < 1:
        raise UsageError(f"a limit of {limit} papers is none", cure="give 1 or more")
    return limit


def paths(given: str | Path | Iterable[str | Path]) -> list[str]:
    """Return one path, or several, as text.

    >>> paths(Path("a.bib")), paths(())
    (['a.bib'], [])
    """
    return [str(path) for path in ([given] if isinstance(given, str | Path) else given)]
