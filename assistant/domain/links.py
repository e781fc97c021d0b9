"""A paper -> the address on the web where it can be read."""

from urllib.parse import quote, urlsplit

from assistant.domain.identifiers import global_ids, identity
from assistant.domain.records import Paper


def link(paper: Paper) -> str | None:
    """Return its own address where that is one of the web, else that of its arXiv id or its DOI; None where there is
    none.

    >>> link(Paper("2210.10760", "Scaling Laws", "…", url="javascript:alert(1)"))
    'https://arxiv.org/abs/2210.10760'
    """
    if paper.url and is_web_address(paper.url):
        return paper.url
    for id in global_ids((paper.id, *paper.aliases)):
        site = "https://arxiv.org/abs/" if identity(id).startswith("arxiv:") else "https://doi.org/"
        return site + quote(id, safe="/:;().,_-")
    return None


def is_web_address(text: str) -> bool:
    """Whether a text is an address of the web with a host, and has nothing in it that is not seen.

    >>> [is_web_address(text) for text in ("https://arxiv.org/abs/1", "file:///etc/passwd", "https://", "http://a b")]
    [True, False, False, False]
    """
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
