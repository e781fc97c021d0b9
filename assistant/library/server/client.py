"""An address and a key -> the collections of a Chroma server, and failures told with the address and no secret."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.domain.errors import LibraryError
from assistant.domain.sanitize import one_line
from assistant.library.server.address import KEY, Address

Metadata = Mapping[str, Any]
PAGE = 300
"""Records that are written, or read whole, at once: as many as Chroma Cloud allows."""
_IDS = 5_000  # ids alone that another server is asked for at once
_CONNECT_SECONDS = 10.0
_SECONDS = 120.0  # that a reply may take
_LONGEST_CAUSE = 300  # characters
_NO_SPARSE = "sparse vector indexing is not enabled"
SPARSE_KEY = "words"
"""The key of the sparse vectors, on a server that has such."""


class Server:
    """An open connection, which is a context manager. Raises `LibraryError` with the address where the server cannot be
    reached, refuses the key, or fails."""

    def __init__(self, address: Address, key: str) -> None:
        """Connect, which asks the server for its version, and whether it has the tenant and the database."""
        self.address = address
        self._key = key
        with self.translated():
            self._client = self._connect()
            session = self._client._server._session
            session.timeout = _SECONDS  # the public client waits for ever

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        with contextlib.suppress(Exception):
            self._client._server._session.close()

    @property
    def most_ids(self) -> int:
        """How many ids alone may be asked for at once."""
        return PAGE if self.address.is_cloud else _IDS

    def metadata(self, name: str) -> dict[str, Any] | None:
        """Return what is noted of a collection; None where there is no such collection."""
        collection = self._collection(name)
        return None if collection is None else dict(collection.metadata or {})

    def create(self, name: str, metadata: Metadata) -> bool:
        """Create a collection of notes alone; return whether it was not there, which is so for one of several who try.
        Chroma keeps the names of a database unique."""
        return self._created(name, metadata) is not None

    def create_records(self, name: str, metadata: Metadata) -> bool:
        """Create the collection of records: with sparse vectors where the server has these, else without, and note
        which. Return whether it was not there."""
        import chromadb

        schema = chromadb.Schema()
        schema.create_index(config=chromadb.VectorIndexConfig(space="cosine"))
        schema.create_index(config=chromadb.SparseVectorIndexConfig(bm25=True), key=SPARSE_KEY)
        try:
            return self._created(name, {**metadata, "words": "sparse"}, schema=schema) is not None
        except LibraryError as error:
            if _NO_SPARSE not in str(error.__cause__).casefold():
                raise
            configuration = {"hnsw": {"space": "cosine"}}
            return self._created(name, {**metadata, "words": "text"}, configuration=configuration) is not None

    def note(self, name: str, metadata: Metadata) -> None:
        """Replace what is noted of a collection, if it is there."""
        collection = self._collection(name)
        if collection is not None:
            with self.translated():
                collection.modify(metadata=dict(metadata))

    def drop(self, name: str) -> None:
        """Delete a collection, if it is there."""
        from chromadb import errors

        with self.translated(), contextlib.suppress(errors.NotFoundError):
            self._client.delete_collection(name)

    def names(self, beginning: str) -> list[str]:
        """Return the names of the collections that begin so."""
        names: list[str] = []
        with self.translated():
            while page := self._client.list_collections(limit=PAGE, offset=len(names)):
                names += [collection.name for collection in page]
        return [name for name in names if name.startswith(beginning)]

    def open(self, name: str) -> Any:
        """Return the collection of this name as the public client has it; raises `LibraryError` where it is missing."""
        collection = self._collection(name)
        if collection is None:
            raise self.missing()
        return collection

    def missing(self) -> LibraryError:
        """Return what to raise where there is no library at the address."""
        cure = f"make it with `assistant ingest PATH --vectors '{self.address}'`"
        return LibraryError("there is no library here", path=str(self.address), cure=cure)

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Turn whatever the public client raises into a `LibraryError` that names the address and no secret."""
        try:
            yield
        except LibraryError:
            raise
        except Exception as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> LibraryError:
        import httpx

        said = one_line(str(error))[:_LONGEST_CAUSE]
        cause = f"{type(error).__name__}: {said.replace(self._key, '…') if self._key else said}"
        place = str(self.address)
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
        if isinstance(error, httpx.TransportError) or said.startswith("Could not connect to a Chroma server"):
            what, cure = "the Chroma server cannot be reached", "check the address, and that the server is running"
        elif status in (401, 403) or type(error).__name__ in ("AuthorizationError", "ChromaAuthError"):
            what, cure = "the Chroma server refuses the key", f"check {KEY}, the tenant and the database"
        elif type(error).__name__ == "NotFoundError":
            what, cure = "the Chroma server has no such database", "check ?tenant= and ?database= of the address"
        else:
            what, cure = "the Chroma server failed", "look at the server's log; then try again"
        return LibraryError(what, path=place, cause=cause, cure=cure)

    def _collection(self, name: str) -> Any | None:
        from chromadb import errors

        with self.translated():
            try:
                return self._client.get_collection(name, embedding_function=None)
            except errors.NotFoundError:
                return None

    def _created(self, name: str, metadata: Metadata, **options: Any) -> Any | None:
        """Return the new collection, None where somebody else has created it."""
        try:
            with self.translated():
                return self._client.create_collection(name, metadata=dict(metadata), embedding_function=None, **options)
        except LibraryError:  # servers say in several ways that it is there
            if self._collection(name) is None:
                raise
            return None

    def _connect(self) -> Any:
        import chromadb
        import httpx
        from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings

        place = self.address
        host = f"[{place.host}]" if ":" in place.host else place.host
        base = f"http{'s' * place.tls}://{host}:{place.port}{place.path}"
        # Before the public client, which waits for ever for a server that does not answer.
        httpx.get(f"{base}/api/v2/heartbeat", timeout=_CONNECT_SECONDS, trust_env=not place.is_loopback)
        if place.is_cloud:
            quiet = Settings(_env_file=None, anonymized_telemetry=False)
            return chromadb.CloudClient(place.tenant, place.database, self._key, quiet)
        headers = {"X-Chroma-Token": self._key, "Authorization": f"Bearer {self._key}"} if self._key else {}
        server = f"{base}/api/v2" if place.path else host
        quiet = Settings(
            _env_file=None, anonymized_telemetry=False, chroma_server_host=server, chroma_server_http_port=place.port
        )
        names = place.tenant or DEFAULT_TENANT, place.database or DEFAULT_DATABASE
        return chromadb.HttpClient(server, place.port, place.tls, headers, quiet, *names)
