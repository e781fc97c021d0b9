"""What a model is shown of the papers, may have searched again, and has judged."""

from dataclasses import replace

from support.kitchen import QUESTION, RENNET, YEAST, verdicts, written

from assistant.answering import pipeline
from assistant.answering.model_checkers import ChatChecker
from assistant.answering.pipeline import Pipeline
from assistant.cli.views import answers as render
from assistant.domain.errors import ModelError
from assistant.domain.verdicts import MARKS
from assistant.models.base import Reply
from assistant.testing import ScriptedModel


def test_few_tokens_hold_the_sentences_that_are_likeliest_to_answer(kitchen: Pipeline) -> None:
    model = ScriptedModel(["yes", '{"statements": []}'])
    answer = pipeline.ask(replace(kitchen, model=model, evidence_tokens=100), QUESTION)
    sent = model.requests[1][-1].text
    assert f"[1] {YEAST} (2024-01-01)\n1.1 " in sent
    assert "The gas makes dough rise to twice its volume" in sent
    assert RENNET not in sent
    assert len(sent) < 100 * 4 + 200
    assert answer.prompt is not None
    assert (answer.status, answer.prompt[0]) == ("abstained", "statements.v2")


def test_a_small_model_is_not_asked_about_a_name_that_no_paper_has(kitchen: Pipeline) -> None:
    model = ScriptedModel([])
    answer = pipeline.ask(replace(kitchen, model=model, evidence_tokens=100), "How does YeastNet make dough rise?")
    assert (answer.status, answer.notes) == (
        "abstained",
        (
            "no title or abstract in the library has “YeastNet”",
            "the model was not asked: nothing in the library has this name",
        ),
    )
    _, sent = written(kitchen, "The library does not hold the answer.", question="How does YeastNet make dough rise?")
    assert "\n(No paper of the library has the name “YeastNet”.)\n" in sent[0]


def test_a_model_may_look_again_once_and_is_shown_what_is_found(kitchen: Pipeline) -> None:
    replies = [
        "The sources say nothing of milk.\nSearch: rennet curd\nSearch: milk enzyme\nSearch: more",
        f"Milk becomes curd by an enzyme, rennet [{RENNET}].\nSearch: once more",
    ]
    answer, sent = written(kitchen, *replies, limit=3)
    assert RENNET not in sent[0]
    assert RENNET in sent[1]
    assert ("“Search: ”" in sent[0], "“Search: ”" in sent[1]) == (True, False)
    assert [claim.findings[0].paper.title for claim in answer.claims if claim.findings[0].paper] == [RENNET]
    assert answer.evidence[0].paper.title == YEAST
    again = "the model had the library searched again, for “rennet curd” and “milk enzyme”"
    assert any(note.startswith(again) for note in answer.notes)
    assert answer.tokens == (1800, 18)


def test_a_checker_settles_what_is_near_and_its_tokens_count(kitchen: Pipeline, keys: dict[str, str]) -> None:
    reply = Reply('{"1": "yes"}', "judge", input_tokens=300, output_tokens=5)
    checker = ChatChecker(ScriptedModel([reply, ModelError("it fell silent")], "judge"))
    stages: list[str] = []
    judged = replace(kitchen, checker=checker, on_stage=stages.append)
    text = f"Carbon dioxide from yeast makes dough rise [{keys[YEAST]}]."
    answer, _ = written(judged, text)
    assert verdicts(answer) == [("supported", "checker")]
    assert (answer.checker, answer.tokens) == ("judge", (1200, 14))
    assert "checking 1 claim" in stages
    assert render.summary(answer, MARKS).startswith("1 claim: 1 supported ✓ · checked by judge · model scripted · ")
    assert render.record(answer, "fingerprint", 4)["checker"] == "judge"
    failed, _ = written(judged, text)
    assert verdicts(failed) == [("located", "support")]
    assert (failed.checker, failed.tokens) == (None, (900, 9))
    assert failed.notes == ("no claim was judged by a checker, for it failed: it fell silent",)
