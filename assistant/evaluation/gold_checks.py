"""The cases of a suite and the papers of a library -> an error where the gold is about other texts or dates."""

from collections.abc import Iterable, Iterator

from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.evaluation import marked_abstracts
from assistant.evaluation.cases import GoldTurn
from assistant.evaluation.suites import Suite


def check(suite: Suite, papers: Iterable[Paper]) -> None:
    """Raise `UsageError`, which names the case, for spans that were marked in another abstract than the library has,
    and for a gold paper that is dated outside of the period that its question asks for."""
    by_title = {paper.title: paper for paper in papers}
    for case in suite.cases:
        for turn in case.turns:
            if problem := next(_problems(turn, by_title), ""):
                cure = "give the library that the suite is about with --library, or mark the question again"
                raise UsageError(f"{case.id}: {problem}", path=suite.folder, cure=cure)


def _problems(turn: GoldTurn, papers: dict[str, Paper]) -> Iterator[str]:
    for marked in turn.marked:
        if marked.paper not in papers:
            yield f"no paper is called {marked.paper}"
        elif (digest := marked_abstracts.digest(papers[marked.paper].abstract)) != marked.digest:
            yield f"the abstract of {marked.paper} has the digest {digest}, and {marked.digest} was marked"
    for title in (title for group in turn.gold for title in group if any(turn.period)):
        since, before = turn.period
        day = papers[title].day if title in papers else None
        if day is None or (since and day < since) or (before and day >= before):
            yield f"{title} is dated {day or 'nowhere'}, and the period is {since or '…'} to {before or '…'}"
