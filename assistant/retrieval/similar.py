"""A paper of a library -> the papers whose vectors are nearest to its own, nearest first."""

import numpy as np

from assistant.domain.errors import LibraryError
from assistant.domain.records import Evidence
from assistant.library.index import REINDEX
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import keys


def similar(
    library: LibrarySnapshot, id: str, limit: int, allowed: frozenset[str] | None = None
) -> tuple[Evidence, ...]:
    """Return at most `limit` papers nearest to the paper with this id, without itself, of those with the ids `allowed`
    (None: all); the score is the cosine of the two vectors.

    The vectors are those that are stored: no model is needed, whoever made them. Raises `LibraryError` where the
    paper has none.
    """
    own = library.vectors_of([id]).wholes
    if not len(own) or not own.any():
        raise LibraryError("has vectors that are missing or not as they were stored", path=id, cure=REINDEX)
    near = library.candidates(own, limit + 1 + len(library.damaged), allowed)()
    table = library.vectors_of(near[0] if near is not None else None)
    cosines = table.cosines(own)[0]
    places = (int(place) for place in np.argsort(-cosines, kind="stable"))
    scores = {table.ids[place]: float(cosines[place]) for place in places}
    ids = [other for other in scores if other != id and (allowed is None or other in allowed)]
    ids = [other for other in ids if other not in library.damaged][:limit]
    papers = library.papers(ids)
    return keys.evidence(library, papers, scores)
