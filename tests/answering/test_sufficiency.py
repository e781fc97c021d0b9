"""Whether a small model is asked to write: only where it reads the answer in the likeliest passages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from support.kitchen import QUESTION, YEAST, verdicts

from assistant.answering import pipeline
from assistant.answering.pipeline import Pipeline
from assistant.models.base import ChatModel, Message, Reply
from assistant.testing import ScriptedModel

STATEMENT = '{"statements": [{"sources": ["1.1"], "text": "Yeast gives off carbon dioxide."}]}'
NOT_STATED = "the model was asked whether the likeliest passages state the answer, and said no"


class Weighing(ScriptedModel):
    """A scripted model that tells how likely its words were, as endpoints do."""

    def with_alternatives(self, count: int) -> ChatModel:
        assert count >= 2
        return self


def one_word(word: str, likely: Mapping[str, float]) -> Reply:
    return Reply(word, "small", input_tokens=200, output_tokens=1, alternatives=((word, likely),))


def ask(kitchen: Pipeline, model: ScriptedModel) -> tuple[tuple[str, tuple[str, ...]], Sequence[Sequence[Message]]]:
    answer = pipeline.ask(replace(kitchen, model=model, evidence_tokens=100), QUESTION)
    return (answer.status, answer.notes), model.requests


@pytest.mark.parametrize("word", ["No", "no, it is not stated", "\nNO.", "Nein.", "non"])
def test_who_says_no_is_not_asked_to_write(kitchen: Pipeline, word: str) -> None:
    outcome, requests = ask(kitchen, ScriptedModel([word]))
    assert (outcome, len(requests)) == (("abstained", (NOT_STATED,)), 1)
    sent = requests[0][-1].text
    assert f"- {YEAST}. " in sent
    assert f"Question: {QUESTION}\n" in sent


def test_odds_decide_where_the_endpoint_tells_them(kitchen: Pipeline) -> None:
    unsure = one_word("yes", {"yes": 0.4, "Yes": 0.05, "no": 0.3, "No": 0.2})
    outcome, _ = ask(kitchen, Weighing([unsure]))
    assert outcome == ("abstained", (NOT_STATED,))
    (status, _), requests = ask(kitchen, Weighing([one_word("no", {"yes": 0.35, "Yes": 0.2, "no": 0.45}), STATEMENT]))
    assert (status, len(requests)) == ("answered", 2)


def test_both_requests_are_counted(kitchen: Pipeline) -> None:
    written = Reply(STATEMENT, "small", input_tokens=700, output_tokens=30)
    model = Weighing([one_word("yes", {"yes": 0.9, "no": 0.1}), written])
    answer = pipeline.ask(replace(kitchen, model=model, evidence_tokens=100), QUESTION)
    assert verdicts(answer)[0][0] in {"supported", "located"}
    assert answer.tokens == (900, 31)


def test_a_model_that_is_shown_much_writes_at_once(kitchen: Pipeline) -> None:
    model = ScriptedModel(["The library does not hold the answer."])
    pipeline.ask(replace(kitchen, model=model), QUESTION)
    assert len(model.requests) == 1
