"""Messages -> a reply from any OpenAI-compatible endpoint, streamed, within a deadline and a size."""

import ipaddress
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.model import Message, Reply
from assistant.terminal import line

if TYPE_CHECKING:
    import httpx

OFFICIAL = "https://api.openai.com/v1"
_LONGEST = 200_000  # characters; an answer has a few thousand
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)


class OpenAIModel:
    """One model behind one endpoint. The key is sent to the endpoint and appears nowhere else."""

    def __init__(self, name: str, *, key: str, base_url: str = OFFICIAL, deadline: float = 120.0) -> None:
        """`deadline` is in seconds, for a whole reply."""
        self.name = name
        self._key = key
        self._base_url = base_url
        self._deadline = deadline

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self._base_url!r})"

    def reply(self, messages: Sequence[Message], heard: Callable[[str], None] | None = None) -> Reply:
        """Return the whole reply; raises `ModelError` where it fails, breaks off or takes too long."""
        import httpx
        import openai

        try:
            with http_client(self._base_url, self._deadline) as http:
                client = openai.OpenAI(
                    api_key=self._key or "none", base_url=self._base_url, max_retries=2, http_client=http
                )
                return self._listen(self._stream(client, messages), heard)
        except openai.APIStatusError as error:
            raise self._failed(f"status {error.status_code}: {error.message}") from error
        except (openai.APITimeoutError, httpx.TimeoutException) as error:
            raise self._failed("no answer in time") from error
        except (openai.APIConnectionError, httpx.HTTPError) as error:
            raise self._failed(f"the connection failed: {error.__cause__ or error}") from error
        except (openai.OpenAIError, ValueError) as error:
            raise self._failed(str(error)) from error

    def _stream(self, client: Any, messages: Sequence[Message]) -> Iterator[Any]:
        import openai

        request = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "temperature": 0,
            "stream": True,
        }
        try:
            yield from client.chat.completions.create(**request, stream_options={"include_usage": True})
        except openai.BadRequestError as error:
            # Some servers refuse what they do not know; ask for nothing but the reply.
            if not {"stream_options", "temperature"} & set(re.findall(r"\w+", error.message)):
                raise
            request.pop("temperature")
            yield from client.chat.completions.create(**request)

    def _listen(self, stream: Iterator[Any], heard: Callable[[str], None] | None) -> Reply:
        stop = time.monotonic() + self._deadline
        pieces: list[str] = []
        length, finish, usage, model = 0, None, None, self.name
        for event in stream:
            if time.monotonic() > stop:
                raise self._failed(f"the reply took longer than {self._deadline:.0f} seconds")
            usage = getattr(event, "usage", None) or usage
            model = getattr(event, "model", None) or model
            for choice in getattr(event, "choices", None) or ():
                finish = choice.finish_reason or finish
                piece = getattr(choice.delta, "content", None) or ""
                length += len(piece)
                if length > _LONGEST:
                    raise self._failed(f"the reply is longer than {_LONGEST:,} characters")
                pieces.append(piece)
                if heard and piece:
                    heard(piece)
        text = _THOUGHTS.sub("", "".join(pieces)).strip()
        if finish is None:
            why = "the reply broke off" if pieces else "what came back is not a reply of an OpenAI-compatible endpoint"
            raise self._failed(why)
        if not text:
            raise self._failed("the reply is empty")
        return Reply(text, str(model), finish != "stop", *_tokens(usage))

    def _failed(self, why: str) -> ModelError:
        told = line(why)[:500]
        if self._key:
            told = told.replace(self._key, "***")
        return ModelError(
            f"the model {self.name} at {self._base_url} failed: {told}. "
            "Check OPENAI_BASE_URL, OPENAI_API_KEY and --model, or answer without a model: --model none"
        )


def http_client(base_url: str, deadline: float) -> "httpx.Client":
    """Return a client that follows no redirect (the question would go elsewhere) and no proxy to this machine."""
    import httpx

    host = urlsplit(base_url).hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    timeout = httpx.Timeout(min(60.0, deadline), connect=min(5.0, deadline))
    return httpx.Client(follow_redirects=False, trust_env=not loopback, timeout=timeout)


def _tokens(usage: Any) -> tuple[int | None, int | None]:
    counts = (getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None))
    return counts[0] if isinstance(counts[0], int) else None, counts[1] if isinstance(counts[1], int) else None
