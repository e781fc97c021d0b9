"""A chat with a model, over a pipe: all that it is sent, and what becomes of its replies and failures."""

import hashlib
import re

import pytest
from support.chats import (
    ENSEMBLES,
    FOLLOW_UP,
    HERDING,
    OVEROPTIMIZATION,
    SAID,
    WRITTEN,
    Talk,
    key,
    messages,
    only,
)
from support.endpoint import Step, refuses, says, serve, streams
from support.endpoint import chunk as piece

from assistant.answering import prompts
from assistant.answering.conversation.archive import Archive

REWRITTEN = "How do reward model ensembles mitigate overoptimization?"


WRITTEN_ANSWER = f"""\
≈ {SAID}

[1] {ENSEMBLES} (2023-10-04)
    ≈ “With best-of-n sampling, the conservative ensemble objectives all but remove reward overoptimization, and final \
quality can rise by as much as 70%.”
1 claim: 1 located ≈ (no checker) · model scripted · 9,000 tokens in, 9 out · 0.0 s
"""


SEEDS = f"Ensembles with different pretraining seeds generalise better [{key(HERDING)}]."


SECOND_ANSWER = f"""\
≈ Ensembles with different pretraining seeds generalise better. [2]

[2] {HERDING} (2023-12-14)
    ≈ “Ensembles whose members start from different pretraining seeds generalise better than ensembles whose members \
differ only in their fine-tuning seed.”
1 claim: 1 located ≈ (no checker) · model scripted · 9,000 tokens in, 9 out · 0.0 s
"""


def spent(questions: str, requests: str, read: str, written: int) -> str:
    return f"assistant: {questions}, {requests} to models: {read} tokens in, {written} out · 0.0 s\n"


def with_rewriting(answer: str, read: str) -> str:
    return answer.replace("9,000 tokens in, 9 out", f"{read} tokens in, 18 out")


def reply(text: str, read: int = 9_000) -> Step:
    return says(text, tokens=(read, 9))


def test_a_model_rewrites_a_follow_up_and_answers_without_seeing_earlier_answers(talk: Talk, archive: Archive) -> None:
    script = [reply(WRITTEN), reply(f' "{REWRITTEN}"\n', 500), reply(SEEDS)]
    with serve(script, lists_models=False) as server:
        code, shown = talk(OVEROPTIMIZATION, FOLLOW_UP, OPENAI_BASE_URL=server.url)
    assert (code, shown) == (
        0,
        f"\n# {OVEROPTIMIZATION}\n{WRITTEN_ANSWER}\n# {FOLLOW_UP}\n↳ {REWRITTEN}\n"
        + with_rewriting(SECOND_ANSWER, "9,500")
        + spent("2 questions", "3 requests", "18,500", 27),
    )
    answered, condensed, followed = (texts[-1] for texts in messages(server))
    assert f"\nQuestion: {OVEROPTIMIZATION}\n" in answered + "\n"
    # The rewriting is told what was said, once, and the question as it was typed;
    history = f"Question: {OVEROPTIMIZATION}\nAnswer: {SAID.removesuffix(' [1]')}\nCited [1]: {ENSEMBLES}"
    digest = hashlib.sha256(f"{FOLLOW_UP}\0{history}".encode()).hexdigest()
    fence = f"=== {digest[:16]} ==="
    assert condensed == prompts.load("condense.v2").fill(history=history, question=FOLLOW_UP, fence=fence)
    # the answer is written from abstracts alone, for the rewritten question alone.
    assert f"\nQuestion: {REWRITTEN}\n" in followed + "\n"
    for earlier in (
        FOLLOW_UP,
        OVEROPTIMIZATION,
        "Conservative**",
        "objectives all but remove reward overoptimization [",
    ):
        assert earlier not in followed
    shown_titles = re.findall(r"^\[\d\] (.*) \(\d{4}-", followed, re.MULTILINE)
    assert {item.paper.title for item in only(archive).turns[1].answer.evidence} >= set(shown_titles) > set()

    first, second = only(archive).turns
    assert (first.reading.how, second.reading.how, second.reading.text) == ("alone", "model", REWRITTEN)
    assert (second.question, second.answer.question) == (FOLLOW_UP, REWRITTEN)
    assert (second.reading.tokens, second.answer.tokens) == ((500, 9), (9_000, 9))
    assert (second.answer.model, second.answer.reply) == ("scripted", SEEDS)
    assert second.answer.prompt == ("answer.v2", prompts.load("answer.v2").sha256)
    assert [claim.verdict for claim in second.answer.claims] == ["located"]
    assert second.answer.seconds.total > second.answer.seconds.generate > 0
    assert all(item.score > 0 for item in second.answer.evidence[:8])


def test_what_is_searched_is_the_rewritten_question(talk: Talk, archive: Archive) -> None:
    rewritten = "Which ensembles generalise better: of what pretraining seeds?"
    with serve(
        [reply(SEEDS), reply(rewritten), reply("The library does not hold the answer.")], lists_models=False
    ) as server:
        talk(OVEROPTIMIZATION, FOLLOW_UP, OPENAI_BASE_URL=server.url)
    with serve(reply("The library does not hold the answer."), lists_models=False) as server:
        talk(rewritten, OPENAI_BASE_URL=server.url)
    alone, in_conversation = (archive.load(id).turns[-1].answer for id in archive.ids())
    assert [item.paper.id for item in in_conversation.evidence][:1] == [item.paper.id for item in alone.evidence][:1]
    assert {item.paper.id: item.key for item in in_conversation.evidence}.items() & {
        item.paper.id: item.key for item in alone.evidence
    }.items()
    assert in_conversation.status == "abstained"


def test_numbers_stay_with_their_papers_through_retry_and_undo(talk: Talk, archive: Archive) -> None:
    # The follow-ups are answered by "rewritten, then written" each.
    script = [reply(WRITTEN), reply(SEEDS), reply(REWRITTEN), reply(WRITTEN), reply(REWRITTEN), reply(SEEDS)]
    with serve(script, lists_models=False) as server:
        code, shown = talk(
            OVEROPTIMIZATION, "/retry", FOLLOW_UP, "/undo", FOLLOW_UP, "/open 1", OPENAI_BASE_URL=server.url
        )
    assert code == 0
    assert shown.startswith(
        f"\n# {OVEROPTIMIZATION}\n{WRITTEN_ANSWER}{SECOND_ANSWER}"
        f"\n# {FOLLOW_UP}\n↳ {REWRITTEN}\n{with_rewriting(WRITTEN_ANSWER, '18,000')}"
        f"assistant: taken back: {FOLLOW_UP}\n"
        f"\n# {FOLLOW_UP}\n↳ {REWRITTEN}\n{with_rewriting(SECOND_ANSWER, '18,000')}{ENSEMBLES}\n"
    )
    kept = only(archive)
    assert [turn.number for turn in kept.turns] == [2, 4]
    assert {number: paper.title for number, paper in kept.papers.items()} == {1: ENSEMBLES, 2: HERDING}
    # What was replaced or taken back is told to nobody.
    for request in messages(server)[2::2]:
        assert WRITTEN.split(" [")[0] not in request[0]


@pytest.mark.parametrize(
    ("failing", "note", "cost"),
    [
        (
            refuses(400, "no"),
            "the follow-up was completed by rule, for the model failed to complete it: the model gpt-4.1-mini at ",
            SECOND_ANSWER + spent("2 questions", "2 requests", "18,000", 18),
        ),
        (
            reply("x " * 400),
            "the follow-up was completed by rule, for the model wrote no question\n",
            with_rewriting(SECOND_ANSWER, "18,000") + spent("2 questions", "3 requests", "27,000", 27),
        ),
    ],
)
def test_a_rewriting_that_fails_leaves_the_rule(
    talk: Talk, archive: Archive, failing: Step, note: str, cost: str
) -> None:
    with serve([reply(WRITTEN), failing, reply(SEEDS)], lists_models=False) as server:
        code, shown = talk(OVEROPTIMIZATION, FOLLOW_UP, OPENAI_BASE_URL=server.url)
    assert code == 0
    assert f"↳ {OVEROPTIMIZATION} {FOLLOW_UP}\nassistant: {note}" in shown
    assert shown.endswith(cost)
    assert only(archive).turns[1].reading.how == "rule"


def test_a_model_that_fails_ends_a_pipe_with_5_and_the_chat_goes_on(talk: Talk, archive: Archive) -> None:
    breaks = streams(piece(""), then="cut")
    with serve([refuses(401, "bad key"), breaks, reply(WRITTEN)], lists_models=False) as server:
        code, shown = talk(*[OVEROPTIMIZATION] * 3, "/xyzzy", OPENAI_BASE_URL=server.url)
    failed = f"assistant: error: the model gpt-4.1-mini at {server.url} failed "
    assert code == 5
    assert shown.count(failed) == 2
    assert f"{failed}(status 401: bad key); check OPENAI_API_KEY, or answer without a model: --model none\n" in shown
    unknown = "assistant: error: there is no command /xyzzy; /help lists the commands\n"
    assert shown.endswith(WRITTEN_ANSWER + unknown + spent("1 question", "1 request", "9,000", 9))
    assert [turn.number for turn in only(archive).recorded] == [1]


def test_failing_claims_are_said_to_fail_and_kept_so(talk: Talk, archive: Archive) -> None:
    bad = f"Ensembles cost 999 dollars [{key(ENSEMBLES)}]. Nothing is cited here."
    with serve(reply(bad), lists_models=False) as server:
        code, shown = talk(OVEROPTIMIZATION, "/why", "/copy", OPENAI_BASE_URL=server.url)
    assert code == 0
    assert "✗ Ensembles cost 999 dollars. [1]\n    unsupported: " in shown
    assert "[1] unsupported, decided by the step “facts”, score " in shown
    assert ("- ✗ Ensembles cost 999 dollars. [1] *(unsupported: not in the cited abstract: 999)*\n") in shown
    assert "left out of the model's reply, as it cites nothing: “Nothing is cited here.”" in shown
    assert [claim.verdict for claim in only(archive).turns[0].answer.claims] == ["unsupported"]


def test_a_model_that_may_be_told_nothing_is_told_nothing(talk: Talk) -> None:
    with serve([reply(WRITTEN), reply(REWRITTEN), reply(SEEDS)], lists_models=False) as server:
        talk(OVEROPTIMIZATION, FOLLOW_UP, options=("--context", "0"), OPENAI_BASE_URL=server.url)
    [_, [_, condensed], _] = messages(server)
    assert "Question: " not in condensed


def test_another_model_is_asked_under_the_flags_of_the_chat_and_is_counted_with_the_first(talk: Talk) -> None:
    with serve([reply(WRITTEN), reply(SEEDS)], lists_models=False) as server:
        flags = ("--max-tokens", "77", "--timeout", "60")
        code, shown = talk(OVEROPTIMIZATION, "/model other", "/retry", options=flags, OPENAI_BASE_URL=server.url)
    assert code == 0
    bodies = [request.body for request in server.requests]
    assert [(body["model"], body["max_tokens"]) for body in bodies] == [("gpt-4.1-mini", 77), ("other", 77)]
    assert shown.endswith(SECOND_ANSWER + spent("2 questions", "2 requests", "18,000", 18))


def test_a_chat_keeps_to_its_budget(talk: Talk, archive: Archive) -> None:
    with serve([reply(WRITTEN), reply(SEEDS)], lists_models=False) as server:
        code, shown = talk(OVEROPTIMIZATION, "/retry", options=("--budget", "9500t"), OPENAI_BASE_URL=server.url)
    assert (code, len(server.requests), len(only(archive).recorded)) == (5, 1, 1)
    assert "assistant: error: the budget of 9,500 tokens would be exceeded, so the model is not asked (9,009 " in shown
