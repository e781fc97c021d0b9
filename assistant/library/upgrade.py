"""A catalogue of an older version -> one of version 6: checksums of papers and vectors, all ids of papers, names under
which they are found, and room for what readers say of them and for full texts."""

import uuid

from assistant.domain.errors import LibraryError
from assistant.library import embeddings, names, rows, schema
from assistant.library.catalogue import Catalogue


def upgrade(catalogue: Catalogue) -> None:
    """Add what a catalogue of an older version lacks, once and in one transaction; needs the writer's lock.

    What is damaged already (a text that has another checksum or hash, vectors not of length one, the facts about the
    library) gets no checksum that fits it, and so stays damaged.
    """
    if catalogue.version() == schema.VERSION:
        return
    with catalogue.transaction():
        version = catalogue.version()  # another writer may have been first
        if version == schema.VERSION:
            return
        if version >= names.VERSION:
            catalogue.upgrade()  # which adds empty tables
            return
        is_sound = _is_sound(catalogue)
        facts = catalogue.state()
        is_ordered = version == 1 or facts.get("order") in {None, catalogue.order()}
        if version == 3:
            catalogue.upgrade()
        else:
            _vouch(catalogue, version)
        catalogue.note_names()
        if version == 1:
            catalogue.set_state(identity=uuid.uuid4().hex, revision="0")
        elif not is_sound:
            return
        order = catalogue.order() if is_ordered else "0"  # this is none, until the indexes are made anew
        indexed = str(sum(catalogue.vector_counts(catalogue.dimension())))
        catalogue.set_state(order=order, papers=str(catalogue.size()), changes="0", indexed=indexed)
        catalogue.set_state(vectors=facts["generation"])


def _vouch(catalogue: Catalogue, version: int) -> None:
    """Give a catalogue of version 1 or 2 its checksums."""
    papers = [stored.paper for stored in catalogue.stored_papers() if not stored.problem]
    checksums = _checksums(catalogue) if version == 1 else []
    catalogue.upgrade()
    catalogue.run_many("UPDATE papers SET aliases = ?, checksum = ? WHERE id = ?", map(rows.vouched, papers))
    catalogue.run_many("UPDATE embeddings SET checksum = ? WHERE content = ?", checksums)
    catalogue.run("DELETE FROM state WHERE key = 'aliases'")


def _is_sound(catalogue: Catalogue) -> bool:
    try:
        catalogue.check_state()
    except LibraryError:
        return False
    return True


def _checksums(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return (checksum, content hash) of all vectors of a catalogue of version 1 that are of length one."""
    dimension = catalogue.dimension()
    return [
        (embeddings.checksum(content, blob), content)
        for content, blob in catalogue.stream("SELECT content, vectors FROM embeddings")
        if embeddings.is_sound(content, blob, None, dimension)
    ]
