"""Metrics that can be trusted: each way to spoil an answer moves the metrics that it should, and no other."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import judged
from support.judged import Checker, Spoil, figures, moved
from support.remembered import RememberingEmbedder

from assistant.evaluation import runs
from assistant.evaluation.metrics.registry import METRICS
from assistant.evaluation.runs import Run
from assistant.evaluation.summary import RunSummary
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.local import local_embedder
from assistant.verification.claims import CitationMark, Statement

TITLES = {"title_precision", "title_strict", "title_recall", "title_f1", "exact_set"}
SUPPORT = {"citation_recall", "citation_precision", "passing"}
VALID = {"validity", "all_valid"}
QUOTED = re.compile(r"\b(is|are|was|were|can|has|have|does|do|makes|shows|lets|works|needs|beats|uses|trains|keeps)\b")


def keys_of(claims: list[Statement]) -> set[str]:
    return {mark.key for claim in claims for mark in claim.citations}


def shift(claims: list[Statement], keys: list[str], _: int) -> list[Statement]:
    """Every citation names the paper after the one it means."""
    after = dict(zip(keys, [*keys[1:], keys[0]], strict=True))
    return [
        replace(claim, citations=tuple(CitationMark(after[mark.key], True) for mark in claim.citations))
        for claim in claims
    ]


def drop(claims: list[Statement], _: list[str], __: int) -> list[Statement]:
    """The first claim cites nothing."""
    return [replace(claim, citations=() if place == 0 else claim.citations) for place, claim in enumerate(claims)]


def invent(claims: list[Statement], _: list[str], number: int) -> list[Statement]:
    """The first claim also cites a paper that is not there."""
    more = CitationMark(f"Pdead{random.Random(number).randrange(16**4):04x}", True)
    return [
        replace(claim, citations=(*claim.citations, more)) if place == 0 else claim
        for place, claim in enumerate(claims)
    ]


def miscount(claims: list[Statement], _: list[str], __: int) -> list[Statement]:
    """Every number is another one."""
    return [replace(claim, text=re.sub(r"\d+", lambda match: str(int(match[0]) + 7), claim.text)) for claim in claims]


def negate(claims: list[Statement], _: list[str], __: int) -> list[Statement]:
    """Every claim says the opposite."""
    return [replace(claim, text=QUOTED.sub(r"\1 not", claim.text, count=1)) for claim in claims]


def cite_everything(claims: list[Statement], keys: list[str], _: int) -> list[Statement]:
    """Every claim cites all the evidence."""
    return [replace(claim, citations=tuple(CitationMark(key, True) for key in keys)) for claim in claims]


def abstain(_: list[Statement], __: list[str], ___: int) -> list[Statement]:
    """Nothing is said."""
    return []


def top_hit(_: list[Statement], keys: list[str], __: int) -> list[Statement]:
    """One sentence without content cites the first paper found."""
    return [Statement("This is studied there.", (CitationMark(keys[0], True),))]


@pytest.fixture(scope="module")
def judged_run(sample_run: Path) -> Run:
    return runs.load(sample_run)


@pytest.fixture(scope="module")
def before(judged_run: Run) -> RunSummary:
    return judged.summarise(judged_run)


@pytest.fixture(scope="module")
def checker(judged_run: Run, cache: Path) -> Iterator[Checker]:
    embedder = RememberingEmbedder(local_embedder({"ASSISTANT_CACHE": str(cache)}))
    [folder] = {path.parent for path in cache.glob("sample-*/catalogue.sqlite3")}
    with LibrarySnapshot(folder, embedder.fingerprint) as library:
        yield Checker(library, embedder)


MUTATIONS: dict[str, tuple[Spoil, set[str], dict[str, int]]] = {
    # how it is spoiled, all that may move, and what must move, up (1) or down (-1)
    "shift": (
        shift,
        TITLES | SUPPORT | {"traps"},
        {"title_f1": -1, "exact_set": -1, "passing": -1, "citation_recall": -1},
    ),
    "drop": (
        drop,
        TITLES | SUPPORT | VALID | {"traps", "cited"},
        {"title_recall": -1, "citation_recall": -1, "cited": -1},
    ),
    "invent": (
        invent,
        TITLES - {"title_recall"} | SUPPORT | VALID | {"cited"},
        {"validity": -1, "title_precision": -1, "exact_set": -1, "passing": -1, "cited": 1},
    ),
    "miscount": (miscount, SUPPORT | {"facts"}, {"passing": -1, "citation_recall": -1, "facts": -1}),
    "negate": (negate, SUPPORT, {"passing": -1, "citation_recall": -1}),
    "cite everything": (
        cite_everything,
        TITLES | SUPPORT | {"traps", "cited"},
        {"title_precision": -1, "exact_set": -1, "citation_precision": -1, "title_recall": 1, "cited": 1},
    ),
    "abstain": (
        abstain,
        TITLES | SUPPORT | VALID | {"traps", "cited", "facts", "false_abstain", "false_answer"},
        {"title_f1": -1, "exact_set": -1, "false_abstain": 1, "false_answer": -1},
    ),
    "top hit": (
        top_hit,
        TITLES | SUPPORT | {"traps", "cited", "facts", "false_abstain", "false_answer"},
        {"false_answer": 1, "citation_recall": -1, "facts": -1},  # too short to be judged: located, which passes
    ),
}


def test_the_mutations_are_about_metrics_that_there_are() -> None:
    names = {metric.name for metric in METRICS}
    assert {name for _, may, must in MUTATIONS.values() for name in may | must.keys()} <= names


def test_nothing_moves_where_nothing_is_spoiled(judged_run: Run, before: RunSummary, checker: Checker) -> None:
    again = judged.spoiled(judged_run, checker, lambda claims, _, __: claims)
    assert moved(before, again) == set()


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_spoiled_answer_moves_what_it_should(
    name: str, judged_run: Run, before: RunSummary, checker: Checker
) -> None:
    spoil, may, must = MUTATIONS[name]
    after = judged.spoiled(judged_run, checker, spoil)
    assert moved(before, after) <= may
    old, new = figures(before), figures(after)
    for metric, direction in must.items():
        was, now = old[metric], new[metric]
        assert was is not None
        assert direction * ((now or 0.0) - was) > 0, f"{metric} went from {was} to {now}"
