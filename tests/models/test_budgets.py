"""A budget in dollars or tokens, and requests to models -> what is asked, how long a reply may be, what is refused."""

import pytest
from support.endpoint import chunk, says, serve, streams, usage
from support.priced import PRICE, QUESTION, counted_reply

from assistant.domain import costs
from assistant.domain.costs import Budget
from assistant.domain.errors import BudgetError, UsageError
from assistant.models.account import Account
from assistant.models.base import Reply
from assistant.models.openai.chat import OpenAIModel
from assistant.models.prices import LOCAL, Price
from assistant.testing import ScriptedModel

CURE = "raise --budget, have less read (-k, --evidence), or answer without a model: --model none"


@pytest.mark.parametrize(
    ("budget", "price", "shown", "spent", "asks"),
    [
        ("0.0008", PRICE, "$0.0008", "1,100 tokens ($0.0007) spent", " ($0.0002)"),
        ("1266t", None, "1,266 tokens", "1,100 tokens spent", ""),
        ("1266t", LOCAL, "1,266 tokens", "1,100 tokens spent", ""),
    ],
)
def test_a_request_that_might_go_beyond_the_budget_is_not_made(
    budget: str, price: Price | None, shown: str, spent: str, asks: str
) -> None:
    account = Account(budget=costs.budget(budget))
    scripted = ScriptedModel([counted_reply(), counted_reply()])
    model = account.metered(scripted, price, 150)
    model.reply(QUESTION)
    with pytest.raises(BudgetError) as caught:
        model.reply(QUESTION)
    assert caught.value.exit_code == 5
    assert str(caught.value) == (
        f"the budget of {shown} would be exceeded, so the model is not asked ({spent} so far, and the next "
        f"request takes about 103 tokens to read and at least 64 to write{asks}); {CURE}"
    )
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("0", "$0"),
        ("0t", "0 tokens"),
        ("0.00004", "$0.00004"),
        ("1e-9", "$0.000000001"),
        ("0.5", "$0.50"),
        ("1200", "$1,200.00"),
    ],
)
def test_a_budget_is_shown_as_it_was_typed(typed: str, shown: str) -> None:
    assert str(costs.budget(typed)) == shown


def test_a_budget_of_nothing_lets_nothing_be_asked_that_costs_something() -> None:
    scripted = ScriptedModel([])
    with pytest.raises(BudgetError) as caught:
        Account(budget=costs.budget("0")).metered(scripted, PRICE).reply(QUESTION)
    assert str(caught.value) == (
        "the budget of $0 would be exceeded, so the model is not asked (nothing spent so far, and the next request "
        f"takes about 103 tokens to read and at least 64 to write ($0.0002)); {CURE}"
    )
    assert scripted.requests == []


def test_what_requests_under_way_may_cost_is_set_aside() -> None:
    account = Account(budget=Budget(tokens=460))
    second = account.metered(ScriptedModel(["Yes."]), None)

    def first(_: object) -> str:
        with pytest.raises(BudgetError, match=r"\(303 tokens set aside for requests under way so far, and the next "):
            second.reply(QUESTION)
        return "No."

    account.metered(ScriptedModel(first), None, 200).reply(QUESTION)
    assert second.reply(QUESTION).text == "Yes."


@pytest.mark.parametrize(("budget", "price", "left"), [("300t", None, 197), ("0.0003", PRICE, 124)])
def test_a_reply_is_asked_to_be_no_longer_than_the_budget_lets_it_be(
    budget: str, price: Price | None, left: int
) -> None:
    cut = [says("Half a", finish="length", tokens=(103, left)), says("Yes.", tokens=(103, 1))]
    for script, cause in zip(cut, (f"the budget of {costs.budget(budget)} left {left} tokens for it", ""), strict=True):
        with serve(script) as server:
            model = OpenAIModel("m", key="", base_url=server.url, max_tokens=500)
            reply = Account(budget=costs.budget(budget)).metered(model, price, 500).reply(QUESTION)
        assert (server.requests[0].body["max_tokens"], reply.break_cause) == (left, cause)


def test_a_reply_that_nothing_keeps_short_is_broken_off_where_the_budget_is_used_up() -> None:
    account = Account(budget=Budget(tokens=203))
    heard: list[str] = []
    reply = account.metered(ScriptedModel(["four " * 200]), None).reply(QUESTION, heard.append)
    assert (reply.text, reply.cut) == (" ".join(["four"] * 51), True)  # of two tokens each, as "four " is counted
    assert reply.break_cause == "the budget of 203 tokens is used up"
    assert len(heard) == 51
    thinking = ScriptedModel([Reply("", "m")])
    thinking.reply = lambda messages, on_token, schema: [on_token("") for _ in range(1_000)]  # type: ignore
    account = Account(budget=Budget(tokens=203))
    with pytest.raises(BudgetError, match="the budget of 203 tokens is used up, and the model had written nothing"):
        account.metered(thinking, None).reply(QUESTION)
    assert account.spent.tokens == 103 + 101  # what it thought was written too: nothing is left for another question
    with pytest.raises(BudgetError, match="204 tokens spent so far"):
        account.metered(thinking, None).reply(QUESTION)


@pytest.mark.parametrize("counted", [True, False])
def test_a_model_that_only_thinks_until_the_budget_ends_is_no_fault_of_the_length_of_replies(counted: bool) -> None:
    thought = chunk() | {"choices": [{"index": 0, "delta": {"reasoning_content": "Hm"}, "finish_reason": None}]}
    account = Account(budget=Budget(tokens=203))
    with serve(streams(*[thought] * 100, chunk(finish="length"), *([usage(103, 100)] if counted else []))) as server:
        model = account.metered(OpenAIModel("m", key="", base_url=server.url, max_tokens=500), None, 500)
        with pytest.raises(BudgetError) as caught:
            model.reply(QUESTION)
    what = "the budget of 203 tokens left 100 tokens for a reply, and the model had written nothing of an answer"
    assert (str(caught.value), account.spent.tokens) == (f"{what}; raise --budget", 203)


def test_a_budget_in_money_needs_a_price_and_is_never_spent_on_this_machine() -> None:
    account = Account(budget=Budget(dollars=0.0))
    with pytest.raises(UsageError, match=r"the price of scripted is not known, .*20000t.*ASSISTANT_PRICES"):
        account.metered(ScriptedModel([]), None)
    assert account.metered(ScriptedModel([counted_reply()]), LOCAL).reply(QUESTION) == counted_reply()


@pytest.mark.parametrize("typed", ["", "much", "-1", "nan", "inf", "1e999", "t", "12.5t", "20 000t"])
def test_what_is_no_budget_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="is no budget"):
        costs.budget(typed)
