"""Texts -> vectors from any OpenAI-compatible /embeddings endpoint, each reply checked before it is believed."""

import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from assistant.domain import settings
from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.models.openai.chat import http_client, redact_address

if TYPE_CHECKING:
    import httpx

Vectors = NDArray[np.float32]

_BATCH = 32
_RETRIES = 2
_LARGEST_REPLY = 64_000_000  # bytes; 32 vectors of 4,096 numbers spelled out are 3 MB
_NOTHING = "."
"""Sent for a blank text, which endpoints refuse."""


class RemoteEmbedder:
    """One embedding model behind one endpoint. The key is sent to the endpoint and appears nowhere else; nor does a
    password in the endpoint's address."""

    def __init__(
        self,
        name: str,
        base_url: str,
        key: str,
        *,
        dimension: int | None = None,
        deadline: float = 120.0,
        longest: int = 8_000,
    ) -> None:
        """`deadline` is in seconds, for one request with its retries; texts are cut after `longest` characters."""
        self.name = name
        self._address = settings.address(base_url)
        self._key = key
        self._base_url = base_url
        self._dimension = dimension
        self._deadline = deadline
        self._longest = longest

    def __repr__(self) -> str:
        return f"RemoteEmbedder({self.name!r}, base_url={redact_address(self._base_url)!r})"

    @property
    def fingerprint(self) -> str:
        """The model and where it is: two servers may mean different models by one name."""
        return f"{self.name}@{self._address}/{self._longest}"

    @property
    def dimension(self) -> int:
        """Length of one vector; asks the endpoint where it is not known yet."""
        return self._dimension or self.embed(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """One row of length one a text, in the given order; `progress` hears how many are done."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        rows: list[Vectors] = []
        with http_client(self._base_url, self._deadline / (1 + _RETRIES)) as http:
            for start in range(0, len(texts), _BATCH):
                batch = [self._sendable(text) for text in texts[start : start + _BATCH]]
                rows.append(self._checked(self._request(http, batch), len(batch)))
                if progress:
                    progress(start + len(batch))
        return np.concatenate(rows)

    def _sendable(self, text: str) -> str:
        cut = text[: self._longest].encode("utf-8", "replace").decode("utf-8")
        return cut if cut.strip() else _NOTHING

    def _request(self, http: "httpx.Client", texts: Sequence[str]) -> bytes:
        """The body of the reply, read within the deadline; raises `ModelError`."""
        import httpx
        import openai

        stop = time.monotonic() + self._deadline
        try:
            client = openai.OpenAI(
                api_key=self._key or "none", base_url=self._base_url, max_retries=_RETRIES, http_client=http
            )
            request = client.embeddings.with_streaming_response
            with request.create(model=self.name, input=texts, encoding_format="float") as response:
                return self._read(response, stop)
        # Not `from error`: the vendors' messages may quote what is secret, and would be part of a traceback.
        except openai.APIStatusError as error:
            raise self._failed(f"status {error.status_code}: {error.message}") from None
        except (openai.APITimeoutError, httpx.TimeoutException):
            raise self._failed("no answer in time") from None
        except (openai.APIConnectionError, httpx.HTTPError) as error:
            raise self._failed(f"the connection failed: {error.__cause__ or error}") from None
        except (openai.OpenAIError, ValueError) as error:
            raise self._failed(str(error)) from None

    def _read(self, response: Any, stop: float) -> bytes:
        """The body, no longer and no later than allowed: the client's own timeout is for each read."""
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _LARGEST_REPLY:
                raise self._failed(f"the reply is larger than {_LARGEST_REPLY:,} bytes")
            if time.monotonic() > stop:
                raise self._failed(f"the reply took longer than {self._deadline:g} seconds")
        return bytes(body)

    def _checked(self, body: bytes, count: int) -> Vectors:
        """The vectors of a reply, in order and of length one, where it holds just these."""
        try:
            data = json.loads(body)["data"]
            items = {item["index"]: item["embedding"] for item in data}
            vectors = np.array([items[index] for index in range(count)], np.float64)
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise self._failed(f"the reply is not a list of {count} vectors ({type(error).__name__})") from error
        if len(data) != count or vectors.ndim != 2 or vectors.shape[1] == 0:
            raise self._failed(f"the reply is not a list of {count} vectors")
        if self._dimension not in (None, vectors.shape[1]):
            raise self._failed(f"vectors of {vectors.shape[1]} numbers came where {self._dimension} were expected")
        with np.errstate(over="ignore"):
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._failed("a vector of the reply is zero or not finite")
        self._dimension = vectors.shape[1]
        return np.asarray(vectors / lengths, np.float32)

    def _failed(self, why: str) -> ModelError:
        password = urlsplit(self._base_url).password or ""
        for secret in filter(None, (self._key, password, unquote(password))):
            why = why.replace(secret, "***")
        told = one_line(f"the embedding model {self.name} at {redact_address(self._base_url)} failed: {why}")[:600]
        return ModelError(f"{told}. Check the endpoint's address, its key and the name of the model")
