"""The extractive answerer on the question set: python -m bench.extraction PAGES.

PAGES is the folder of the five listing pages that evals/questions/listings.jsonl asks about. Prints the coefficients
that the dev half gives, and for each half: questions wrongly abstained from and wrongly answered, and the precision,
recall and F1 of the cited titles over answerable questions (an abstention scores 0).
"""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from assistant import abstracts, evidence, extraction, reading
from assistant.answers import Asking, ask
from assistant.embedding.local import LocalEmbedder
from assistant.library import intake
from assistant.library.reader import Library
from bench import logistic

QUESTIONS = Path(__file__).parents[1] / "evals" / "questions" / "listings.jsonl"


def main(pages: str) -> None:
    questions = [json.loads(row) for row in QUESTIONS.read_text().splitlines()]
    embedder = LocalEmbedder()
    with tempfile.TemporaryDirectory() as temporary:
        intake.add(Path(temporary) / "library", reading.read([pages], None, date.today()), embedder)
        with Library(Path(temporary) / "library", embedder.fingerprint) as library:
            asking = Asking(library, embedder)
            for split in ("dev", "test"):
                asked = [question for question in questions if question["split"] == split]
                report(asking, split, asked)


def report(asking: Asking, split: str, asked: list[dict[str, Any]]) -> None:
    labels = np.array([float(question["answerable"]) for question in asked])
    features = np.array([_signals(asking, question["question"]) for question in asked])
    scores = np.array([extraction.odds(*row) for row in features])
    if split == "dev":
        print("intercept, similarity, unknown:", logistic.fit(features, labels).round(2))
    print(f"{split}: AUC of answerable {logistic.auc(scores[labels == 1], scores[labels == 0]):.3f}")
    found = [_judged(asking, question) for question in asked]
    answerable = [row for row, label in zip(found, labels, strict=True) if label]
    print(f"  abstained from answerable {np.mean([not row[0] for row in answerable]):.3f} of {len(answerable)}")
    for kind in sorted({question["kind"] for question in asked if not question["answerable"]}):
        answered = [row[0] for row, question in zip(found, asked, strict=True) if question["kind"] == kind]
        print(f"  answered though {kind:17} {np.mean(answered):.3f} of {len(answered)}")
    precision, recall, score = np.array([row[1:] for row in answerable]).mean(axis=0)
    print(f"  titles: precision {precision:.3f}, recall {recall:.3f}, F1 {score:.3f}")


def _signals(asking: Asking, question: str) -> tuple[float, float]:
    vector = asking.embedder.embed([question])[0]
    found = evidence.nearest(asking.library, vector, question, asking.limit)
    held = abstracts.read(asking.library, [item.paper for item in found])
    return extraction.signals(question, vector, held, asking.library.words)


def _judged(asking: Asking, question: dict[str, Any]) -> tuple[bool, float, float, float]:
    """Return whether it answered, and precision, recall and F1 of the titles it cites."""
    answer = ask(asking, question["question"])
    cited = {finding.paper.title for claim in answer.claims for finding in claim.findings if finding.paper}
    right = len(cited & set(question["titles"]))
    precision = right / len(cited) if cited else 0.0
    recall = right / len(question["titles"]) if question["titles"] else 0.0
    both = 2 * precision * recall / (precision + recall) if right else 0.0
    return answer.status == "answered", precision, recall, both


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
