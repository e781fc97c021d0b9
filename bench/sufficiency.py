"""Run `python -m bench.sufficiency URL dev|test --library DIR`: how sure a small model has to be that papers answer.

DIR holds the papers of the five pages. Every question of one half of evals/daily_papers is asked as a command asks it,
but for the writing: the model says in one word whether the likeliest passages state the answer, and its odds are kept
in --replies. Prints which share of the near misses and of the foreign questions would be answered where so many
answers are withheld; on `dev` the threshold is written to answering/sufficiency.json.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering import odds, pipeline, sufficiency
from assistant.app.opening import open_library
from assistant.domain.callbacks import OnToken
from assistant.models.base import ChatModel, Message, Reply
from assistant.models.openai.chat import OpenAIModel
from bench import calibrations, regression
from bench.model_sample import QUESTIONS, kind

Chances = NDArray[np.float64]
_WITHHELD = 0.15  # share of the answers that may be withheld: 20 %, less a standard error of so few questions
_SHARES = (0.05, 0.10, 0.15, 0.20)
_UNASKED = 0.0
"""How likely "yes" is for a question that a small model is not asked, as its library seems to hold no answer."""


class OneWord:
    """Asks a model for its one word, and never lets it write more."""

    def __init__(self, model: OpenAIModel) -> None:
        self.name = model.name
        self.yes: float | None = None
        """How likely its "yes" was, against "no"."""
        self._model: ChatModel = model

    def with_alternatives(self, count: int) -> "OneWord":
        """Return this model, asked for so many alternatives."""
        if isinstance(self._model, OpenAIModel):
            self._model = self._model.with_alternatives(count)
        return self

    def reply(
        self, messages: Sequence[Message], on_token: OnToken | None = None, schema: Mapping[str, object] | None = None
    ) -> Reply:
        """Return "no" whatever the model says, and keep what it said."""
        likely = odds.shares(self._model.reply(messages, on_token, schema), ("yes", "no"))
        self.yes = likely[0]["yes"] if likely else None
        return Reply("no", self.name)


def ask(endpoint: OpenAIModel, library: str, rows: Sequence[dict[str, Any]], replies: Path) -> dict[str, float]:
    """Return how likely "yes" was by question, those in the file first; questions that are answered without a model
    (lists, facts) are left out."""
    lines = replies.read_text(encoding="utf-8").splitlines() if replies.exists() else []
    chances: dict[str, float | None] = {row["id"]: row["yes"] for row in map(json.loads, lines)}
    with open_library(library, model=endpoint, evidence=800) as opened, replies.open("a", encoding="utf-8") as file:
        for row in rows:
            if row["id"] in chances:
                continue
            model = OneWord(endpoint)
            answer = pipeline.ask(replace(opened.pipeline(), model=model), row["question"])
            chances[row["id"]] = None if answer.status == "answered" else model.yes or _UNASKED
            file.write(json.dumps({"id": row["id"], "yes": chances[row["id"]]}) + "\n")
            file.flush()
    return {id: chance for id, chance in chances.items() if chance is not None}


def figures(chances: Mapping[str, Chances], least: float) -> dict[str, float]:
    """Return what a threshold does, and the area under the curve against near misses; `chances` are by kind."""
    asked = {name: float((values >= least).mean()) for name, values in chances.items()}
    return {
        "questions": sum(map(len, chances.values())),
        "auc_near_misses": round(regression.auc(chances["answerable"], chances["near"]), 3),
        "withheld": round(1 - asked["answerable"], 3),
        "near_misses_answered": round(asked["near"], 3),
        "foreign_answered": round(asked["foreign"], 3),
    }


def threshold(chances: Chances, share: float) -> float:
    """Return the highest number of two digits that at most this share lies below."""
    return float(np.floor(np.quantile(chances, share, method="lower") * 100) / 100)


def line(chances: Mapping[str, Chances], least: float) -> str:
    """Return a row of the table."""
    row = figures(chances, least)
    cells = row["withheld"], row["near_misses_answered"], row["foreign_answered"]
    return f"| {least:.2f} | {' | '.join(f'{cell:.0%}' for cell in cells)} |"


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sufficiency", description=__doc__.partition("\n")[0])
    parser.add_argument("url", metavar="URL", help="an OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1")
    parser.add_argument("split", choices=("dev", "test"))
    parser.add_argument("--library", required=True, metavar="DIR")
    parser.add_argument("--model", default="qwen", metavar="NAME")
    parser.add_argument("--key", default="none", help="what the endpoint wants as a key")
    parser.add_argument("--replies", type=Path, default=Path("sufficiency.jsonl"), metavar="FILE")
    given = parser.parse_args(words)
    rows = [json.loads(row) for row in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["split"] == given.split]
    endpoint = OpenAIModel(given.model, key=given.key, base_url=given.url, max_tokens=4)
    yes = ask(endpoint, given.library, rows, given.replies)
    chances = {
        name: np.array([yes[row["id"]] for row in rows if row["id"] in yes and kind(row) == name])
        for name in ("answerable", "near", "foreign")
    }
    if given.split == "dev":
        least = threshold(chances["answerable"], _WITHHELD)
        calibrations.write(sufficiency.FILE, "sufficiency", {}, {"least": least}, figures(chances, least))
    least = sufficiency.least()
    print("| threshold | withheld | near misses answered | foreign answered |\n|---|---|---|---|")
    for share in _SHARES:
        print(line(chances, threshold(chances["answerable"], share)))
    print(f"\nin use:\n{line(chances, least)}\n{figures(chances, least)}")


if __name__ == "__main__":
    main(sys.argv[1:])
