"""Models and a budget -> the same models, whose replies are counted, and who refuse what would go beyond the budget."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from assistant.domain import costs
from assistant.domain.callbacks import OnToken
from assistant.domain.costs import Budget, Cost
from assistant.domain.errors import BudgetError, ModelError, UsageError
from assistant.domain.settings import DEFAULT_MAX_TOKENS
from assistant.models.base import ChatModel, Message, Meter, MeterableModel, Reply
from assistant.models.prices import LOCAL, Price

CountTokens = Callable[[str], int]
"""Text -> the number of its tokens, about."""
_FRAME = 4  # tokens by which chat templates part two messages
_NOTHING = Cost()


class Account:
    """What the requests of one command, or of one open library, have come to so far."""

    def __init__(self, count: CountTokens | None = None, budget: Budget | None = None) -> None:
        """`count` stands in where an endpoint does not count, and says beforehand how long a prompt is; by default four
        characters are a token."""
        self.count = count or (lambda text: -(-len(text) // 4))
        self.budget = budget
        self._costs: list[tuple[int, Cost]] = []
        self._reserved: list[Cost] = []
        self._lock = threading.Lock()

    @property
    def spent(self) -> Cost:
        """What all requests have come to."""
        with self._lock:
            return costs.total(cost for _, cost in self._costs)

    def mark(self) -> int:
        """Return this moment, for `since`."""
        with self._lock:
            return len(self._costs)

    def since(self, mark: int) -> Cost:
        """Return what the requests of this thread have come to since a moment."""
        with self._lock:
            own = threading.get_ident()
            return costs.total(cost for thread, cost in self._costs[mark:] if thread == own)

    def metered(self, model: ChatModel, price: Price | None, longest: int = DEFAULT_MAX_TOKENS) -> ChatModel:
        """Return a model whose replies are counted here; `price` is None where it is not known, and `longest` is the
        most tokens of a reply. Raises `UsageError` where the budget is in money and there is no price."""
        if self.budget and self.budget.dollars is not None and price is None:
            raise UsageError(
                f"the price of {model.name} is not known, and a budget in money cannot be kept",
                cure="give the budget in tokens, such as --budget 20000t, or the price in a file that ASSISTANT_PRICES "
                "names",
            )
        meter = AccountMeter(self, price, longest)
        return model.with_meter(meter) if isinstance(model, MeterableModel) else MeteredModel(model, meter)

    def reserve(self, most: Cost) -> None:
        """Set aside the most that a request may cost; raises `BudgetError` where that goes beyond the budget."""
        with self._lock:
            spent = costs.total([*(cost for _, cost in self._costs), *self._reserved])
            if self.budget and self.budget.exceeds(costs.total([spent, most])):
                raise BudgetError(
                    f"the budget of {self.budget} would be exceeded, so the model is not asked",
                    cause=f"{_sum(spent)} so far, and the next request takes about {most.input_tokens:,} tokens to read"
                    f" and up to {most.output_tokens:,} to write{_worth(most)}",
                    cure="raise --budget, or have fewer papers read (-k) and shorter replies written (--max-tokens)",
                )
            self._reserved.append(most)

    def settle(self, most: Cost, cost: Cost) -> None:
        """Put what a request has cost in the place of what was set aside for it."""
        with self._lock:
            self._reserved.remove(most)
            if cost.requests:
                self._costs.append((threading.get_ident(), cost))


class AccountMeter:
    """Counts the replies of one model in an account."""

    def __init__(self, account: Account, price: Price | None, longest: int) -> None:
        """Use `Account.metered`."""
        self._account = account
        self._price = price
        self._longest = longest

    def count(self, messages: Sequence[Message], on_token: OnToken | None, ask: Callable[[OnToken], Reply]) -> Reply:
        """Return what `ask` returns to these messages, given what hears the pieces; raises what it raises, and
        `BudgetError` before it is called."""
        most = self._cost(self._size(messages), self._longest) if self._account.budget else _NOTHING
        self._account.reserve(most)
        pieces: list[str] = []

        def listen(piece: str) -> None:
            pieces.append(piece)
            if on_token:
                on_token(piece)

        began = time.perf_counter()
        cost = _NOTHING
        try:
            reply = ask(listen)
            cost = self._counted(messages, reply, time.perf_counter() - began)
        except ModelError as error:
            if pieces or error.tokens:  # it had begun to write: somebody will have counted that
                cost = self._failed(messages, pieces, error.tokens, time.perf_counter() - began)
            raise
        except KeyboardInterrupt:
            cost = self._estimated(messages, "".join(pieces), time.perf_counter() - began)
            raise
        finally:
            self._account.settle(most, cost)
        return reply

    def _counted(self, messages: Sequence[Message], reply: Reply, seconds: float) -> Cost:
        """Return the cost of a reply by the endpoint's own count, else by ours."""
        if reply.input_tokens is None or reply.output_tokens is None:
            return self._estimated(messages, reply.text, seconds)
        return self._cost(reply.input_tokens, reply.output_tokens, reply.cached_tokens, seconds)

    def _failed(
        self,
        messages: Sequence[Message],
        pieces: Sequence[str],
        tokens: tuple[int | None, int | None] | None,
        seconds: float,
    ) -> Cost:
        """Return the cost of what was no answer: as the endpoint counted it, else as much as a reply may have, where
        what was written was not all seen: thoughts, a refusal, a call of a tool."""
        read, written = tokens or (None, None)
        if read is not None and written is not None:
            return self._cost(read, written, None, seconds)
        if pieces and all(pieces):
            return self._estimated(messages, "".join(pieces), seconds)
        return self._cost(read or self._size(messages), written or self._longest, None, seconds, is_estimated=True)

    def _estimated(self, messages: Sequence[Message], text: str, seconds: float) -> Cost:
        written = self._account.count(text) if text else 0
        return self._cost(self._size(messages), written, None, seconds, is_estimated=True)

    def _size(self, messages: Sequence[Message]) -> int:
        """Return about how many tokens a prompt has."""
        return sum(self._account.count(message.text) + _FRAME for message in messages)

    def _cost(
        self,
        read: int,
        written: int,
        cached: int | None = None,
        seconds: float = 0.0,
        *,
        is_estimated: bool = False,
    ) -> Cost:
        dollars = None if self._price is None else self._price.dollars(read, written, cached or 0)
        day = self._price.day if self._price else None
        return Cost(1, read, written, cached, is_estimated, dollars, self._price is LOCAL, day, seconds)


class MeteredModel:
    """Any chat model whose replies are counted."""

    def __init__(self, model: ChatModel, meter: Meter) -> None:
        """Use `Account.metered`."""
        self._model = model
        self._meter = meter

    @property
    def name(self) -> str:
        """The model's name, as the user typed it."""
        return self._model.name

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the model's reply; raises what the model raises, and `BudgetError` before it is asked."""
        return self._meter.count(messages, on_token, lambda listen: self._model.reply(messages, listen, schema))


def _sum(cost: Cost) -> str:
    """Return what was spent, in words."""
    if not cost.requests:
        return "nothing spent"
    return f"{cost.tokens:,} tokens{_worth(cost)} spent"


def _worth(cost: Cost) -> str:
    return "" if cost.is_local or cost.dollars is None else f" ({costs.money_words(cost.dollars)})"
