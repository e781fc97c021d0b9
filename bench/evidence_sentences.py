"""SciFact's files -> its claims, the papers and the sentences that people marked as their evidence. Nothing to run."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Marked:
    """One claim and one paper that people found to support or to refute it."""

    claim_id: str
    claim: str
    paper_id: str
    supports: bool
    evidence: tuple[str, ...]
    """The sentences marked."""


@dataclass(frozen=True)
class SciFact:
    """The annotations of one split, and every paper that anybody tied to a claim."""

    marked: tuple[Marked, ...]
    tied: dict[str, set[str]]
    """By claim id: the papers in evidence.jsonl or in the qrels."""

    @property
    def supported(self) -> list[Marked]:
        return [row for row in self.marked if row.supports]

    @property
    def refuted(self) -> list[Marked]:
        return [row for row in self.marked if not row.supports]


def read(folder: Path, split: str) -> SciFact:
    sentences = {row["doc_id"]: row["abstract"] for row in _rows(folder / "corpus_sentences.jsonl")}
    tied: defaultdict[str, set[str]] = defaultdict(set)
    for name in ("qrels.tsv", "qrels_train.tsv"):
        for line in (folder / name).read_text().splitlines()[1:]:
            claim, paper, _ = line.split("\t")
            tied[claim].add(paper)
    marked = []
    for row in _rows(folder / "evidence.jsonl"):
        tied[row["claim_id"]].add(row["doc_id"])
        if row["split"] == split:
            numbers = sorted({number for rationale in row["rationales"] for number in rationale})
            texts = tuple(sentences[row["doc_id"]][number] for number in numbers)
            supports = row["label"] == "SUPPORT"
            marked.append(Marked(row["claim_id"], row["claim"], row["doc_id"], supports, texts))
    return SciFact(tuple(marked), dict(tied))


def is_evidence(sentence: str, marked: tuple[str, ...]) -> bool:
    """Whether a sentence is one of those marked: one contains the other, but for case, spacing and punctuation."""
    ours = _normal(sentence)
    return bool(ours) and any(ours in theirs or theirs in ours for theirs in map(_normal, marked))


def _normal(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
