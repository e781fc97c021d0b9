"""Claims that anybody wrote, with the papers they cite -> verdicts, against a whole library."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Claim
from assistant.library import abstracts, embeddings
from assistant.library.abstracts import Abstract
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.embedder import Embedder
from assistant.retrieval import ranking, retriever
from assistant.verification import verifier
from assistant.verification.claims import Statement
from assistant.verification.references import Index
from assistant.verification.support import SupportScorer
from assistant.verification.verifier import VerificationContext

RIVALS = 10
"""Papers of the library, nearest to a claim, that may turn out to support it better than the cited one."""

_WORD_HITS = 1_000  # papers by words whose scores count
_AT_ONCE = 64  # texts compared with all vectors at once: about 13 MB for 5,000 papers
_MOST_HELD = 4_000  # abstracts kept, about 20 KB each


@dataclass(frozen=True, slots=True)
class DocumentVerifier:
    """What claims are checked against; one for a whole session."""

    library: LibrarySnapshot
    embedder: Embedder
    known: Index
    measure: SupportScorer
    _read: dict[str, Abstract] = field(default_factory=dict)
    """Abstracts read so far, by paper id."""


def verify_claims(checking: DocumentVerifier, stated: Sequence[Statement]) -> Iterator[Claim]:
    """Yield each claim with its verdict, in order; give many at once, for they are looked up together."""
    if not stated:
        return
    vectors = checking.embedder.embed([claim.text for claim in stated])
    rivals = nearest_papers(checking.library, vectors, [claim.text for claim in stated], RIVALS)
    named = [{cited.key: checking.known.find(cited.key) for cited in claim.cited} for claim in stated]
    wanted = [paper.id for one in named for paper in one.values() if paper]
    held = _abstracts(checking, [*wanted, *(id for ids in rivals for id in ids)])
    for claim, vector, own, near in zip(stated, vectors, named, rivals, strict=True):
        shown = {key: held[paper.id] for key, paper in own.items() if paper}
        cited_ids = {abstract.paper.id for abstract in shown.values()}
        others = [held[id] for id in near if id not in cited_ids]
        reasons = {key: checking.known.reason(key) for key, paper in own.items() if not paper}
        yield verifier.verify_claim(claim, vector, VerificationContext("", shown, checking.measure, others, reasons))


def nearest_papers(
    library: LibrarySnapshot, vectors: NDArray[np.float32], texts: Sequence[str], limit: int
) -> list[tuple[str, ...]]:
    """Return the ids of the papers nearest to each text: as `evidence.nearest` finds them, but many texts at once.

    Ranking needs of a vector only its product with the question; these are computed for all texts in one go, and
    stand in a table of one column instead of the vectors.
    """
    if not library.ids or not library.uses_exact_search:
        pairs = zip(vectors, texts, strict=True)
        return [
            tuple(item.paper.id for item in retriever.retrieve(library, vector, text, limit)) for vector, text in pairs
        ]
    table, one = library.table, np.ones(1, np.float32)
    found = []
    for start in range(0, len(texts), _AT_ONCE):
        some = vectors[start : start + _AT_ONCE]
        parts, wholes = some @ table.matrix.T, some @ table.wholes.T
        for row, text in enumerate(texts[start : start + _AT_ONCE]):
            words = np.zeros(len(table.ids), np.float32)
            if hits := library.words.search(text, _WORD_HITS):
                numbers, scores = zip(*hits, strict=True)
                words[list(numbers)] = scores
            products = embeddings.VectorTable(table.ids, table.starts, parts[row][:, None], wholes[row][:, None])
            ranked = ranking.combine(words, products, one)
            found.append(tuple(table.ids[i] for i in np.argsort(-ranked, kind="stable")[:limit]))
    return found


def _abstracts(checking: DocumentVerifier, ids: Sequence[str]) -> dict[str, Abstract]:
    wanted = list(dict.fromkeys(ids))
    missing = [id for id in wanted if id not in checking._read]
    if len(checking._read) + len(missing) > _MOST_HELD:
        checking._read.clear()
        missing = wanted
    checking._read.update(abstracts.read(checking.library, checking.library.papers(missing) if missing else []))
    return {id: checking._read[id] for id in wanted}
