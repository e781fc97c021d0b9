"""Requests to models -> what they cost, by the endpoint's count or ours."""

import gc

import pytest
from support.endpoint import answers, chunk, serve, streams, usage
from support.priced import DAY, PRICE, QUESTION, counted_reply

from assistant.domain.costs import Budget, Cost
from assistant.domain.errors import ModelError
from assistant.models.account import Account
from assistant.models.base import Reply
from assistant.models.openai.chat import OpenAIModel
from assistant.models.prices import LOCAL
from assistant.testing import ScriptedModel

COUNTS = {"prompt_tokens": 900, "completion_tokens": 9}


def test_replies_are_counted_and_summed() -> None:
    account = Account()
    model = account.metered(
        ScriptedModel([counted_reply(), counted_reply(cached=800), ModelError("it is busy")]), PRICE
    )
    with account.tally() as both:
        model.reply(QUESTION)
        with account.tally() as tally:
            model.reply(QUESTION)
    with pytest.raises(ModelError):
        model.reply(QUESTION)
    seconds = account.spent.seconds
    first, second = 0.0007, (200 * 0.5 + 800 * 0.05 + 100 * 2.0) / 1e6
    dollars = first + second
    assert account.spent == Cost(2, 2_000, 200, 800, dollars=dollars, is_local=False, prices=DAY, seconds=seconds)
    assert (tally.cost.requests, tally.cost.dollars) == (1, second)
    assert both.cost == account.spent
    assert str(account.spent) == "2,000 tokens in (800 cached), 200 out, $0.0010"


def test_what_no_endpoint_counted_is_counted_here_and_said_to_be() -> None:
    account = Account()
    account.metered(ScriptedModel(["four"]), None).reply(QUESTION)
    spent = Cost(1, 103, 1, is_estimated=True, dollars=None, is_local=False, seconds=account.spent.seconds)
    assert account.spent == spent
    account.metered(ScriptedModel([counted_reply()]), LOCAL).reply(QUESTION)
    assert str(account.spent) == "about 1,103 tokens in, 101 out, price unknown"


def test_a_reply_that_was_stopped_is_paid_as_far_as_it_came() -> None:
    account = Account()

    def stop(piece: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        account.metered(ScriptedModel(["twelve chars"]), LOCAL).reply(QUESTION, stop)
    assert (account.spent.input_tokens, account.spent.output_tokens) == (103, 2)  # "twelve "


def test_an_account_that_counts_many_requests_keeps_none_of_them() -> None:
    def kept() -> int:
        gc.collect()  # what other tests have left
        return sum(isinstance(thing, Cost) for thing in gc.get_objects())

    account = Account(budget=Budget(tokens=10**9))
    model = account.metered(ScriptedModel(lambda _: counted_reply()), PRICE)
    model.reply(QUESTION)
    before = kept()
    for _ in range(100):
        with account.tally():
            model.reply(QUESTION)
    assert (account.spent.requests, kept()) == (101, before)


@pytest.mark.parametrize(
    "last",
    [
        {"usage": {"prompt_tokens_details": {"cached_tokens": 700}} | COUNTS},
        {"usage": {"prompt_cache_hit_tokens": 700} | COUNTS},
        {"usage": COUNTS, "timings": {"cache_n": 700, "prompt_n": 200}},
    ],
    ids=["OpenAI", "DeepSeek", "llama.cpp"],
)
def test_an_endpoint_tells_in_three_ways_what_it_had_kept_of_a_prompt(last: dict[str, object]) -> None:
    with serve(streams(chunk("Yes.", "stop"), usage(900, 9) | last)) as server:
        reply = OpenAIModel("m", key="", base_url=server.url).reply(QUESTION)
    assert reply == Reply("Yes.", "scripted", input_tokens=900, output_tokens=9, cached_tokens=700)


def test_nonsense_about_what_was_kept_is_nothing_known() -> None:
    document = {
        "choices": [{"index": 0, "message": {"content": "Yes."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 8, "completion_tokens": 1, "prompt_tokens_details": "many"},
        "timings": [1],
    }
    with serve(answers(200, document)) as server:
        assert OpenAIModel("m", key="", base_url=server.url).reply(QUESTION).cached_tokens is None
