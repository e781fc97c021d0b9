"""The sample papers that come with the program -> a library, made once per user, for as long as there is no other."""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from assistant import ingest
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import LibraryError, LockedError
from assistant.domain.records import SAMPLE_SOURCE, Entry, Rejection
from assistant.library import database, disk, embeddings, index, locks, trust, writer
from assistant.library.catalogue import Catalogue
from assistant.models.base import Embedder

_NO_LIBRARY = "no library yet"
_WHOSE = "summaries of well-known papers in words of its own"
_INGEST = "`assistant ingest PATH` makes your own"


def papers() -> Path:
    """Return the sample's listing page: in `store/` of a checkout, inside the package when installed from a wheel."""
    package = Path(__file__).parents[1]
    installed = package / "_sample" / "papers.txt"
    return installed if installed.is_file() else package.parent / "store" / "sample" / "papers.txt"


def library(cache: Path, embedder: Embedder, on_message: OnMessage) -> Path:
    """Return the folder of the sample library, making it where it is not there yet, or is damaged."""
    page = papers()
    content = page.read_bytes() + SAMPLE_SOURCE.encode() + embeddings.fingerprint(embedder.fingerprint).encode()
    folder = cache / f"sample-{hashlib.sha256(content).hexdigest()[:12]}"
    try:
        if (condition := _condition(folder)) == "ready":
            on_message(f"{_NO_LIBRARY}: answering from the sample, {_WHOSE}; {_INGEST}")
            return folder
        on_message(f"{_NO_LIBRARY}: preparing the sample, {_WHOSE}, once; {_INGEST}")
        if condition == "damaged":
            _clear(folder)
        writer.add(folder, _rows(page), embedder)
    except LockedError:
        raise
    except (LibraryError, OSError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        why = (cause.strerror if isinstance(cause, OSError) else None) or str(error)
        raise LibraryError(
            "the sample library cannot be made",
            path=folder.parent,
            cause=why,
            cure="set ASSISTANT_CACHE to a folder that can be written, or make a library of your own with `assistant "
            "ingest PATH --library DIR`",
        ) from error
    return folder


def _rows(page: Path) -> Iterator[Entry | Rejection]:
    """Yield the papers of the page under the source that says whose words their summaries are."""
    for row in ingest.read([str(page)], None, date.today()):
        yield replace(row, listing=replace(row.listing, source=SAMPLE_SOURCE)) if isinstance(row, Entry) else row


def _condition(folder: Path) -> str:
    """Return `ready`, `unfinished` or `damaged`; the indexes are not looked at, for readers mend them."""
    if database.vacant(folder):
        return "unfinished"
    try:
        catalogue = Catalogue(folder)
    except LockedError:
        raise
    except LibraryError:
        return "damaged"
    with contextlib.closing(catalogue):
        try:
            if catalogue.faults():
                return "damaged"
            return "ready" if catalogue.generation() and catalogue.papers() else "unfinished"
        except LibraryError:
            return "damaged"


def _clear(folder: Path) -> None:
    """Remove the files of a damaged sample, unless another process has just made it anew."""
    with locks.exclusive_lock(folder, writer.LOCK_SECONDS):
        if _condition(folder) != "damaged":
            return
        with disk.opened_folder(folder) as library:
            for name in (*index.kinds(), database.NAME, *(database.NAME + ending for ending in trust.BESIDE)):
                disk.remove(name, library)
