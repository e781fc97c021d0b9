"""A script -> what a model behind it replies, or what is said of its failure."""

import traceback
from typing import Any

import pytest
from support.endpoint import Server, Step, says, serve

from assistant.domain.errors import ModelError
from assistant.models.base import Message, Reply
from assistant.models.openai.chat import OpenAIModel

KEY = "sk-secret-0123456789abcdef"
ASKED = [Message("user", "What is Frobnicate?")]
NEXT = "or answer without a model: --model none"


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """The client loads much of itself at the first request, which is not the endpoint's time."""
    ask(says("Warm."))


def ask(script: Step | list[Step], **settings: Any) -> tuple[Reply, Server]:
    with serve(script) as server:
        return OpenAIModel("m", **{"key": KEY, "base_url": server.url} | settings).reply(ASKED), server


def failure(
    script: Step | list[Step], *, deadline: float = 5.0, key: str = KEY, largest: int = 64_000_000
) -> tuple[str, Server]:
    """What is said of the failure, once it is certain that it quotes no key and names a next step."""
    with serve(script) as server, pytest.raises(ModelError) as caught:
        OpenAIModel("m", key=key, base_url=server.url, silence=deadline, largest=largest).reply(ASKED)
    error = caught.value
    assert error.what == f"the model m at {server.url} failed"
    assert error.cure.endswith(NEXT)
    assert str(error) == f"{error.what} ({error.cause}); {error.cure}"
    assert len(server.requests) <= 3
    if key:
        assert key[:9] not in "".join(traceback.format_exception(error)) + repr(error)
    return str(error).removeprefix(error.what), server
