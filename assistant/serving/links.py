"""A request -> addresses that lead its reader to papers, and whether that reader is still there."""

from urllib.parse import quote

from starlette.requests import Request

from assistant.domain.limits import ADDRESS_LIMIT
from assistant.domain.records import Paper
from assistant.serving.answer_text import Link

PAPER = "/paper/"
"""The path of a page about a paper, to be followed by its id."""


def from_request(request: Request) -> Link:
    """Return what gives a paper its own address, else that of this server's page about it."""
    base = str(request.base_url).rstrip("/")

    def link(paper: Paper) -> str:
        url = (paper.url or "").strip()
        return url if is_web(url) else f"{base}{path(paper)}"

    return link


def path(paper: Paper, sentence: str = "") -> str:
    """Return the path of this server's page about a paper, a sentence of its abstract marked there."""
    marked = f"?quote={quote(sentence, safe='')}" if sentence else ""
    return f"{PAPER}{quote(paper.id, safe='')}{marked}"


def is_web(url: str) -> bool:
    """Whether an address that a stranger gave is one of the web."""
    return url.casefold().startswith(("http://", "https://")) and len(url) <= ADDRESS_LIMIT and url.isprintable()


async def left(request: Request) -> None:
    """Return once whoever made a request, whose body was read, has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
