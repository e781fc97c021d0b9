"""New papers of a library, and topics or none -> a digest: groups of papers, each with what it found, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from assistant.answering import headings, lists, membership, pipeline, summaries
from assistant.answering.pipeline import Pipeline
from assistant.domain.costs import Cost
from assistant.domain.counts import number_of
from assistant.domain.records import Claim, Evidence, Paper
from assistant.domain.verdicts import conclusion
from assistant.retrieval import themes
from assistant.retrieval.filters import without_a_date
from assistant.retrieval.keys import library_keys
from assistant.verification import entailment

OTHER = "Other papers"
"""The name of the papers that belong to no theme."""


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """One paper, and what it found."""

    paper: Paper
    number: int
    """By which it is cited; from 1, in the order of the digest."""
    claim: Claim | None
    """None where it has no abstract."""


@dataclass(frozen=True, slots=True)
class DigestGroup:
    """Papers under one heading."""

    name: str
    entries: tuple[DigestEntry, ...]


@dataclass(frozen=True)
class Digest:
    """What is new in a library."""

    groups: tuple[DigestGroup, ...]
    period: str
    """Which papers were looked at, as a person says it: "dated since 2025-11-01"."""
    papers: int
    """How many of them there are, also those that belong to no topic."""
    topics: tuple[str, ...] = ()
    """What it is about; empty for all, by theme."""
    undated: int = 0
    """Papers left out because they have no date."""
    notes: tuple[str, ...] = ()
    model: str | None = None
    checker: str | None = None
    failure: str = ""
    """Why a model wrote nothing, or nothing of the rest, where one failed."""
    cost: Cost = field(default_factory=Cost)

    @cached_property
    def entries(self) -> tuple[DigestEntry, ...]:
        """All papers in the order of the digest."""
        return tuple(entry for group in self.groups for entry in group.entries)

    @property
    def elsewhere(self) -> int:
        """How many papers belong to none of the topics."""
        return self.papers - len(self.entries)

    @property
    def headline(self) -> str:
        """How many papers it has, which, and in how many groups."""
        kind = "topic" if self.topics else "theme"
        papers, groups = len(self.entries), len(self.groups)
        count = f"{number_of('paper', papers)} {self.period}, in {number_of(kind, groups)}"
        return f"{count}; {self.elsewhere:,} more of no topic" if self.elsewhere else count

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know beside: what was left out, how claims were made."""
        failure = (f"the model failed, and quotes stand in its place: {self.failure}",) if self.failure else ()
        return (*((without_a_date(self.undated),) if self.undated else ()), *self.notes, *failure)

    @property
    def conclusion(self) -> str:
        """The counts of verdicts, and who wrote and judged; "" where nothing is claimed."""
        claims = [entry.claim for entry in self.entries if entry.claim]
        return (
            conclusion([claim.verdict for claim in claims], len(claims), self.model, checker=self.checker)
            if claims
            else ""
        )


def write(
    asking: Pipeline, papers: Sequence[Paper], period: str, topics: Sequence[str] = (), undated: int = 0
) -> Digest:
    """Return the digest of some papers of the pipeline's library, by theme or by topic.

    With topics a paper stands under the first that it belongs to, as membership.json has it. Each group has its newest
    papers first. Raises `UsageError` for a topic without words, `ModelError` where the embedder fails, `LibraryError`.
    """
    with asking.account.tally() as tally:
        digest = _write(asking, papers, period, topics, undated)
    return replace(digest, cost=tally.cost)


def _write(asking: Pipeline, papers: Sequence[Paper], period: str, topics: Sequence[str], undated: int) -> Digest:
    """Return the digest without its cost."""
    by_id = {paper.id: paper for paper in papers}
    asking = replace(asking, allowed=frozenset(by_id))
    notes: tuple[str, ...] = ()
    failure = ""
    if topics:
        groups, notes = _by_topic(asking, topics)
    else:
        groups, failure = _by_theme(asking, by_id)
    groups = {name: _newest_first(ids, by_id) for name, ids in groups.items() if ids}
    ids = [id for members in groups.values() for id in members]
    keys = library_keys(asking.library, ids)
    evidence = [Evidence(keys[id], by_id[id], 0.0) for id in ids]
    # A model that failed to name themes is not asked again.
    written = summaries.summarise(replace(asking, model=None) if failure else asking, evidence)
    if written.replaced:
        them = "1 sentence" if written.replaced == 1 else f"{written.replaced:,} sentences"
        notes = (*notes, f"{them} of the model failed checking or ran on, and a quote stands instead")
    judged = asking.checker and any(map(entailment.is_judged, written.claims.values()))
    return Digest(
        _grouped(groups, by_id, written.claims),
        period,
        len(papers),
        tuple(topics),
        undated,
        notes,
        written.model,
        asking.checker.name if asking.checker and judged else None,
        failure or written.failure,
    )


def _by_topic(asking: Pipeline, topics: Sequence[str]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return {topic: ids of the papers that belong to it and to none before}, and notes."""
    groups: dict[str, list[str]] = {}
    notes: tuple[str, ...] = ()
    taken: set[str] = set()
    for topic in topics:
        query, candidates, told = pipeline.rank(asking, topic, membership.CANDIDATES)
        members, more = lists.members_of(query.text, candidates, asking.library, asking.reranker)
        groups[topic] = [item.paper.id for item in members if item.paper.id not in taken]
        taken.update(groups[topic])
        notes = (*notes, *told, *more)
    return groups, tuple(dict.fromkeys(notes))


def _by_theme(asking: Pipeline, papers: Mapping[str, Paper]) -> tuple[dict[str, list[str]], str]:
    """Return {name of a theme: ids of its papers}, and why no model named them where one failed."""
    found = themes.find(asking.library, list(papers.values()))
    named, failure = list(found.themes), ""
    if asking.model:
        named, failure = headings.named(named, papers, asking.library.words, asking.model)
    groups = {theme.name: list(theme.ids) for theme in named}
    if found.other:
        groups[OTHER] = list(found.other)
    return groups, failure


def _newest_first(ids: Sequence[str], papers: Mapping[str, Paper]) -> list[str]:
    """Return ids by the dates of their papers; those of one day, and those without, in the order that they have."""
    return sorted(ids, key=lambda id: papers[id].day or "", reverse=True)


def _grouped(
    groups: Mapping[str, Sequence[str]], papers: Mapping[str, Paper], claims: Mapping[str, Claim]
) -> tuple[DigestGroup, ...]:
    numbers = {id: number for number, id in enumerate((id for ids in groups.values() for id in ids), 1)}
    return tuple(
        DigestGroup(name, tuple(DigestEntry(papers[id], numbers[id], claims.get(id)) for id in ids))
        for name, ids in groups.items()
    )


def period_of(since: date | None, until: date | None) -> str:
    """Return which papers a period lets through, as a person says it.

    >>> period_of(date(2025, 11, 1), None)
    'dated since 2025-11-01'
    """
    if since and until:
        return f"dated {since} to {until}"
    return f"dated since {since}" if since else f"dated until {until}" if until else "of the library"
