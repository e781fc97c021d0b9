"""A model's name and the address it would be asked at -> refused where OpenAI would be sent what another server was
meant to read."""

import re
from collections.abc import Mapping

from assistant.domain.errors import UsageError
from assistant.models.openai import found
from assistant.models.openai.client import OFFICIAL

_OPENAI = re.compile(
    r"(?:ft:)?(?:gpt-(?!oss\b)|chatgpt-|o[1-9](?:-|$)|codex-|computer-use-|davinci|babbage|text-|model-router$)",
    re.IGNORECASE,
)
"""How the names of models begin that OpenAI's API serves (https://platform.openai.com/docs/models); the weights of
gpt-oss are given away, and its API does not serve them."""


def is_openai_name(name: str) -> bool:
    """Whether a model's name is of the kind that OpenAI gives; a fine-tuned one is of what it was tuned from.

    >>> [is_openai_name(name) for name in ("gpt-4.1-mini", "o3", "ft:gpt-4o:lab::7", "text-embedding-3-small")]
    [True, True, True, True]
    >>> [is_openai_name(name) for name in ("qwen3", "llama3.2:3b", "gpt-oss:20b", "olmo-2", "openai/gpt-4o")]
    [False, False, False, False, False]
    """
    return bool(_OPENAI.match(name.strip()))


def refusal(name: str, base_url: str, environment: Mapping[str, str]) -> UsageError | None:
    """Return why nothing may be sent for a model that is not OpenAI's where nobody set an address (`base_url` is ""),
    so that OpenAI would be asked; None where it may. Contacts nothing: where on this machine the model was last seen is
    what `assistant models` noted."""
    if base_url or is_openai_name(name):
        return None
    seen = found.address_of(name, environment)
    place = (
        f"{seen}, where `assistant models` last saw it"
        if seen
        else "where the model is (http://127.0.0.1:11434/v1 for Ollama; `assistant models` lists the servers of this "
        "machine that answer, and their models)"
    )
    return UsageError(
        f"{name[:80]!r} is not one of OpenAI's models, and no address but OpenAI's is known: nothing was sent",
        cause="OPENAI_BASE_URL is not set",
        cure=(
            f"set OPENAI_BASE_URL to {place}, or leave OPENAI_API_KEY unset to have it looked for on this machine; "
            f"OPENAI_BASE_URL={OFFICIAL} if OpenAI is meant"
        ),
    )
