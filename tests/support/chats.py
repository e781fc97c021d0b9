"""What the tests of conversations stand on: the sample as a library, keys of its papers, replies of models."""

from collections.abc import Callable
from threading import Event

from support.endpoint import Exchange, Server, Step, chunk, encoded, usage
from support.terminal import PATIENCE, Terminal

from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.turns import Conversation
from assistant.domain import identifiers
from assistant.retrieval.keys import citation_keys

Chat = Callable[..., Terminal]
"""Opens a chat on a terminal."""
Talk = Callable[..., tuple[int, str]]
"""Pipes lines into a chat."""
OVEROPTIMIZATION = "How can reward overoptimization be mitigated?"
ENSEMBLES = "Reward Model Ensembles Help Mitigate Overoptimization"
SCALING = "Scaling Laws for Reward Model Overoptimization"
FOLLOW_UP = "What about ensembles?"
HERDING = "Helping or Herding? Reward Model Ensembles Mitigate but do not Eliminate Reward Hacking"


def key(title: str) -> str:
    """The key under which a model cites a paper of the sample."""
    id = identifiers.title_id(title)
    return citation_keys([id])[id]


WRITTEN = f"**Conservative** objectives all but remove reward overoptimization [{key(ENSEMBLES)}]."
"""A reply with some Markdown, whose claim its paper supports."""
SAID = "**Conservative** objectives all but remove reward overoptimization. [1]"
"""How the answer shows it."""


def paused(go: Event, first: str, rest: str = "") -> Step:
    """Stream the beginning of a reply, and the rest once the test says so."""

    def step(exchange: Exchange) -> None:
        exchange.begin()
        exchange.send(encoded(chunk(first), done=False))
        if go.wait(PATIENCE):
            exchange.send(encoded(chunk(rest), chunk(finish="stop"), usage(9_000, 9)))
            exchange.end()

    return step


def messages(server: Server) -> list[list[str]]:
    """The texts of the messages of each request."""
    return [[message["content"] for message in request.body["messages"]] for request in server.requests]


def only(archive: Archive) -> Conversation:
    """The one conversation that is kept."""
    [id] = archive.ids()
    return archive.load(id)
