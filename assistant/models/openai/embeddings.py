"""Texts -> vectors from any OpenAI-compatible /embeddings endpoint, each reply checked before it is believed."""

import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.domain import settings
from assistant.domain.errors import ModelError
from assistant.models.openai.client import OFFICIAL, UNUSABLE_KEY, Endpoint, explain, vendor_errors

if TYPE_CHECKING:
    import httpx

_BATCH = 32  # texts of one request
_RETRIES = 2
_LARGEST_REPLY = 64_000_000  # bytes; 32 vectors of 4,096 numbers spelled out are 3 MB
_BLANK = "."
"""Sent for a blank text, which endpoints refuse."""


class OpenAIEmbedder:
    """One embedding model behind one endpoint. The key is sent to the endpoint and appears nowhere else; nor does a
    password in the endpoint's address."""

    def __init__(
        self,
        name: str,
        *,
        key: str,
        base_url: str = OFFICIAL,
        dimension: int | None = None,
        deadline: float = 120.0,
        longest: int = 8_000,
    ) -> None:
        """`deadline` is in seconds, for one request with its retries; texts are cut after `longest` characters.

        Raises `UsageError` where `base_url` is no address.
        """
        self.name = name
        self._address = settings.address(base_url)
        self._endpoint = Endpoint(base_url, key)
        self._dimension = dimension
        self._deadline = deadline
        self._longest = longest

    def __repr__(self) -> str:
        return f"OpenAIEmbedder({self.name!r}, base_url={str(self._endpoint)!r})"

    @property
    def fingerprint(self) -> str:
        """The model and where it is: two servers may mean different models by one name."""
        return f"{self.name}@{self._address}/{self._longest}"

    @property
    def dimension(self) -> int:
        """The number of components of a vector; asks the endpoint where it is not known yet."""
        return self._dimension or self.embed(["dimension"]).shape[1]

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return one row of length one a text, in the given order; `on_progress` gets how many are done.

        Raises `ModelError` where the endpoint fails, or replies with anything but one vector a text.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        if not self._endpoint.has_usable_key:
            raise self._failure(UNUSABLE_KEY)
        rows: list[NDArray[np.float32]] = []
        with self._endpoint.http_client(self._deadline / (1 + _RETRIES)) as http:
            for start in range(0, len(texts), _BATCH):
                batch = [self._sendable(text) for text in texts[start : start + _BATCH]]
                rows.append(self._parse(self._request(http, batch), len(batch)))
                if on_progress:
                    on_progress(start + len(batch))
        return np.concatenate(rows)

    def _sendable(self, text: str) -> str:
        beginning = text[: self._longest].encode("utf-8", "replace").decode("utf-8")
        return beginning if beginning.strip() else _BLANK

    def _request(self, http: "httpx.Client", texts: Sequence[str]) -> bytes:
        """Return the body of the reply, read within the deadline; raises `ModelError`."""
        stop = time.monotonic() + self._deadline
        try:
            request = self._endpoint.openai_client(http, _RETRIES).embeddings.with_streaming_response
            with request.create(model=self.name, input=texts, encoding_format="float") as response:
                return self._read(response, stop)
        # Not `from error`: the vendors' messages may quote what is secret, and would be part of a traceback.
        except vendor_errors() as error:
            raise self._failure(explain(error)[0]) from None

    def _read(self, response: Any, stop: float) -> bytes:
        """Return the body, no longer and no later than allowed: the client's own timeout is for each read."""
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > _LARGEST_REPLY:
                raise self._failure(f"the reply is larger than {_LARGEST_REPLY:,} bytes")
            if time.monotonic() > stop:
                raise self._failure(f"the reply took longer than {self._deadline:g} seconds")
        return bytes(body)

    def _parse(self, body: bytes, count: int) -> NDArray[np.float32]:
        """Return the `count` vectors of a reply, in order and of length one; raises `ModelError` for another reply."""
        try:
            data = json.loads(body)["data"]
            items = {item["index"]: item["embedding"] for item in data}
            vectors = np.array([items[index] for index in range(count)], np.float64)
        # Not `from error`, which may quote what the reply holds.
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise self._failure(f"the reply is not a list of {count} vectors: {type(error).__name__}") from None
        if len(data) != count or vectors.ndim != 2 or vectors.shape[1] == 0:
            raise self._failure(f"the reply is not a list of {count} vectors")
        if self._dimension not in (None, vectors.shape[1]):
            raise self._failure(f"vectors of {vectors.shape[1]} numbers came where {self._dimension} were expected")
        with np.errstate(over="ignore"):
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise self._failure("a vector of the reply is zero or not finite")
        self._dimension = vectors.shape[1]
        return np.asarray(vectors / lengths, np.float32)

    def _failure(self, cause: str) -> ModelError:
        cure = "check the endpoint's address, its key and the name of the model"
        return self._endpoint.failure(f"the embedding model {self.name}", cause, cure)
