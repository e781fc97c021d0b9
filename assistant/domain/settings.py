"""What a command works with, as one frozen record; keys are not settings."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assistant.domain.errors import UsageError

DEFAULT_MODEL = "gpt-4.1-mini"


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
    base_url: str = ""
    """The OpenAI-compatible endpoint; "" for OpenAI's own."""


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
