"""Ids of papers -> a library without them, changed in one transaction like an ingest."""

from collections.abc import Sequence
from pathlib import Path

from assistant.library import builder
from assistant.library.builder import Progress
from assistant.library.catalogue import Catalogue
from assistant.library.writer import LOCK_SECONDS


def remove(folder: Path, ids: Sequence[str], progress: Progress = lambda *_: None) -> None:
    """Take these papers and their listings out; raises `LockedError` or `LibraryError`, having changed nothing."""
    catalogue = Catalogue(folder)
    try:
        with builder.writer_session(folder, catalogue, LOCK_SECONDS), catalogue.transaction():
            catalogue.remove(ids)
            catalogue.forget()
            builder.rebuild(folder, catalogue, progress, builder.IndexChange(list(ids), ()))
    finally:
        catalogue.close()
