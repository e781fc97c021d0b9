"""A suite and the library it asks about -> what is wrong with its questions: words given away, gold nobody can find."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Paper
from assistant.evaluation.cases import Case, GoldTurn
from assistant.evaluation.suites import Suite
from assistant.library import bm25
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.retrieval import idf, ranking

IN_A_ROW = 4
"""Words in a row that a question must not share with its gold papers."""
OVERLAP = 0.4
"""Most of a gold title's words, weighted by rarity, that a question may have."""
EASY = 0.25
"""Most of the answerable questions that every baseline may rank first."""
ALIKE = 0.95
"""Cosine from which on two questions are the same."""
DEPTH = 100
BASELINES = ("bm25", "dense", "hybrid", "title")


@dataclass(frozen=True, slots=True)
class QuestionAudit:
    """What is known of one question, and what is wrong with it."""

    id: str
    type: str
    ranks: Mapping[str, int | None]
    """Baseline -> the best rank of a gold paper, 1-based; None where there is none."""
    overlap: float
    """The highest share of a gold title's words in the question."""
    problems: tuple[str, ...]
    """In words, the unknown titles among them."""
    unknown_titles: tuple[str, ...]
    """Titles that no paper of the library has."""

    @property
    def easy(self) -> bool:
        """Whether every baseline ranks a gold paper first."""
        return bool(self.ranks) and all(rank == 1 for rank in self.ranks.values())


class Baselines:
    """Four plain ways to rank the papers of a library."""

    def __init__(self, library: LibrarySnapshot, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder
        self.papers = {paper.title: paper for paper in library.papers()}
        self._order = [paper.title for paper in library.papers(list(library.table.ids))]
        self._titles = bm25.build_index(((title, "") for title in self._order), None)

    @property
    def words(self) -> BM25Index:
        """The word index of the library."""
        return self._library.words

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row for each text."""
        return self._embedder.embed(texts)

    def rank(self, text: str, vector: NDArray[np.float32]) -> dict[str, list[str]]:
        """Return {baseline: titles, best first}."""
        table = self._library.table
        by_words = self._library.word_search.scores(text, len(self._order))
        places = {id: place for place, id in enumerate(table.ids)}
        scores = np.array([by_words.get(id, 0.0) for id in table.ids], np.float32)
        no_scores = np.zeros(len(self._order), np.float32)
        cosines, sample = table.cosines(vector), self._library.sample @ vector
        return {
            "bm25": [self._order[places[id]] for id in by_words if id in places],
            "dense": self._sorted(ranking.combine(no_scores, cosines, sample)),
            "hybrid": self._sorted(ranking.combine(scores, cosines, sample)),
            "title": [self._order[number] for number, _ in self._titles.search(text, len(self._order))],
        }

    def _sorted(self, scores: ranking.Scores) -> list[str]:
        return [self._order[place] for place in np.argsort(-scores, kind="stable")]


def audit(suite: Suite, baselines: Baselines) -> tuple[list[QuestionAudit], list[str]]:
    """Return the audit of each case, questions asked alone first, and what is wrong with the suite as a whole."""
    singles = [case for case in suite.cases if len(case.turns) == 1]
    vectors = baselines.vectors([case.turns[0].question for case in singles])
    audits = [_question(case, vector, baselines) for case, vector in zip(singles, vectors, strict=True)]
    audits += [_conversation(case, baselines.papers) for case in suite.cases if len(case.turns) > 1]
    searched = [audit for audit, case in zip(audits, singles, strict=False) if _tests_search(case)]
    return audits, [*_too_easy(searched), *_doubles(singles, vectors)]


def _tests_search(case: Case) -> bool:
    """Whether the question is there to test that its paper is found; the others test which sentence of it is quoted,
    and whether all papers are found, and may name what they are about."""
    return not any(turn.marked or turn.complete for turn in case.turns)


def _question(case: Case, vector: NDArray[np.float32], baselines: Baselines) -> QuestionAudit:
    turn = case.turns[0]
    gold = {title for group in turn.gold for title in group}
    unknown = _unknown([turn], case.nearest, baselines.papers)
    problems = [f"no paper is called {title}" for title in unknown]
    papers = [baselines.papers[title] for title in gold if title in baselines.papers]
    overlap = max((_overlap(turn.question, paper.title, baselines.words) for paper in papers), default=0.0)
    if case.type != "named" and not turn.complete:
        problems += _shared_words(turn.question, papers)
    if case.type != "named" and _tests_search(case) and overlap > OVERLAP:
        problems.append(f"has {overlap:.2f} of a gold title's words; at most {OVERLAP}")
    if not case.answerable and len(case.nearest) < 1:
        problems.append("is unanswerable, and names no nearest papers")
    ranks: dict[str, int | None] = {}
    if papers:
        rankings = baselines.rank(turn.question, vector)
        ranks = {name: _rank(rankings[name], gold) for name in BASELINES}
        if not turn.complete and not any(rank and rank <= DEPTH for rank in ranks.values()):
            problems.append(f"no baseline finds a gold paper among the first {DEPTH}")
    return QuestionAudit(case.id, case.type, ranks, round(overlap, 3), tuple(problems), unknown)


def _conversation(case: Case, papers: Mapping[str, Paper]) -> QuestionAudit:
    unknown = _unknown(case.turns, (), papers)
    problems = [f"no paper is called {title}" for title in unknown]
    before: set[str] = set()
    for number, turn in enumerate(case.turns, 1):
        gold = {title for group in turn.gold for title in group}
        if turn.about == "stays" and not gold <= before:
            problems.append(f"turn {number} stays, and its gold was not cited before")
        if turn.about == "brings" and gold <= before:
            problems.append(f"turn {number} brings another paper, and all its gold was cited before")
        before |= set(turn.cited)
    return QuestionAudit(case.id, case.type, {}, 0.0, tuple(problems), unknown)


def _unknown(turns: Sequence[GoldTurn], nearest: Sequence[str], papers: Mapping[str, Paper]) -> tuple[str, ...]:
    """Return the titles of a case that no paper of the library has, each once."""
    titles = [title for turn in turns for title in (*turn.gold_titles, *turn.acceptable, *turn.forbidden, *turn.cited)]
    return tuple(title for title in dict.fromkeys((*titles, *nearest)) if title not in papers)


def _shared_words(question: str, papers: Sequence[Paper]) -> Iterator[str]:
    phrases = _phrases(question)
    for paper in papers:
        if both := phrases & (_phrases(paper.title) | _phrases(paper.abstract)):
            yield f"shares “{' '.join(min(both))}” with {paper.title}"


def _phrases(text: str) -> set[tuple[str, ...]]:
    """Return every run of `IN_A_ROW` words."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())
    return {tuple(words[place : place + IN_A_ROW]) for place in range(len(words) - IN_A_ROW + 1)}


def _overlap(question: str, title: str, words: BM25Index) -> float:
    weights = idf.term_weights(title, words)
    return idf.coverage(weights, set(words.terms(question))) if weights else 0.0


def _rank(titles: Sequence[str], gold: set[str]) -> int | None:
    return next((place for place, title in enumerate(titles, 1) if title in gold), None)


def _too_easy(audits: Sequence[QuestionAudit]) -> Iterator[str]:
    ranked = [question for question in audits if question.ranks]
    easy = sum(question.easy for question in ranked)
    if ranked and easy / len(ranked) > EASY:
        yield f"every baseline ranks {easy} of {len(ranked)} answerable questions first; at most {EASY:.0%} should be"


def _doubles(cases: Sequence[Case], vectors: NDArray[np.float32]) -> Iterator[str]:
    alike = np.triu(vectors @ vectors.T, 1) > ALIKE
    for first, second in np.argwhere(alike):
        yield f"{cases[first].id} and {cases[second].id} ask the same"
