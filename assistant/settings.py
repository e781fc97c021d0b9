"""Flags and environment -> one frozen `Settings`; no file of the working folder is read, keys are not settings."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assistant.errors import UsageError

DEFAULT_MODEL = "gpt-4.1-mini"
LOCAL = "local"
_REMOTE = "openai:"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command works with; a flag wins over the environment, the environment over the default."""

    library: Path
    """Absolute folder of the library."""
    chosen: bool
    """False where nobody named a library, so that the sample may stand in while there is none."""
    embedder: str | None = None
    """`local`, or `openai:<model>` for an OpenAI-compatible endpoint; None, which is `local` too, where not named."""
    model: str | None = None
    """The answering model; None for the extractive answerer."""
    base_url: str = ""
    """The OpenAI-compatible endpoint; "" for OpenAI's own."""

    @property
    def remote(self) -> str | None:
        """The model of an embedder behind an endpoint; None for the local one."""
        return None if self.embedder in (None, LOCAL) else str(self.embedder).removeprefix(_REMOTE)


def load(
    environment: Mapping[str, str],
    *,
    library: str | None = None,
    model: str | None = None,
    embedder: str | None = None,
) -> Settings:
    """Settle flags (None where not given) against the environment; raises `UsageError`."""
    named = library or environment.get("ASSISTANT_LIBRARY")
    folder = Path(named).expanduser() if named else default_library()
    chosen_embedder = embedder or environment.get("ASSISTANT_EMBEDDER") or None
    if chosen_embedder not in (None, LOCAL) and not re.match(rf"{_REMOTE}.*\S", str(chosen_embedder)):
        raise UsageError(f"embedder {chosen_embedder!r}: use `local` or `openai:<model>`")
    return Settings(
        library=Path(os.path.abspath(folder)),  # noqa: PTH100  resolve() would follow links the user made
        chosen=bool(named),
        embedder=chosen_embedder,
        model=_model(environment, model),
        base_url=environment.get("OPENAI_BASE_URL", "").strip(),
    )


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
    root = Path(__file__).parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "prompts").is_dir() else None


def default_library() -> Path:
    """Return `store/default` in a checkout, else a folder of the user's data."""
    if root := checkout():
        return root / "store" / "default"
    import platformdirs

    return Path(platformdirs.user_data_dir("assistant")) / "default"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what can be made again is kept: `ASSISTANT_CACHE`, else the user's cache folder."""
    if named := environment.get("ASSISTANT_CACHE"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("assistant"))


def chats_folder(environment: Mapping[str, str]) -> Path:
    """Return where conversations are kept: `ASSISTANT_CHATS`, else a folder of the user's data."""
    if named := environment.get("ASSISTANT_CHATS"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("assistant")) / "chats"


def _model(environment: Mapping[str, str], flag: str | None) -> str | None:
    """A model answers where one is named or an endpoint is at hand; "none" says no."""
    named = flag or environment.get("ASSISTANT_MODEL")
    if named:
        return None if named.strip().casefold() == "none" else named
    at_hand = environment.get("OPENAI_API_KEY") or environment.get("OPENAI_BASE_URL")
    return DEFAULT_MODEL if at_hand else None
