"""What a user calls a paper, such as an address or an id -> the id by which a service knows it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from assistant.domain.errors import UsageError
from assistant.domain.identifiers import alias, bare, identity

# A page of a publisher: https://dl.acm.org/doi/abs/10.1145/3512.77?x, https://link.springer.com/article/10.1007/77
_PUBLISHER = re.compile(
    r"https?://[^\s/]+/\S*?(10\.[0-9]{4,9}/[^\s?#]+?)(?:\.pdf|/full|/abstract|/pdf|/html)?/?(?:[?#]\S*)?"
)


@dataclass(frozen=True, slots=True)
class PaperNames:
    """Ids, each once and in the order named."""

    arxiv: tuple[str, ...]
    dois: tuple[str, ...]


def parse(names: Iterable[str]) -> PaperNames:
    """The ids that names mean; raises `UsageError` for one that is none.

    >>> parse(["https://arxiv.org/abs/2210.10760v2", "10.1145/3512.77", "https://dl.acm.org/doi/pdf/10.1145/3512.78"])
    PaperNames(arxiv=('2210.10760',), dois=('10.1145/3512.77', '10.1145/3512.78'))
    """
    keys = dict.fromkeys(identity(_id(name)) for name in names)
    return PaperNames(
        tuple(alias(key) for key in keys if key.startswith("arxiv:")),
        tuple(alias(key) for key in keys if key.startswith("doi:")),
    )


def _id(name: str) -> str:
    plain = name.strip()
    if id := bare(plain) or bare(plain.partition("?")[0].partition("#")[0]):
        return id
    if match := _PUBLISHER.fullmatch(plain):
        return unquote(match[1])
    what = f"{plain[:200]!r} is no arXiv id, DOI, or address of a paper at arXiv, huggingface.co/papers or a DOI"
    raise UsageError(what, cure="name a paper such as 2210.10760, https://arxiv.org/abs/2210.10760 or 10.1145/3512")
