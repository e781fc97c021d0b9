"""Every exception that the client or its HTTP library has -> an error of ours, without the key."""

import inspect
import ssl
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest
from support.endpoint import chunk, encoded
from support.replies import ASKED, KEY

from assistant.domain.errors import ModelError
from assistant.models.openai.chat import OpenAIModel


def _errors() -> Iterator[Exception]:
    """One of every exception of the two vendors, each quoting the key."""
    request = httpx.Request("POST", "http://127.0.0.1/v1")
    given = {"request": request, "response": httpx.Response(418, request=request), "body": {"message": KEY}}
    given |= {"completion": SimpleNamespace(usage=None), "unsent_messages": [], "error": KEY}
    for vendor in (openai, httpx):
        for kind in list(vars(vendor).values()):
            if isinstance(kind, type) and issubclass(kind, Exception):
                yield _made(kind, {"message": KEY, **given})
    yield from (ssl.SSLError(KEY), OSError(KEY), UnicodeError(KEY), RecursionError(KEY), ValueError(KEY))


def _made(kind: type[Exception], values: dict[str, Any]) -> Exception:
    """The exception, made of as many of the values as it takes."""
    names = inspect.signature(kind.__init__).parameters
    return kind(**{name: values[name] for name in names if name in values}) if "args" not in names else kind(KEY)


class Breaking(httpx.SyncByteStream):
    """A body that begins well and then raises."""

    def __init__(self, error: Exception, words: str) -> None:
        self.error = error
        self.words = words

    def __iter__(self) -> Iterator[bytes]:
        yield encoded(chunk(self.words), done=False)
        raise self.error


@pytest.mark.parametrize("error", list(_errors()), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("words", ["", "Half"])
def test_every_exception_of_the_vendors_becomes_a_model_error_or_the_cause_of_a_cut(
    error: Exception, words: str
) -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=Breaking(error, words))

    model = OpenAIModel("m", key=KEY, transport=httpx.MockTransport(breaks))
    if words and type(error) is not ValueError:  # which is what is raised for too large a reply
        reply = model.reply(ASKED)
        assert (reply.text, reply.cut) == ("Half", True)
        assert reply.break_cause
        assert KEY not in reply.break_cause
        return
    with pytest.raises(ModelError) as caught:
        model.reply(ASKED)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("error", [error for error in _errors() if isinstance(error, openai.OpenAIError)])
def test_every_exception_of_the_client_is_one_before_the_reply_too(error: Exception) -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(ModelError):
        OpenAIModel("m", key=KEY, transport=httpx.MockTransport(breaks)).reply(ASKED)
