"""Run `python -m bench.fit_support SCIFACT_FOLDER LIBRARY`: fit the numbers of `verification/support/classifier.py`.

The library is one of SciFact's papers; the claims are those of its train split. Everything is measured by the product's
own code; figures are by cross-validation (5 folds over claims, seeds 7, 8, 9), and the thresholds come from scores of
claims that the scoring model was not fitted on (seed 7). Takes a minute.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.local import local_embedder
from assistant.retrieval import retriever
from assistant.verification import documents
from assistant.verification.support import SupportScorer, classifier, features
from bench import evidence_sentences
from bench.evidence_sentences import Marked, SciFact
from bench.regression import Array, Group, auc, conditional, folds, kept_share, logistic

SEEDS = (7, 8, 9)
_MISJUDGED = 0.03  # share of right citations that each of the two failing verdicts may cost
_WRONG = 3  # nearest wrong papers per claim that the support is fitted against
Pair = tuple[str, str]


@dataclass(frozen=True)
class Data:
    """All that is fitted on."""

    right: list[Pair]
    """(claim id, paper id)."""
    wrong: dict[str, list[str]]
    """By claim: its nearest papers that nobody tied to it, best first."""
    near: dict[str, list[str]]
    """By claim: its nearest papers."""
    rows: dict[Pair, Array]
    """The features of whole abstracts."""
    groups: list[Group]
    """For each of `right`: the features of its sentences, and which are evidence."""


def gather(scifact: SciFact, library: LibrarySnapshot) -> Data:
    """Measure every claim against its papers and its nearest ones."""
    texts = {row.claim_id: row.claim for row in scifact.supported}
    vectors = dict(zip(texts, local_embedder(os.environ).embed(list(texts.values())), strict=True))
    nearest = retriever.nearest_papers(library, np.stack(list(vectors.values())), list(texts.values()), 30)
    near = {claim: list(ids) for claim, ids in zip(texts, nearest, strict=True)}
    right = [(row.claim_id, row.paper_id) for row in scifact.supported]
    papers = dict.fromkeys([paper for _, paper in right] + [paper for ids in near.values() for paper in ids])
    scorer = SupportScorer(library.words)
    read = abstracts.read(library, library.papers(list(papers)))
    prepared = {paper: scorer.prepare_abstract(abstract) for paper, abstract in read.items()}
    claims = {claim: scorer.prepare_claim(texts[claim], vectors[claim]) for claim in texts}
    rows = {
        (claim, paper): features.paper(claims[claim], features.match(claims[claim], prepared[paper]))
        for claim, paper in dict.fromkeys(right + [(claim, paper) for claim in near for paper in near[claim]])
    }

    def group(row: Marked) -> Group:
        claim, abstract = claims[row.claim_id], prepared[row.paper_id]
        labels = [evidence_sentences.is_evidence(text, row.evidence) for text in abstract.abstract.sentences]
        return features.sentences(claim, features.match(claim, abstract), abstract, scorer.words), np.array(labels)

    wrong = {claim: [paper for paper in near[claim] if paper not in scifact.tied[claim]] for claim in near}
    return Data(right, wrong, near, rows, [group(row) for row in scifact.supported])


def fit_sentences(data: Data) -> Array:
    """Print how often the best sentence is evidence, in cross-validation, and return the weights."""
    hits = []
    for seed in SEEDS:
        fold = folds([claim for claim, _ in data.right], seed)
        for number in range(5):
            inside = [fold[claim] == number for claim, _ in data.right]
            weights = conditional([g for g, held_out in zip(data.groups, inside, strict=True) if not held_out])
            hits += [
                g[1][np.argmax(g[0] @ weights)] for g, held_out in zip(data.groups, inside, strict=True) if held_out
            ]
    print(f"A   quote is evidence, cross-validated: {np.mean(hits):.3f}")
    return conditional(data.groups).round(2)


def fit_papers(data: Data, claims: Sequence[str]) -> Array:
    """Fit the support on these claims; right and wrong papers weigh alike."""
    selection = set(claims)
    right = [pair for pair in data.right if pair[0] in selection]
    wrong = [(claim, paper) for claim in claims for paper in data.wrong[claim][:_WRONG]]
    rows = np.array([data.rows[pair] for pair in right + wrong])
    labels = np.concatenate((np.ones(len(right)), np.zeros(len(wrong))))
    return logistic(rows, labels, np.where(labels > 0, 1.0, len(right) / len(wrong)))


def out_of_fold(data: Data, seed: int) -> dict[Pair, float]:
    """Return the support for every pair, each by a model that did not see its claim."""
    claims = sorted(data.near)
    fold, scores = folds(claims, seed), dict[Pair, float]()
    for number in range(5):
        weights = fit_papers(data, [claim for claim in claims if fold[claim] != number])
        for pair, row in data.rows.items():
            if fold[pair[0]] == number:
                scores[pair] = float(weights[0] + row @ weights[1:])
    return scores


def ahead(data: Data, scores: dict[Pair, float], pair: Pair) -> float:
    """Return how much the support by a paper exceeds that by the best other of the nearest."""
    claim, paper = pair
    near = [other for other in data.near[claim][: documents.RIVALS] if other != paper]
    return scores[pair] - max(scores[claim, other] for other in near)


def fit_contrast(data: Data, scores: dict[Pair, float], claims: Sequence[str]) -> Array:
    """Fit the contrast: the right paper against the nearest wrong one, on out-of-fold support."""
    selection = set(claims)
    right = [pair for pair in data.right if pair[0] in selection]
    wrong = [(claim, data.wrong[claim][0]) for claim in claims]
    rows = np.array([[scores[pair], min(ahead(data, scores, pair), classifier.CONTRAST_CAP)] for pair in right + wrong])
    return logistic(rows, np.concatenate((np.ones(len(right)), np.zeros(len(wrong)))), ridge=0.1)


def cross_validated(data: Data) -> None:
    """Print how right papers score against the nearest wrong ones, without and with the contrast."""
    claims = sorted(data.near)
    wrong = [(claim, data.wrong[claim][0]) for claim in claims]
    figures = []
    for seed in SEEDS:
        scores, fold, contrasts = out_of_fold(data, seed), folds(claims, seed), dict[Pair, float]()
        for number in range(5):
            weights = fit_contrast(data, scores, [claim for claim in claims if fold[claim] != number])
            for pair in data.right + wrong:
                if fold[pair[0]] == number:
                    row = np.array([scores[pair], min(ahead(data, scores, pair), classifier.CONTRAST_CAP)])
                    contrasts[pair] = float(weights[0] + row @ weights[1:])
        for table in (scores, contrasts):
            ours, theirs = (np.array([table[pair] for pair in pairs]) for pairs in (data.right, wrong))
            figures += [auc(ours, theirs), kept_share(ours, theirs)[0]]
    alone_auc, alone, with_auc, with_share = np.mean(np.reshape(figures, (len(SEEDS), 4)), axis=0)
    print(f"B   without contrast: AUC {alone_auc:.3f}, kept where 10 % of wrong ones pass {alone:.3f}")
    print(f"B   with contrast:    AUC {with_auc:.3f}, kept {with_share:.3f}")


def thresholds(data: Data, scores: dict[Pair, float], contrast: Array) -> None:
    """Print the thresholds of the verdicts."""
    wrong = [(claim, papers[0]) for claim, papers in data.wrong.items()]
    ours, theirs = (np.array([scores[pair] for pair in pairs]) for pairs in (data.right, wrong))

    def logits(pairs: Sequence[Pair]) -> Array:
        rows = np.array([[scores[pair], min(ahead(data, scores, pair), classifier.CONTRAST_CAP)] for pair in pairs])
        return np.asarray(contrast[0] + rows @ contrast[1:])

    print(f"SUPPORTED_AT = {kept_share(ours, theirs)[1]:.2f}")
    print(f"SUPPORTED_WITH_CONTRAST_AT = {kept_share(ours, theirs, 0.3)[1]:.2f}")
    print(f"UNSUPPORTED_BELOW = {np.quantile(ours, _MISJUDGED):.2f}")
    lead = [ahead(data, scores, pair) for pair in data.right]
    print(f"MISATTRIBUTION_MARGIN = {-np.quantile(lead, _MISJUDGED):.2f}")
    print(f"CONTRAST_SUPPORTED_AT = {kept_share(logits(data.right), logits(wrong))[1]:.2f}")


def main(folder: Path, library: Path) -> None:
    with LibrarySnapshot(library) as opened:
        data = gather(evidence_sentences.read(folder, "train"), opened)
    print(f"{len(data.right)} supported citations of {len(data.near)} claims, train")
    sentence = fit_sentences(data)
    cross_validated(data)
    claims = sorted(data.near)
    paper, scores = fit_papers(data, claims).round(3), out_of_fold(data, SEEDS[0])
    contrast = fit_contrast(data, scores, claims).round(3)
    print(f"SENTENCE_WEIGHTS = {tuple(sentence.tolist())}  # {', '.join(features.SENTENCE)}")
    print(f"PAPER_WEIGHTS = {tuple(paper.tolist())}  # intercept, {', '.join(features.PAPER)}")
    print(f"CONTRAST_WEIGHTS = {tuple(contrast.tolist())}")
    thresholds(data, scores, contrast)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
