"""An address of an endpoint -> refused where it is none, and its password shown nowhere."""

import socket
import traceback

import pytest
from support.endpoint import refuses, serve
from support.faults import KEY

from assistant.domain.errors import ModelError, UsageError
from assistant.models.openai.embeddings import OpenAIEmbedder


def test_nobody_at_the_address_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="the connection failed"):
            OpenAIEmbedder("m", key="", base_url=url).embed(["a"])


@pytest.mark.parametrize("url", ["nowhere", "http://[::1", "ftp://127.0.0.1/v1", "http://host:port/v1", "https://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError, match="is not the address of an endpoint"):
        OpenAIEmbedder("m", key=KEY, base_url=url)


PASSWORD = "hunter2/secret"


def test_a_password_in_the_address_is_shown_nowhere() -> None:
    with serve(refuses(401, f"no {PASSWORD}, {KEY}")) as server:
        url = server.url.replace("http://", f"http://me:{PASSWORD.replace('/', '%2F')}@")
        port = OpenAIEmbedder("m", key=KEY, base_url=f"{url}?token=hunter2")
        assert repr(port) == f"OpenAIEmbedder('m', base_url='{server.url}')"
        assert port.fingerprint == OpenAIEmbedder("m", key=KEY, base_url=server.url).fingerprint
        with pytest.raises(ModelError) as caught:
            port.embed(["a"])
    assert caught.value.what == f"the embedding model m at {server.url} failed"
    for secret in ("hunter2", KEY):
        assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("url", ["http://me:hunter2@[::1", "ftp://me:hunter2@127.0.0.1", "http://me:hunter2/x@host"])
def test_an_address_that_is_none_shows_no_password(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        OpenAIEmbedder("m", key=KEY, base_url=url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
