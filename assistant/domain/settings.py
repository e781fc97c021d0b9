"""What a command works with, as one frozen record; keys are not settings."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from assistant.domain.costs import Budget
from assistant.domain.errors import UsageError

DEFAULT_MODEL = "gpt-4.1-mini"
DEFAULT_TIMEOUT = 120.0
DEFAULT_MAX_TOKENS = 4_096
"""Of a reply: an answer has about 300, and reasoning models think before they write."""
Check = Literal["model", "none"]
"""Who judges claims: the answering model, or nobody."""
_LONGEST_TIMEOUT = 86_400.0  # seconds; a day
MOST_TOKENS = 1_000_000
"""Of a reply, or of evidence, that can be asked for."""
Number = TypeVar("Number", int, float)
_LEAST_EVIDENCE = 100  # tokens; a title and a sentence


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command works with; a flag wins over the environment, the environment over the default."""

    library: Path
    """Absolute folder of the library."""
    chosen: bool
    """False where nobody named a library, so that the sample may stand in while there is none."""
    embedder: str | None = None
    """The embedder's name as it was typed, such as `openai:<model>`; None where none was, which means `local`."""
    reranker: str | None = None
    """The reranker's name as it was typed, such as `none`; None where none was, which means `local`."""
    model: str | None = None
    """The answering model; None for the extractive answerer."""
    check: Check | None = None
    """Whether the answering model judges claims; None where nobody said, which depends on where it is."""
    checker: str | None = None
    """Another model that judges claims: its name at the endpoint, or a folder; None for none."""
    base_url: str = ""
    """The OpenAI-compatible endpoint; "" for OpenAI's own."""
    timeout: float | None = None
    """Seconds that a model may be silent, or that a reply of an embedder may take; None for the default of each."""
    max_tokens: int = DEFAULT_MAX_TOKENS
    """The most tokens that a model may write in one reply."""
    evidence: int | None = None
    """Tokens of evidence that a model is shown; None for what suits where it runs."""
    budget: Budget | None = None
    """The most that the answering model may cost; None for no limit."""
    prices: Path | None = None
    """The user's own table of prices; None where there is none."""
    vectors: str | None = None
    """The address of a Chroma server that has the library; None where it is in the folder."""


def timeout(given: str | float) -> float:
    """Return a number of seconds that a reply may take; raises `UsageError` for what is none.

    >>> timeout("90")
    90.0
    """
    cure = f"give more than 0 and at most {_LONGEST_TIMEOUT:,.0f} with --timeout or ASSISTANT_TIMEOUT"
    return _number(float, given, math.ulp(0.0), _LONGEST_TIMEOUT, "seconds that a reply may take", cure)


def max_tokens(given: str | float) -> int:
    """Return the most tokens of a reply; raises `UsageError` for what is none.

    >>> max_tokens("2048")
    2048
    """
    cure = f"give a whole number from 1 to {MOST_TOKENS:,} with --max-tokens or ASSISTANT_MAX_TOKENS"
    return _number(int, given, 1, MOST_TOKENS, "tokens that a reply may have", cure)


def _number(
    kind: Callable[[str | float], Number], given: str | float, least: Number, most: Number, what: str, cure: str
) -> Number:
    """Return what was given as a number from `least` to `most`; raises `UsageError` for anything else."""
    try:
        number = kind(given)
    except ValueError:
        number = kind(least - 1)
    if not least <= number <= most:
        raise UsageError(f"{str(given)[:80]!r} is not a number of {what}", cure=cure)
    return number


def check(given: str) -> Check:
    """Return who is to judge claims; raises `UsageError` for anybody else.

    >>> check(" None")
    'none'
    """
    match given.strip().casefold():
        case "model":
            return "model"
        case "none":
            return "none"
    cure = "use `model` or `none` with --check or ASSISTANT_CHECK, and --checker to name another model"
    raise UsageError(f"claims cannot be checked by {given[:80]!r}", cure=cure)


def evidence(given: str | float) -> int:
    """Return the tokens of evidence that a model is shown; raises `UsageError` for what is no such number.

    >>> evidence("800")
    800
    """
    cure = f"give a whole number from {_LEAST_EVIDENCE} to {MOST_TOKENS:,} with --evidence or ASSISTANT_EVIDENCE"
    return _number(int, given, _LEAST_EVIDENCE, MOST_TOKENS, "tokens of evidence", cure)


def address(base_url: str) -> str:
    """Return host, port and path of an endpoint, without what may be secret in its address; raises `UsageError`."""
    # What stands before an "@" or after a "?" may be a secret: then the message shows nothing of it.
    shown = f"{base_url!r}" if not re.search("[@?#]", base_url) else "what OPENAI_BASE_URL holds"
    wrong = UsageError(f"{shown} is not the address of an endpoint, such as https://api.openai.com/v1")
    try:
        parts = urlsplit(base_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s\x00-\x1f\x7f]", base_url):
        raise wrong
    return f"{parts.hostname}{port}{parts.path.rstrip('/')}"


def checkout() -> Path | None:
    """Return the root of the checkout this program runs from, or None where it is installed."""
    root = Path(__file__).parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "prompts").is_dir() else None


def folder_of(find: Callable[[], Path | str], cure: str) -> Path:
    """Return the folder that `find` finds in somebody's home; raises `UsageError` with `cure` where nobody knows where
    that home is: an unknown `~user`, or a user without an entry in the system's table and without HOME."""
    try:
        folder = Path(find())
    except (RuntimeError, KeyError) as error:
        raise UsageError("the home folder is not known", cause=str(error), cure=cure) from error
    if folder.parts[:1] and folder.parts[0].startswith("~"):
        raise UsageError("the home folder is not known", path=folder, cure=cure)
    return folder
