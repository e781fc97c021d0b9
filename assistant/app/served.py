"""Settings -> what is read from, and written to, the place where their library is: a folder, or a Chroma server."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain.annotations import Annotations
from assistant.domain.callbacks import OnMessage, OnProgress
from assistant.domain.errors import UsageError
from assistant.domain.identifiers import identity, is_local
from assistant.domain.records import Entry, Rejection
from assistant.domain.settings import Settings, folder_of
from assistant.ingest.origins import Origin
from assistant.library.database import NAME as CATALOGUE
from assistant.library.server import address
from assistant.models.base import Embedder

if TYPE_CHECKING:
    from assistant.library.catalogue import Catalogue
    from assistant.library.past import Kind
    from assistant.library.reports import Report
    from assistant.library.server.client import Server
    from assistant.library.server.snapshot import ServerSnapshot


def snapshot(
    vectors: str, environment: Mapping[str, str], maker: Embedder | None, on_message: OnMessage
) -> "ServerSnapshot":
    """Open the library at an address, whose vectors `maker` made (None: whoever did). Raises `UsageError`,
    `LibraryError`, `FingerprintError`."""
    from assistant.library.server.snapshot import ServerSnapshot

    opened = server(vectors, environment)
    try:
        library = ServerSnapshot(opened, maker.fingerprint if maker else None, on_message=on_message)
    except BaseException:
        opened.close()
        raise
    if not library.size:
        on_message(f"the library at {vectors} is empty; `assistant ingest PATH --vectors '{vectors}'` fills it")
    return library


def server(vectors: str, environment: Mapping[str, str]) -> "Server":
    """Connect to the server at an address, with the key of the environment. Raises `UsageError`, `LibraryError`."""
    from assistant.library.server.client import Server

    place = address.parse(vectors, environment)
    return Server(place, address.key(place, environment))


def add(
    settings: Settings,
    environment: Mapping[str, str],
    rows: Iterable[Entry | Rejection],
    embedder: Embedder,
    *,
    origins: Sequence[Origin] = (),
    dry_run: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> "Report":
    """Add listings to the library of these settings; see `library.writer.add`. At a server it is not noted what the
    files were."""
    if settings.vectors is None:
        from assistant.library import writer

        return writer.add(settings.library, rows, embedder, origins=origins, dry_run=dry_run, on_progress=on_progress)
    from assistant.library.server import writer as server_writer

    with server(settings.vectors, environment) as opened:
        return server_writer.add(opened, rows, embedder, dry_run=dry_run, on_progress=on_progress)


def remove(
    settings: Settings, environment: Mapping[str, str], ids: Sequence[str], on_progress: OnProgress
) -> list[str]:
    """Take these papers out of the library of these settings, all at once; return the ids of those that were there."""
    if settings.vectors is None:
        from assistant.library import writer

        return writer.remove(settings.library, ids, on_progress)
    from assistant.library.server import writer as server_writer

    with server(settings.vectors, environment) as opened:
        return server_writer.remove(opened, ids)


def annotate(
    settings: Settings,
    environment: Mapping[str, str],
    ids: Sequence[str],
    edit: Callable[[Annotations], Annotations],
    what: "Kind",
    detail: str = "",
) -> dict[str, Annotations]:
    """Change what is said of papers of the library of these settings, all at once; return what is said of those for
    which that changed. See `editing.annotate`; at a server no change can be taken back."""
    if settings.vectors is None:
        from assistant.library import editing

        return editing.annotate(settings.library, ids, edit, what, detail)
    from assistant.library.server import writer as server_writer

    with server(settings.vectors, environment) as opened:
        return server_writer.annotate(opened, ids, edit)


@contextlib.contextmanager
def catalogue(settings: Settings, environment: Mapping[str, str]) -> "Iterator[Catalogue]":
    """Give the catalogue of the library of these settings, never of the sample."""
    from assistant.library.catalogue import Catalogue

    if settings.vectors is None:
        with contextlib.closing(Catalogue(settings.library)) as opened:
            yield opened
        return
    with contextlib.closing(snapshot(settings.vectors, environment, None, lambda _: None)) as library:
        yield library.catalogue


def require_folder(settings: Settings, what: str, cure: str) -> None:
    """Raise `UsageError` where the library is at a server, and `what` is had or done with a folder alone."""
    if settings.vectors is not None:
        raise UsageError(f"{what} is for a library in a folder, and this one is at {settings.vectors}", cure=cure)


def is_library(path: str) -> bool:
    """Whether a path is an address, or a folder with a library, rather than listings to read."""
    return _is_address(path) or (Path(path) / CATALOGUE).is_file()


def _is_address(path: str) -> bool:
    """Whether what may be a file too is the address of a server: not where there is a file of this name."""
    return address.is_address(path) and not Path(path).exists()


def fetch(
    settings: Settings, environment: Mapping[str, str], path: str, on_message: OnMessage, on_progress: OnProgress
) -> int:
    """Copy the library at an address or in a folder to the place of these settings, which must be empty; return of how
    many papers. Raises `UsageError`, also for the address of a paper, and `LibraryError`."""
    is_address = _is_address(path)
    if is_address and not is_local(identity(path)):
        raise UsageError("is the page of a paper, not a library", path=path, cure=f"`assistant add {path}` fetches it")
    source = replace(settings, vectors=path if is_address else None, library=Path(path).absolute())
    return export(source, environment, settings.vectors or str(settings.library), on_message, on_progress)


def export(
    settings: Settings, environment: Mapping[str, str], target: str, on_message: OnMessage, on_progress: OnProgress
) -> int:
    """Copy the library of these settings, never the sample, to an address or into a folder; return of how many papers.
    Raises `UsageError`, `LibraryError`."""
    from assistant.library.server import transfer
    from assistant.library.snapshot import LibrarySnapshot

    with contextlib.ExitStack() as stack:
        source: LibrarySnapshot
        if settings.vectors is not None:
            source = stack.enter_context(snapshot(settings.vectors, environment, None, on_message))
        else:
            source = stack.enter_context(LibrarySnapshot(settings.library, on_message=on_message, heal=False))
        if not address.is_address(target):
            folder = folder_of(
                lambda: Path(target).expanduser(), f"--to has to name a folder that there can be: not {target}"
            )
            return transfer.to_folder(source, folder.absolute(), on_progress)
        return transfer.to_server(source, stack.enter_context(server(target, environment)), on_progress)
