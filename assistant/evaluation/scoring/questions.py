"""One answered question and its gold -> its scores: of the ranking, the citations, the titles, the abstention."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.evaluation.metrics import attribution, funnel, titles, validity
from assistant.evaluation.metrics import retrieval as ranked
from assistant.evaluation.metrics.validity import Mark
from assistant.evaluation.scoring.ids import Ids
from assistant.evaluation.suites import Case, GoldTurn
from assistant.verification import claims
from assistant.verification.verifier import FAILING

DEPTHS = (1, 5, 10)
LEVELS = {"supported": 1.0, "weak": 0.5}
"""How far a verdict of our verifier counts as support; it stands in for the NLI model of ALCE."""

Outcome = Mapping[str, Any]
"""One turn of a line of a run."""


def retrieval(
    groups: Sequence[frozenset[str]], acceptable: frozenset[str], found: Sequence[str], evidence: Sequence[str]
) -> dict[str, float | None]:
    """Return the scores of a ranking against the gold groups."""
    gains = dict.fromkeys(acceptable, 1.0) | {id: 2.0 for group in groups for id in group}
    return {
        **{f"recall@{depth}": ranked.recall(groups, found, depth) for depth in DEPTHS},
        "evidence_recall": ranked.recall(groups, evidence, max(len(evidence), 1)),
        "evidence_all": ranked.all_recall(groups, evidence, max(len(evidence), 1)),
        "mrr": ranked.reciprocal_rank(groups, found),
        "ndcg@10": ranked.ndcg(gains, found, 10),
    }


def common(turn: Outcome) -> dict[str, float | None]:
    """Return what is scored of every answer, whatever is gold."""
    shown = frozenset(turn["evidence"])
    marks = [
        Mark(
            parsed=claims.is_key(finding["key"]),
            known=finding["paper"] is not None,
            shown=finding["paper"] in shown,
            quoted=not (finding["step"] == "quote" and finding["verdict"] in FAILING),
        )
        for claim in turn["claims"]
        for finding in claim["findings"]
    ]
    share = validity.validity(marks)
    named = [_ids_of(claim) for claim in turn["claims"]]
    support = _support(turn["claims"])
    read, written = turn["tokens"]
    return {
        "validity": share,
        "all_valid": None if share is None else float(share == 1.0),
        "citation_recall": attribution.recall(named, support) if named else None,
        "citation_precision": attribution.precision(named, support) if named else None,
        "passing": _share([claim["verdict"] not in FAILING for claim in turn["claims"]]),
        "seconds": turn["seconds"]["total"],
        "tokens_in": read,
        "tokens_out": written,
    }


def abstention(case: Case, turn: Outcome) -> dict[str, float | None]:
    """Return whether it was answered where it must not be, or abstained from where it need not be."""
    answered = float(turn["status"] == "answered")
    return {"false_abstain": 1.0 - answered} if case.answerable else {"false_answer": answered}


def answer(asked: GoldTurn, turn: Outcome, groups: Sequence[frozenset[str]], ids: Ids) -> dict[str, float | None]:
    """Return the scores of what is cited and said, against gold."""
    named = frozenset(id for claim in turn["claims"] for id in _ids_of(claim))
    found = titles.titles(groups, ids.of(asked.acceptable), ids.of(asked.forbidden), named)
    said = " ".join(claim["text"] for claim in turn["claims"])
    return {
        "title_precision": found.precision,
        "title_strict": found.strict,
        "title_recall": found.recall,
        "title_f1": found.f1,
        "exact_set": found.exact,
        "traps": found.traps if asked.forbidden else None,
        "cited": float(found.count),
        "facts": _share([_has(said, figure) for figure in asked.facts]),
    }


def lost(groups: Sequence[frozenset[str]], turn: Outcome, ids: Ids) -> tuple[tuple[str, str], ...]:
    """Return each missing gold group, by one of its ids, with the stage at which it was lost."""
    named = {id for claim in turn["claims"] for id in _ids_of(claim)}
    supported = {
        finding["paper"]
        for claim in turn["claims"]
        for finding in claim["findings"]
        if finding["paper"] and finding["verdict"] not in FAILING
    }
    stages = [
        (min(group), funnel.stage(group, ids.library, turn["retrieved"], turn["evidence"], named, supported))
        for group in groups
    ]
    return tuple((id, stage) for id, stage in stages if stage)


def _ids_of(claim: Mapping[str, Any]) -> frozenset[str]:
    """Return what a claim cites; a key that names no paper stands for itself."""
    return frozenset(finding["paper"] or f"?{finding['key']}" for finding in claim["findings"])


def _support(stated: Sequence[Mapping[str, Any]]) -> attribution.Support:
    """Return our verifier as ALCE's support function: a claim that passes is supported by all it cites together."""

    def support(ids: frozenset[str], number: int) -> float:
        claim = stated[number]
        if ids == _ids_of(claim):
            return LEVELS.get(claim["verdict"], 0.0)
        alone = [LEVELS.get(finding["verdict"], 0.0) for finding in claim["findings"] if finding["paper"] in ids]
        return max(alone, default=0.0)

    return support


def _share(marks: Sequence[bool]) -> float | None:
    return sum(marks) / len(marks) if marks else None


def _has(said: str, figure: str) -> bool:
    """Whether a figure stands in a text as a number of its own: "9" is not in "99" or "0.9"."""
    plain = re.escape(figure.replace(",", "").strip())
    return bool(re.search(rf"(?<![\w.]){plain}(?![\w]|\.\d)", said.replace(",", "").replace(" %", "%")))
