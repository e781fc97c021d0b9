"""The sample papers that come with the program -> a library, made once per user, for as long as there is no other."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from assistant import reading, settings
from assistant.embedding.ports import Embedder
from assistant.library import database, intake, stored
from assistant.library.catalogue import Catalogue


def papers() -> Path:
    """Return the sample's listing page: in `store/` of a checkout, inside the package when installed from a wheel."""
    package = Path(__file__).parent
    installed = package / "_sample" / "papers.txt"
    return installed if installed.is_file() else package.parent / "store" / "sample" / "papers.txt"


def library(environment: Mapping[str, str], embedder: Embedder, tell: Callable[[str], None]) -> Path:
    """Return the folder of the sample library, making it where it is not there yet."""
    page = papers()
    named = hashlib.sha256(page.read_bytes() + stored.fingerprint(embedder.fingerprint).encode()).hexdigest()[:12]
    folder = settings.cache_folder(environment) / f"sample-{named}"
    if _ready(folder):
        tell("no library yet: answering from the sample of well-known papers; `assistant ingest PATH` makes your own")
    else:
        tell("no library yet: preparing the sample of well-known papers, once; `assistant ingest PATH` makes your own")
        intake.add(folder, reading.read([str(page)], None, date.today()), embedder)
    return folder


def _ready(folder: Path) -> bool:
    """Whether the sample was ingested to the end."""
    if not (folder / database.NAME).exists():
        return False
    catalogue = Catalogue(folder)
    try:
        return catalogue.state()["generation"] != "0"
    finally:
        catalogue.close()
