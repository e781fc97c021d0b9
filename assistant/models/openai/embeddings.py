"""Texts -> vectors from any OpenAI-compatible /embeddings endpoint, each reply checked before it is believed."""

import contextlib
import json
from collections.abc import Callable, Generator, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.domain import settings
from assistant.domain.errors import ModelError, UsageError
from assistant.domain.sanitize import encodable
from assistant.models.openai.batches import Batch, BatchQueue, Pace
from assistant.models.openai.client import OFFICIAL, UNUSABLE_KEY, Endpoint, explain, vendor_errors

if TYPE_CHECKING:
    from assistant.models.openai.deadline import BoundedCall

_LARGEST_DIMENSION = 16_384  # of any model while its own is not known; 12,288 is the largest of OpenAI's
_LARGEST_NUMBER = 48  # bytes of a component in JSON: 24 for a double, and as many of white space
_REST = 1_000  # bytes of a reply for each vector, and once, beside its components
_TOO_LARGE = frozenset({400, 413, 422})  # statuses by which servers refuse a batch
_CHECK_ALL = "check the endpoint's address, its key and the name of the model"
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
        refusal: UsageError | None = None,
    ) -> None:
        """`deadline` is in seconds, for one request with its retries; texts are cut after `longest` characters.
        `refusal` is why no text may be sent there, and is raised when one would be.

        Raises `UsageError` where `base_url` is no address.
        """
        self.name = name
        self._address = settings.address(base_url)
        self._endpoint = Endpoint(base_url, key)
        self._dimension = dimension
        self._deadline = deadline
        self._longest = longest
        self._refusal = refusal
        self._pace = Pace()

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

        Asks for several batches at once; the first failure ends them all. Raises `ModelError` where the endpoint fails,
        or replies with anything but one vector a text; `UsageError` where no text may be sent.
        """
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        if not self._endpoint.has_usable_key:
            raise self._failure(UNUSABLE_KEY)
        if self._refusal:
            raise self._refusal
        matrices: dict[int, NDArray[np.float32]] = {}
        done = 0
        with contextlib.closing(self._replies([self._sendable(text) for text in texts])) as replies:
            for batch, body in replies:
                matrices[batch.start] = self._parse(body, len(batch.texts))
                done += len(batch.texts)
                if on_progress:
                    on_progress(done)
        return np.concatenate([matrices[start] for start in sorted(matrices)])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same as `embed`: endpoints of this kind know one kind of text."""
        return self.embed(texts)

    def _sendable(self, text: str) -> str:
        beginning = encodable(text[: self._longest])
        return beginning if beginning.strip() else _BLANK

    def _replies(self, texts: Sequence[str]) -> "Generator[tuple[Batch, bytes], None, None]":
        """Yield each batch with the body of its reply, as they arrive; raises `ModelError` for the first failure."""
        import openai  # noqa: F401  a second or more, which is not the endpoint's

        from assistant.models.openai.deadline import BoundedCall, Deadline

        queue, ended = BatchQueue(texts), SimpleQueue[BoundedCall[bytes]]()
        calls: dict[BoundedCall[bytes], Batch] = {}
        try:
            while True:
                while len(calls) < self._pace.at_once and (batch := queue.take(self._pace.texts)):
                    largest = self._largest_reply(len(batch.texts))
                    call = BoundedCall[bytes](batch.deadline or Deadline(self._deadline), largest, largest)
                    calls[call] = batch
                    call.start(partial(self._request, call, batch.texts), partial(ended.put, call))
                if not calls:
                    return
                call = self._next_of(calls, ended)
                batch = calls.pop(call)
                count = len(batch.texts)
                try:
                    body = call.result()
                except _BatchRefused as refusal:
                    if count == 1:
                        raise refusal.failure from None
                    self._pace = self._pace.refused(count)
                    queue.split(batch, self._pace.most, call.deadline)
                    continue
                yield batch, body
                self._pace = self._pace.after(count, call.seconds, self._deadline, self._dimension or 1)
        finally:
            for call in calls:
                call.end()

    def _next_of(
        self, calls: "dict[BoundedCall[bytes], Batch]", ended: "SimpleQueue[BoundedCall[bytes]]"
    ) -> "BoundedCall[bytes]":
        """Wait for the next call that ends; raises `ModelError` at the first deadline."""
        first = min(calls, key=lambda call: call.deadline.remaining)
        with contextlib.suppress(Empty):
            return ended.get(timeout=max(first.deadline.remaining, 0))
        raise self._failure(str(first.exceeded()), "check whether the endpoint is busy, and run it again")

    def _request(self, call: "BoundedCall[bytes]", texts: Sequence[str]) -> bytes:
        """Return the body of the reply; raises `ModelError`, or `_BatchRefused` for what fewer texts may cure."""
        import openai

        try:
            with self._endpoint.connect(call) as client:
                request = client.embeddings.with_streaming_response
                with request.create(model=self.name, input=texts, encoding_format="float") as response:
                    return b"".join(response.iter_bytes())
        # Not `from error`: the vendors' messages may quote what is secret, and would be part of a traceback.
        except vendor_errors() as error:
            failure = self._failure(explain(error)[0])
            if isinstance(error, openai.APIStatusError) and error.status_code in _TOO_LARGE:
                raise _BatchRefused(failure) from None
            raise failure from None

    def _largest_reply(self, count: int) -> int:
        """Return the most bytes of a reply with `count` vectors."""
        return (count * (self._dimension or _LARGEST_DIMENSION) * _LARGEST_NUMBER) + (count + 1) * _REST

    def _parse(self, body: bytes, count: int) -> NDArray[np.float32]:
        """Return the `count` vectors of a reply, in order and of length one; raises `ModelError` for another reply."""
        # Each value of JSON follows one of these marks: so it is known, before it is read, how much memory it takes.
        marks = (count + 1) * (_REST // 2)
        if body.count(b",") > count * (self._dimension or _LARGEST_DIMENSION) + marks or body.count(b"[") > marks:
            raise self._failure(f"the reply is not a list of {count} vectors")
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

    def _failure(self, cause: str, cure: str = _CHECK_ALL) -> ModelError:
        return self._endpoint.failure(f"the embedding model {self.name}", cause, cure)


class _BatchRefused(Exception):
    """The endpoint refused a batch; `failure` is what to raise where fewer texts do not cure it."""

    def __init__(self, failure: ModelError) -> None:
        super().__init__(failure.what)
        self.failure = failure
