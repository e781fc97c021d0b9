"""Requests to models -> what they cost, by the endpoint's count or ours, and a budget that is kept to before asking."""

import gc
from datetime import date
from pathlib import Path

import pytest
from support.endpoint import answers, chunk, says, serve, streams, usage

from assistant.app import spending
from assistant.domain import costs
from assistant.domain.costs import Budget, Cost
from assistant.domain.errors import BudgetError, ModelError, UsageError
from assistant.domain.settings import Settings
from assistant.models import prices
from assistant.models.account import Account
from assistant.models.base import Message, Reply
from assistant.models.openai.chat import OpenAIModel
from assistant.models.prices import LOCAL, Price, Prices
from assistant.testing import ScriptedModel

COUNTS = {"prompt_tokens": 900, "completion_tokens": 9}
DAY = date(2026, 11, 1)
PRICE = Price(0.5, 2.0, 0.05, DAY)
ASKED = [Message("user", "x" * 396)]  # 99 tokens of four characters, and 4 for the frame


def whole(text: str = "Yes.", cached: int | None = None) -> Reply:
    return Reply(text, "scripted", input_tokens=1_000, output_tokens=100, cached_tokens=cached)


def settings(model: str, table: Path | None = None) -> Settings:
    return Settings(Path("/nowhere"), chosen=True, model=model, prices=table)


def test_a_price_by_hand() -> None:
    assert PRICE.dollars(1_000_000, 500_000) == 0.5 + 1.0
    assert PRICE.dollars(1_000_000, 0, cached=800_000) == pytest.approx(0.1 + 0.04)
    assert Price(0.5, 2.0).dollars(1_000_000, 0, cached=800_000) == 0.5  # not known to be cheaper
    table = Prices(DAY, {"small": PRICE})
    assert [table.cost(name, 1_000_000, 0) for name in ("small", "small-2026-11-01", "small-2", "other")] == [
        0.5, 0.5, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "day = 2026-11-01", "day = 1\n[models]\na = { input = 1, output = 1 }", "[models]\na = 1", "x"]
)
def test_a_file_that_holds_no_prices_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(UsageError, match="is no table of prices"):
        prices.read(tmp_path / "p.toml")


def test_a_model_costs_what_is_listed_at_openais_address_nothing_here_and_elsewhere_nobody_knows(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own.toml"
    own.write_text("day = 2026-11-01\n[models]\nm = { input = 0.5, output = 2, cached = 0.05 }\n")
    official, here, there = "https://api.openai.com/v1/", "http://127.0.0.1:8080/v1", "https://host.example/v1"
    listed = prices.published().of("gpt-4.1-mini")
    assert listed is not None
    assert (listed.input, listed.output, listed.cached) == (0.4, 1.6, 0.1)
    for name, table, expected in (
        ("gpt-4.1-mini", None, [listed, LOCAL, None]),
        ("m", None, [None, LOCAL, None]),
        ("m", own, [PRICE, PRICE, PRICE]),
    ):
        assert [spending.price(settings(name, table), url) for url in (official, here, there)] == expected
    typed = settings("llama-index:vendor/m", own)
    assert (spending.price(typed), spending.price(typed, own_name="m")) == (None, PRICE)


def test_replies_are_counted_and_summed() -> None:
    account = Account()
    model = account.metered(ScriptedModel([whole(), whole(cached=800), ModelError("it is busy")]), PRICE)
    with account.tally() as both:
        model.reply(ASKED)
        with account.tally() as tally:
            model.reply(ASKED)
    with pytest.raises(ModelError):
        model.reply(ASKED)
    seconds = account.spent.seconds
    first, second = 0.0007, (200 * 0.5 + 800 * 0.05 + 100 * 2.0) / 1e6
    dollars = first + second
    assert account.spent == Cost(2, 2_000, 200, 800, dollars=dollars, is_local=False, prices=DAY, seconds=seconds)
    assert (tally.cost.requests, tally.cost.dollars) == (1, second)
    assert both.cost == account.spent
    assert str(account.spent) == "2,000 tokens in (800 cached), 200 out, $0.0010"


def test_what_no_endpoint_counted_is_counted_here_and_said_to_be() -> None:
    account = Account()
    account.metered(ScriptedModel(["four"]), None).reply(ASKED)
    spent = Cost(1, 103, 1, is_estimated=True, dollars=None, is_local=False, seconds=account.spent.seconds)
    assert account.spent == spent
    account.metered(ScriptedModel([whole()]), LOCAL).reply(ASKED)
    assert str(account.spent) == "about 1,103 tokens in, 101 out, price unknown"


def test_a_reply_that_was_stopped_is_paid_as_far_as_it_came() -> None:
    account = Account()

    def stop(piece: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        account.metered(ScriptedModel(["twelve chars"]), LOCAL).reply(ASKED, stop)
    assert (account.spent.input_tokens, account.spent.output_tokens) == (103, 2)  # "twelve "


def test_an_account_that_counts_many_requests_keeps_none_of_them() -> None:
    def kept() -> int:
        gc.collect()  # what other tests have left
        return sum(isinstance(thing, Cost) for thing in gc.get_objects())

    account = Account(budget=Budget(tokens=10**9))
    model = account.metered(ScriptedModel(lambda _: whole()), PRICE)
    model.reply(ASKED)
    before = kept()
    for _ in range(100):
        with account.tally():
            model.reply(ASKED)
    assert (account.spent.requests, kept()) == (101, before)


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
    scripted = ScriptedModel([whole(), whole()])
    model = account.metered(scripted, price, 150)
    model.reply(ASKED)
    with pytest.raises(BudgetError) as caught:
        model.reply(ASKED)
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
        Account(budget=costs.budget("0")).metered(scripted, PRICE).reply(ASKED)
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
            second.reply(ASKED)
        return "No."

    account.metered(ScriptedModel(first), None, 200).reply(ASKED)
    assert second.reply(ASKED).text == "Yes."


@pytest.mark.parametrize(("budget", "price", "left"), [("300t", None, 197), ("0.0003", PRICE, 124)])
def test_a_reply_is_asked_to_be_no_longer_than_the_budget_lets_it_be(
    budget: str, price: Price | None, left: int
) -> None:
    cut = [says("Half a", finish="length", tokens=(103, left)), says("Yes.", tokens=(103, 1))]
    for script, cause in zip(cut, (f"the budget of {costs.budget(budget)} left {left} tokens for it", ""), strict=True):
        with serve(script) as server:
            model = OpenAIModel("m", key="", base_url=server.url, max_tokens=500)
            reply = Account(budget=costs.budget(budget)).metered(model, price, 500).reply(ASKED)
        assert (server.requests[0].body["max_tokens"], reply.break_cause) == (left, cause)


def test_a_reply_that_nothing_keeps_short_is_broken_off_where_the_budget_is_used_up() -> None:
    account = Account(budget=Budget(tokens=203))
    heard: list[str] = []
    reply = account.metered(ScriptedModel(["four " * 200]), None).reply(ASKED, heard.append)
    assert (reply.text, reply.cut) == (" ".join(["four"] * 51), True)  # of two tokens each, as "four " is counted
    assert reply.break_cause == "the budget of 203 tokens is used up"
    assert len(heard) == 51
    thinking = ScriptedModel([Reply("", "m")])
    thinking.reply = lambda messages, on_token, schema: [on_token("") for _ in range(1_000)]  # type: ignore
    account = Account(budget=Budget(tokens=203))
    with pytest.raises(BudgetError, match="the budget of 203 tokens is used up, and the model had written nothing"):
        account.metered(thinking, None).reply(ASKED)
    assert account.spent.tokens == 103 + 101  # what it thought was written too: nothing is left for another question
    with pytest.raises(BudgetError, match="204 tokens spent so far"):
        account.metered(thinking, None).reply(ASKED)


@pytest.mark.parametrize("counted", [True, False])
def test_a_model_that_only_thinks_until_the_budget_ends_is_no_fault_of_the_length_of_replies(counted: bool) -> None:
    thought = chunk() | {"choices": [{"index": 0, "delta": {"reasoning_content": "Hm"}, "finish_reason": None}]}
    account = Account(budget=Budget(tokens=203))
    with serve(streams(*[thought] * 100, chunk(finish="length"), *([usage(103, 100)] if counted else []))) as server:
        model = account.metered(OpenAIModel("m", key="", base_url=server.url, max_tokens=500), None, 500)
        with pytest.raises(BudgetError) as caught:
            model.reply(ASKED)
    what = "the budget of 203 tokens left 100 tokens for a reply, and the model had written nothing of an answer"
    assert (str(caught.value), account.spent.tokens) == (f"{what}; raise --budget", 203)


def test_a_budget_in_money_needs_a_price_and_is_never_spent_on_this_machine() -> None:
    account = Account(budget=Budget(dollars=0.0))
    with pytest.raises(UsageError, match=r"the price of scripted is not known, .*20000t.*ASSISTANT_PRICES"):
        account.metered(ScriptedModel([]), None)
    assert account.metered(ScriptedModel([whole()]), LOCAL).reply(ASKED) == whole()


@pytest.mark.parametrize("typed", ["", "much", "-1", "nan", "inf", "1e999", "t", "12.5t", "20 000t"])
def test_what_is_no_budget_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="is no budget"):
        costs.budget(typed)


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
        reply = OpenAIModel("m", key="", base_url=server.url).reply(ASKED)
    assert reply == Reply("Yes.", "scripted", input_tokens=900, output_tokens=9, cached_tokens=700)


def test_nonsense_about_what_was_kept_is_nothing_known() -> None:
    document = {
        "choices": [{"index": 0, "message": {"content": "Yes."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 8, "completion_tokens": 1, "prompt_tokens_details": "many"},
        "timings": [1],
    }
    with serve(answers(200, document)) as server:
        assert OpenAIModel("m", key="", base_url=server.url).reply(ASKED).cached_tokens is None
