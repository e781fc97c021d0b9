"""A request -> addresses that lead its reader to papers, and whether that reader is still there."""

from urllib.parse import quote

from starlette.requests import Request

from assistant.domain import links
from assistant.domain.records import Paper
from assistant.serving.answer_text import Link

PAPER = "/paper/"
"""The path of a page about a paper, to be followed by its id."""


def from_request(request: Request) -> Link:
    """Return what gives a paper its own address, else that of this server's page about it."""
    base = str(request.base_url).rstrip("/")
    return lambda paper: links.link(paper) or f"{base}{path(paper)}"


def path(paper: Paper, sentence: str = "") -> str:
    """Return the path of this server's page about a paper, a sentence of its abstract marked there."""
    marked = f"?quote={quote(sentence, safe='')}" if sentence else ""
    return f"{PAPER}{quote(paper.id, safe='')}{marked}"


async def left(request: Request) -> None:
    """Return once whoever made a request, whose body was read, has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
