"""Statements that anybody wrote, with the papers they cite -> claims with verdicts, against a whole library."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.domain.callbacks import OnMessage, OnStage
from assistant.domain.records import Claim, Paper
from assistant.library import abstracts
from assistant.library.abstracts import Abstract
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Checker, Embedder, Reranker
from assistant.retrieval import retriever
from assistant.retrieval.finder import PaperFinder
from assistant.verification import verifier
from assistant.verification.checks import CHECKS, Check
from assistant.verification.claims import Statement
from assistant.verification.support import SupportScorer
from assistant.verification.verifier import VerificationContext

RIVALS = 10
"""Papers of the library, nearest to a claim, that may turn out to support it better than the cited one."""

_TOGETHER = 8  # claims that a checker is asked of before the first of them is shown
_CACHE_SIZE = 4_000  # abstracts kept, about 20 KB each; a full text counts as one for each ten passages


@dataclass(frozen=True, slots=True)
class DocumentVerifier:
    """What claims are checked against; one for a whole session."""

    library: LibrarySnapshot
    embedder: Embedder
    papers: PaperFinder
    """Finds the papers of the library by the names that are cited."""
    scorer: SupportScorer
    checks: tuple[Check, ...] = CHECKS
    reranker: Reranker | None = None
    """A cross-encoder that compares claims with their opposites; None for none."""
    checker: Checker | None = None
    """What reads a claim and the sentences located for it; None for none."""
    on_stage: OnStage | None = None
    """Gets how many claims the checker is asked of."""
    on_problem: OnMessage | None = None
    """Gets why the checker failed, where it did."""
    _abstracts: dict[str, Abstract] = field(default_factory=dict)
    """Abstracts read so far, by paper id."""


def verify_claims(document: DocumentVerifier, statements: Sequence[Statement]) -> Iterator[Claim]:
    """Yield each statement as a claim with its verdict, in order; give many at once, for they are looked up together.

    Each claim may cite any paper of the library; the papers nearest to it are compared with those it cites.
    """
    if not statements:
        return
    texts = [statement.text for statement in statements]
    vectors = document.embedder.embed(texts)
    rivals = retriever.nearest_papers(document.library, vectors, texts, RIVALS)
    cited = [{mark.key: document.papers.find(mark.key) for mark in statement.citations} for statement in statements]
    cited_ids = [paper.id for papers in cited for paper in papers.values() if paper]
    by_id = _abstracts(document, [*cited_ids, *(id for ids in rivals for id in ids)])
    document.library.leave_out_missing(set(cited_ids) - by_id.keys())
    cases = []
    for statement, vector, papers, near in zip(statements, vectors, cited, rivals, strict=True):
        own = {name: by_id[paper.id] for name, paper in papers.items() if paper and paper.id in by_id}
        own_ids = {abstract.paper.id for abstract in own.values()}
        others = [by_id[id] for id in near if id in by_id and id not in own_ids]
        unknown = {name: _unknown(name, document, paper) for name, paper in papers.items() if name not in own}
        context = VerificationContext(
            "",
            own,
            document.scorer,
            others,
            unknown,
            document.checks,
            document.reranker,
            document.checker,
            document.on_stage,
            document.on_problem,
        )
        cases.append((statement, vector, context))
    size = _TOGETHER if document.checker else 1
    for start in range(0, len(cases), size):
        yield from verifier.verify_claims(cases[start : start + size])


def _size(abstract: Abstract) -> int:
    return 1 + (len(abstract.body.passages) // 10 if abstract.body else 0)


def _unknown(name: str, document: DocumentVerifier, paper: Paper | None) -> str:
    """Return, for a person, why there is no abstract of what was cited by a name."""
    if paper is None:
        return document.papers.unknown(name)
    return f"“{paper.title}” is in the library and cannot be read; `assistant status --full` tells why"


def _abstracts(document: DocumentVerifier, ids: Sequence[str]) -> dict[str, Abstract]:
    """Return {paper id: abstract}, read only where it was not read before; papers that are damaged are missing."""
    cache, unique = document._abstracts, list(dict.fromkeys(ids))
    missing = [id for id in unique if id not in cache]
    if sum(map(_size, cache.values())) + len(missing) > _CACHE_SIZE:
        cache.clear()
        missing = unique
    papers = document.library.papers(missing) if missing else []
    cache.update(abstracts.read(document.library, papers, document.embedder))
    return {id: cache[id] for id in unique if id in cache}
