"""Claims that anybody wrote, with the papers they cite -> verdicts, against a whole library."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant import abstracts, evidence, verification
from assistant.abstracts import Abstract
from assistant.claims import Stated
from assistant.embedding.ports import Embedder
from assistant.library.reader import Library
from assistant.records import Claim, Paper
from assistant.references import Index
from assistant.verification import Shown

_RIVALS = 5
"""Papers of the library, nearest to a claim, that may turn out to support it better than the cited one."""


@dataclass(frozen=True, slots=True)
class Checking:
    """What claims are checked against; one for a whole session."""

    library: Library
    embedder: Embedder
    known: Index
    _read: dict[str, Abstract] = field(default_factory=dict)
    """Abstracts read so far, by paper id."""


def check(checking: Checking, stated: Sequence[Stated]) -> Iterator[Claim]:
    """Yield each claim with its verdict, in order."""
    vectors = checking.embedder.embed([claim.text for claim in stated])
    for claim, vector in zip(stated, vectors, strict=True):
        if not claim.cited:
            yield verification.judge(claim, vector, Shown("", {}, checking.library.words))
            continue
        named = {cited.key: checking.known.find(cited.key) for cited in claim.cited}
        rivals = evidence.nearest(checking.library, vector, claim.text, _RIVALS)
        shown = {key: paper for key, paper in named.items() if paper}
        cited_ids = {paper.id for paper in shown.values()}
        shown |= {item.key: item.paper for item in rivals if item.paper.id not in cited_ids}
        held = _abstracts(checking, list(shown.values()))
        against = Shown("", {key: held[paper.id] for key, paper in shown.items()}, checking.library.words)
        yield verification.judge(claim, vector, against)


def _abstracts(checking: Checking, papers: Sequence[Paper]) -> dict[str, Abstract]:
    missing = [paper for paper in papers if paper.id not in checking._read]
    checking._read.update(abstracts.read(checking.library, missing))
    return {paper.id: checking._read[paper.id] for paper in papers}
