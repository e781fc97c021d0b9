"""Ids as sources give them -> what two spellings of one id have in common; titles -> ids of papers without one."""

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import unquote

from assistant.domain.titles import NORMALISATION_VERSION, normalise

_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|format)/|(?:https?://)?huggingface\.co/papers/"
    r"|arxiv:\s*|(?:https?://)?(?:dx\.)?(?:doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    r"(?P<number>[0-9]{4}\.[0-9]{4,5}|[a-z][a-z\-]*(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]{1,3})?(?:\.pdf)?/?",
    re.IGNORECASE,
)
# An id made from a title, by any version of the normalisation ("t-" by the first), is no source's id, wherever it comes
# back from.
_OWN = re.compile(r"t[0-9]{0,3}-[0-9a-f]{12}")
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.[0-9]{4,9}/\S+)", re.IGNORECASE)
LOCAL = "id:"
"""What the identity of an id begins with that means something within its source alone."""


def identity(given: str) -> str:
    """What two spellings of one id have in common: "arXiv:2401.00001v2" -> "arxiv:2401.00001"; DOIs without case."""
    plain = given.strip()
    if match := _ARXIV.fullmatch(plain):
        return "arxiv:" + match["number"].lower()
    if match := _DOI.fullmatch(plain):
        return "doi:" + match["doi"].casefold()
    return LOCAL + given


def source_identity(given: str, source: str) -> str:
    """`identity` of an id that `source` gives, together with the source where the id means something there alone.

    >>> source_identity("7", "a.jsonl") == source_identity(qualified("7", "a.jsonl"), "a.jsonl")
    True
    """
    key = identity(given)
    return f"{LOCAL}{source}\0{given.removesuffix(qualified('', source))}" if is_local(key) else key


def bare(given: str) -> str | None:
    """An arXiv id or a DOI without what stands around it, None for what is neither.

    >>> bare("https://arxiv.org/abs/2401.00001v2"), bare("doi:10.1000/ABC"), bare("7")
    ('2401.00001', '10.1000/ABC', None)
    """
    plain = given.strip()
    plain = unquote(plain) if "%" in plain and "://" in plain else plain
    if match := _ARXIV.fullmatch(plain):
        return match["number"]
    match = _DOI.fullmatch(plain)
    return match["doi"] if match and match["doi"].isprintable() else None


def global_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """The first arXiv id and the first DOI among texts that may be ids, in this order, without what stands around them.

    >>> global_ids(["10.1000/abc", "https://example.org", "10.48550/arXiv.2401.00001"])
    ('2401.00001', '10.1000/abc')
    """
    ids = [id for text in texts if (id := bare(text))]
    firsts = (next((id for id in ids if identity(id).startswith(kind)), None) for kind in ("arxiv:", "doi:"))
    return tuple(id for id in firsts if id)


def qualified(given: str, source: str) -> str:
    """A source's own id with the name of the source: "7@a.jsonl"."""
    return f"{given}@{source}"


def alias(key: str) -> str:
    """An id that has the `source_identity` `key`: "2401.00001", "10.1000/abc", "7@a.jsonl"."""
    kind, _, rest = key.partition(":")
    source, separator, given = rest.partition("\0")
    return qualified(given, source) if is_local(key) and separator else rest if kind in ("arxiv", "doi") else key


def is_local(key: str) -> bool:
    """Whether an identity means something only within its source, as a row number does."""
    return key.startswith(LOCAL)


def is_own(given: str) -> bool:
    """Whether an id was made from a title."""
    return bool(_OWN.fullmatch(given))


def title_id(title: str) -> str:
    """The id of a paper whose source gives none: "t2-" and 12 digits of the SHA-256 of its normalised title.

    The number is the version of the normalisation: where that changes, ids do, and an old id is still known for one.
    """
    return f"t{NORMALISATION_VERSION}-{digest(normalise(title))[:12]}"


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal; a paper's citation key is the beginning of that of its id."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
