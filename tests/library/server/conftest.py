"""One Chroma server for all tests of libraries at servers, and a collection of its own for each test."""

import itertools
from collections.abc import Iterator

import pytest
from support import chroma_servers

from assistant.library.server.address import parse
from assistant.library.server.client import Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server."""
    with chroma_servers.serve(tmp_path_factory.mktemp("chroma")) as address:
        yield address


@pytest.fixture
def address(chroma: str) -> str:
    """The address of a library that is not there yet."""
    return f"{chroma}?collection=papers-{next(_numbers)}"


@pytest.fixture
def server(address: str) -> Iterator[Server]:
    """A connection to that place."""
    with Server(parse(address, {}), "") as opened:
        yield opened
