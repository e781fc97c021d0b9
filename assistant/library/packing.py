"""A catalogue with texts that an older version stored, and pages that came free -> the same in fewer bytes."""

import contextlib

from assistant.domain.errors import LibraryError
from assistant.library import rows
from assistant.library.catalogue import Catalogue


def pack(catalogue: Catalogue) -> None:
    """Pack the long abstracts that are stored as they are, but of papers that are not as they were written; within a
    transaction, and with the writer's lock."""
    query = "SELECT id FROM papers WHERE position BETWEEN ? AND ? AND typeof(abstract) = 'text'"
    for batch in catalogue.batches():
        ids = [str(id) for (id,) in catalogue.read(query, (batch[0][0], batch[-1][0]))]
        texts = ((rows.packed(paper.abstract), paper.id) for paper in catalogue.papers(ids))
        packed = [(text, id) for text, id in texts if isinstance(text, bytes)]
        catalogue.run_many("UPDATE papers SET abstract = ? WHERE id = ?", packed)


def compact(catalogue: Catalogue) -> None:
    """Have the file take no more room than it needs, outside of any transaction; where the disk has no room for a copy
    of it, or others hold it for long, it stays as it is."""
    with contextlib.suppress(LibraryError):
        catalogue.run("VACUUM")
