"""Models for the tests of programs that use the assistant: a scripted chat model, and an embedder without a model.

Neither needs a key, a network or files, and both give the same on every machine.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import ModelError
from assistant.models.base import Message, Reply
from assistant.models.hashing import HashingEmbedder

__all__ = ["HashingEmbedder", "ScriptExhausted", "ScriptedModel", "Step"]

Step = str | Reply | ModelError
"""What answers one request: the text of a reply, a whole `Reply`, or the error that is raised."""


class ScriptExhausted(AssertionError):
    """A scripted model was asked more often than its script has replies."""


class ScriptedModel:
    """A chat model that replies from a script, or by a function of the messages; it keeps what it was sent.

    A script is used up from its start, one step a request:

    >>> model = ScriptedModel(["Yeast makes dough rise.", ModelError("the model is busy")])
    >>> tokens = []
    >>> model.reply([Message("user", "What makes dough rise?")], tokens.append).text
    'Yeast makes dough rise.'
    >>> tokens
    ['Yeast ', 'makes ', 'dough ', 'rise.']
    >>> model.requests[0][-1].text
    'What makes dough rise?'
    >>> model.reply([Message("user", "And bread?")])
    Traceback (most recent call last):
    assistant.domain.errors.ModelError: the model is busy

    Asking more than was scripted is a fault of the test, and never passes for a failure of the model:

    >>> model.reply([Message("user", "And cake?")])
    Traceback (most recent call last):
    assistant.testing.ScriptExhausted: the script of 'scripted' has 2 replies, and request 3 came: 'And cake?'

    A function answers any number of requests:

    >>> echo = ScriptedModel(lambda messages: f"You said: {messages[-1].text}")
    >>> echo.reply([Message("user", "Hello")]).text
    'You said: Hello'
    """

    def __init__(self, script: Sequence[Step] | Callable[[Sequence[Message]], Step], name: str = "scripted") -> None:
        """`name` is the model's name; a `Reply` of the script may hold another. Raises `TypeError` for a lone text."""
        if isinstance(script, str):
            raise TypeError(f"a script is a list of replies or a function; write ScriptedModel([{script!r}])")
        self.name = name
        self.requests: list[tuple[Message, ...]] = []
        """The messages of each request, in the order in which they came."""
        self._function = script if callable(script) else None
        self._steps = () if callable(script) else tuple(script)
        self._lock = Lock()

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the next reply; `on_token` gets it word by word. Raises the `ModelError` of the script, or
        `ScriptExhausted`."""
        with self._lock:
            self.requests.append(tuple(messages))
            number = len(self.requests)
        step = self._function(messages) if self._function else self._step(number, messages)
        if isinstance(step, ModelError):
            raise step
        reply = Reply(step, self.name) if isinstance(step, str) else step
        if on_token:
            for word in re.findall(r"\s*\S+\s*|\s+", reply.text):
                on_token(word)
        return reply

    def _step(self, number: int, messages: Sequence[Message]) -> Step:
        if number <= len(self._steps):
            return self._steps[number - 1]
        question = messages[-1].text[-200:] if messages else ""
        raise ScriptExhausted(
            f"the script of {self.name!r} has {len(self._steps)} replies, and request {number} came: {question!r}"
        )
