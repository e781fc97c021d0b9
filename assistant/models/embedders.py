"""The name typed after `--embedder` -> an embedder, and back: a library's fingerprint -> the name to type for it.

Each kind of embedder is one row of `EMBEDDERS`; nothing outside this file knows the kinds. To add one, write its row.
What is heavy to import is imported when an embedder is opened.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.settings import DEFAULT_TIMEOUT, Settings
from assistant.models import naming
from assistant.models.base import Embedder
from assistant.models.integrations import PREFIX
from assistant.models.onnx.published import BGE_SMALL

Environment = Mapping[str, str]

DEFAULT = "local"
"""The name that is meant where none is typed."""

_FORMER = ("all-MiniLM-L6-v2",)
"""The models that `local` meant in earlier versions."""


@dataclass(frozen=True, slots=True)
class EmbedderKind:
    """One kind of embedder: how it is named, opened, and told from the others by its fingerprint."""

    form: str
    """How its names look, for messages: `openai:<model>`."""
    names: str
    """A regular expression that its names match as a whole; the text of its group, or "", is the argument of `open`."""
    open: Callable[[str, Settings, Environment], Embedder]
    """(argument, settings, environment) -> the embedder, which loads its model with the first text."""
    name: Callable[[str], str | None]
    """The fingerprint of an embedder or a library -> the name to type for it; None where it is of another kind."""
    free: bool
    """Whether it computes on this machine and costs nothing but time: `reindex` then need not ask."""
    fingerprint: Callable[[str, Settings, Environment], str] | None = None
    """(argument, settings, environment) -> its fingerprint, where `open` may fail for want of a model's files."""
    variable: str = ""
    """The variable of the environment that decides, beside the name, which embedder is meant; "" for none."""


def _open_local(argument: str, settings: Settings, environment: Environment) -> Embedder:
    from assistant.models.onnx.local import local_embedder

    return local_embedder(environment)


def _local_fingerprint(argument: str, settings: Settings, environment: Environment) -> str:
    return BGE_SMALL.fingerprint


def _local_name(fingerprint: str) -> str | None:
    """All that ever was the local embedder has one name: it opens the newest."""
    names = "|".join(map(re.escape, (BGE_SMALL.name, *_FORMER)))
    return "local" if re.match(rf"(?:{names})@[0-9a-f]{{8}}/(?:int8|fp32)/", fingerprint) else None


def _open_folder(argument: str, settings: Settings, environment: Environment) -> Embedder:
    from assistant.models.onnx.local import folder_embedder

    return folder_embedder(argument, environment)


def _folder_name(fingerprint: str) -> str | None:
    match = re.match(r"onnx:(.+)@[0-9a-f]{8}/[0-9]+(?:\+|$)", fingerprint, re.DOTALL)
    return f"onnx:{match[1]}" if match else None


def _open_openai(argument: str, settings: Settings, environment: Environment) -> Embedder:
    from assistant.models.openai.client import resolve_base_url
    from assistant.models.openai.embeddings import OpenAIEmbedder
    from assistant.models.openai.ownership import refusal

    base_url = resolve_base_url(settings.base_url)
    key = environment.get("OPENAI_API_KEY", "")
    deadline, reason = settings.timeout or DEFAULT_TIMEOUT, refusal(argument, settings.base_url, environment)
    return OpenAIEmbedder(argument, key=key, base_url=base_url, deadline=deadline, refusal=reason)


def _openai_name(fingerprint: str) -> str | None:
    name, at, _ = fingerprint.partition("@")
    return f"openai:{name}" if at and not name.startswith(PREFIX) else None


def _open_hashing(argument: str, settings: Settings, environment: Environment) -> Embedder:
    from assistant.models.hashing import DIMENSION, HashingEmbedder

    return HashingEmbedder(int(argument or DIMENSION))


def _hashing_name(fingerprint: str) -> str | None:
    match = re.match(r"hashed-words/([1-9][0-9]{0,3})(?:\+|$)", fingerprint)
    return f"hashing:{match[1]}" if match else None


def _open_llama(argument: str, settings: Settings, environment: Environment) -> Embedder:
    from assistant.models.llama_index_embeddings import open_embedder

    return open_embedder(argument)


def _llama_fingerprint(argument: str, settings: Settings, environment: Environment) -> str:
    return f"{PREFIX}{argument}"


def _llama_name(fingerprint: str) -> str | None:
    match = re.match(rf"{PREFIX}.+?(?=\+(?:paper|title)\b|$)", fingerprint, re.DOTALL)
    return match[0] if match else None


EMBEDDERS: tuple[EmbedderKind, ...] = (
    EmbedderKind(
        form="local",
        names="local",
        open=_open_local,
        name=_local_name,
        free=True,
        fingerprint=_local_fingerprint,
    ),
    EmbedderKind(
        form="onnx:<folder>",
        names=r"onnx:(.*\S.*)",
        open=_open_folder,
        name=_folder_name,
        free=True,
    ),
    EmbedderKind(
        form="openai:<model>",
        names=r"openai:(.*\S.*)",
        open=_open_openai,
        name=_openai_name,
        free=False,
        variable="OPENAI_BASE_URL",
    ),
    EmbedderKind(
        form="hashing:<dimension>",
        names="hashing(?::([1-9][0-9]{0,3}))?",
        open=_open_hashing,
        name=_hashing_name,
        free=True,
    ),
    EmbedderKind(
        form="llama-index:<integration>/<model>",
        names=rf"{PREFIX}([^/]+/.*\S.*)",
        open=_open_llama,
        name=_llama_name,
        free=False,
        fingerprint=_llama_fingerprint,
    ),
)
"""The kinds of embedders, in the order in which a name or a fingerprint is tried with them."""


def find_kind(name: str, kinds: Sequence[EmbedderKind] = EMBEDDERS) -> tuple[EmbedderKind, str]:
    """Return the kind that a name is of, and the argument in it; raises `UsageError` where it is of none.

    >>> kind, argument = find_kind("openai:text-embedding-3-small")
    >>> kind.form, argument
    ('openai:<model>', 'text-embedding-3-small')
    """
    return naming.find_kind(name, kinds, "embedder")


def open_embedder(settings: Settings, environment: Environment, kinds: Sequence[EmbedderKind] = EMBEDDERS) -> Embedder:
    """Return the embedder of these settings; raises `UsageError` where there is none, or its model is not there."""
    kind, argument = find_kind(settings.embedder or DEFAULT, kinds)
    return kind.open(argument, settings, environment)


def fingerprint(settings: Settings, environment: Environment, kinds: Sequence[EmbedderKind] = EMBEDDERS) -> str:
    """Return the fingerprint that the embedder of these settings has; asks no endpoint and loads no model."""
    kind, argument = find_kind(settings.embedder or DEFAULT, kinds)
    if kind.fingerprint:
        return kind.fingerprint(argument, settings, environment)
    return kind.open(argument, settings, environment).fingerprint


def recognise(fingerprint: str, kinds: Sequence[EmbedderKind] = EMBEDDERS) -> tuple[EmbedderKind, str] | None:
    """Return the kind of embedder that has this fingerprint, or made a library with it, and the name to type for it.

    None where no kind knows it.

    >>> [recognise(built)[1] for built in ("hashed-words/64+title/1", "m@api.openai.com/v1/8000+title/1")]
    ['hashing:64', 'openai:m']
    """
    for kind in kinds:
        if name := kind.name(fingerprint):
            return kind, name
    return None
