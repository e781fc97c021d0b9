"""A catalogue of version 1 -> one of version 2, in which papers and vectors have checksums."""

import uuid

from assistant.library import embeddings
from assistant.library.catalogue import Catalogue


def upgrade(catalogue: Catalogue) -> None:
    """Compute the checksums that a catalogue of version 1 lacks, once and in one transaction; needs the writer's lock.

    What is damaged already (a text that has another hash, vectors not of length one) gets none, and so stays damaged.
    """
    if catalogue.version() > 1:
        return
    with catalogue.transaction():
        papers = catalogue.stored_papers()
        dimension = catalogue.dimension()
        checksums = [
            (embeddings.checksum(content, blob), content)
            for content, blob in catalogue.stream("SELECT content, vectors FROM embeddings")
            if embeddings.is_sound(content, blob, None, dimension)
        ]
        catalogue.upgrade()
        catalogue.put((stored.paper, stored.content) for stored in papers if not stored.problem)
        catalogue.run_many("UPDATE embeddings SET checksum = ? WHERE content = ?", checksums)
        catalogue.set_state(identity=uuid.uuid4().hex, revision="0")
