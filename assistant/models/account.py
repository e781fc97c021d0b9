"""Models and a budget -> the same models, whose replies are counted, and who refuse what would go beyond the budget."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from assistant.domain import costs
from assistant.domain.callbacks import OnToken
from assistant.domain.costs import Budget, Cost
from assistant.domain.errors import BudgetError, ModelError, UsageError
from assistant.domain.settings import DEFAULT_MAX_TOKENS
from assistant.models.base import ChatModel, Message, Meter, MeterableModel, Reply
from assistant.models.metering import Tokens
from assistant.models.prices import LOCAL, Price
from assistant.models.reservations import CostOf, Reservation, Reservations

CountTokens = Callable[[str], int]
"""Text -> the number of its tokens, about."""
_FRAME = 4  # tokens by which chat templates part two messages
_NOTHING = Cost()


@dataclass(slots=True)
class Tally:
    """What the requests of one thread have come to since it was begun."""

    cost: Cost = _NOTHING


class Account:
    """What the requests of one command, or of one open library, have come to so far: sums, however many they are."""

    def __init__(self, count: CountTokens | None = None, budget: Budget | None = None) -> None:
        """`count` stands in where an endpoint does not count, and says beforehand how long a prompt is; by default four
        characters are a token."""
        self.count = count or (lambda text: -(-len(text) // 4))
        self.budget = budget
        self._spent = _NOTHING
        self._reservations = Reservations(budget) if budget else None
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    @property
    def spent(self) -> Cost:
        """What all requests have come to."""
        return self._spent

    @contextmanager
    def tally(self) -> Iterator[Tally]:
        """Give what adds up the requests of this thread while the block runs, also within another such block."""
        tally = Tally()
        self._tallies.append(tally)
        try:
            yield tally
        finally:
            self._tallies.pop()

    @property
    def _tallies(self) -> list[Tally]:
        """Those of this thread, each begun within the one before it."""
        if not hasattr(self._of_thread, "tallies"):
            self._of_thread.tallies = []
        tallies: list[Tally] = self._of_thread.tallies
        return tallies

    def metered(self, model: ChatModel, price: Price | None, longest: int = DEFAULT_MAX_TOKENS) -> ChatModel:
        """Return a model whose replies are counted here; `price` is None where it is not known, and `longest` is the
        most tokens of a reply. Raises `UsageError` where the budget is in money and there is no price."""
        if self.budget and self.budget.dollars is not None and price is None:
            raise UsageError(
                f"the price of {model.name} is not known, and a budget in money cannot be kept",
                cure="give the budget in tokens, such as --budget 20000t, or the price in a file that ASSISTANT_PRICES "
                "names",
            )
        meter = AccountMeter(self, model.name, price, longest)
        return model.with_meter(meter) if isinstance(model, MeterableModel) else MeteredModel(model, meter)

    def reserve(self, cost_of: CostOf, longest: int) -> Reservation | None:
        """Set aside the most that a request may cost, with a reply of at most `longest` tokens; None without a budget.
        Raises `BudgetError` where the budget leaves too little."""
        with self._lock:
            return self._reservations.make(self._spent, cost_of, longest) if self._reservations else None

    def settle(self, reservation: Reservation | None, cost: Cost) -> None:
        """Put what a request has cost in the place of what was set aside for it."""
        with self._lock:
            if self._reservations and reservation:
                self._reservations.end(reservation)
            self._spent = costs.total([self._spent, cost])
        for tally in self._tallies:
            tally.cost = costs.total([tally.cost, cost])


class _UsedUp(Exception):
    """A reply is longer than the budget lets it be."""


class AccountMeter:
    """Counts the replies of one model in an account."""

    def __init__(self, account: Account, name: str, price: Price | None, longest: int) -> None:
        """Use `Account.metered`."""
        self._account = account
        self._name = name
        self._price = price
        self._longest = longest

    def count(
        self, messages: Sequence[Message], on_token: OnToken | None, ask: Callable[[OnToken, int | None], Reply]
    ) -> Reply:
        """Return what `ask` returns to these messages, given what hears the pieces, and the most tokens of the reply
        where these are fewer than usual. A reply with which the budget is used up is broken off. Raises what `ask`
        raises, and `BudgetError` before it is called, or where the budget was used up before the model had answered."""
        reservation = self._reserved(messages)
        pieces: list[str] = []
        heard = 0

        def listen(piece: str) -> None:
            nonlocal heard
            pieces.append(piece)
            if on_token:
                on_token(piece)
            if reservation:
                heard += max(self._account.count(piece), 1)
                if heard > reservation.room:
                    raise _UsedUp

        began = time.perf_counter()
        cost = _NOTHING
        try:
            reply = self._noted(ask(listen, reservation.longest if reservation else None), reservation)
            cost = self._counted(messages, reply, pieces, time.perf_counter() - began)
        except _UsedUp:
            cost = self._estimated(messages, pieces, time.perf_counter() - began)
            reply = self._broken_off("".join(pieces).strip())
        except ModelError as error:
            if pieces or error.tokens:  # it had begun to write: somebody will have counted that
                longest, tokens = reservation.longest if reservation else None, error.tokens or (None, None)
                cost = self._failed(messages, pieces, tokens, longest, time.perf_counter() - began)
                self._require_room(pieces, tokens, longest)
            raise
        except KeyboardInterrupt:
            cost = self._estimated(messages, pieces, time.perf_counter() - began)
            raise
        finally:
            self._account.settle(reservation, cost)
        return reply

    def _reserved(self, messages: Sequence[Message]) -> Reservation | None:
        """Set aside the most that a request with these messages may cost; None without a budget."""
        if self._account.budget is None:
            return None
        size = self._size(messages)
        return self._account.reserve(lambda written: self._cost(size, written), self._longest)

    def _broken_off(self, text: str) -> Reply:
        """Return the beginning of a reply with which the budget was used up; raises `BudgetError` where it is none."""
        used_up = f"the budget of {self._account.budget} is used up"
        if not text:
            raise self._nothing_of_an_answer(used_up)
        return Reply(text, self._name, cut=True, break_cause=used_up)

    def _require_room(self, pieces: Sequence[str], tokens: Tokens, longest: int | None) -> None:
        """Raise `BudgetError` where what was no answer ended where the budget did, not the usual length of a reply."""
        written = self._written(pieces) if tokens[1] is None else tokens[1]
        if longest is not None and written >= longest:
            left = f"the budget of {self._account.budget} left {longest:,} tokens for a reply"
            raise self._nothing_of_an_answer(left)

    def _nothing_of_an_answer(self, why: str) -> BudgetError:
        return BudgetError(f"{why}, and the model had written nothing of an answer", cure="raise --budget")

    def _noted(self, reply: Reply, reservation: Reservation | None) -> Reply:
        """Return a reply; one that ended where the budget did says so."""
        longest = reservation.longest if reservation else None
        if longest is None or not reply.cut or reply.break_cause or (reply.output_tokens or longest) < longest:
            return reply
        return replace(reply, break_cause=f"the budget of {self._account.budget} left {longest:,} tokens for it")

    def _counted(self, messages: Sequence[Message], reply: Reply, pieces: Sequence[str], seconds: float) -> Cost:
        """Return the cost of a reply by the endpoint's own count, else by ours."""
        if reply.input_tokens is None or reply.output_tokens is None:
            thoughts = [piece for piece in pieces if not piece]
            return self._estimated(messages, [reply.text, *thoughts], seconds)
        return self._cost(reply.input_tokens, reply.output_tokens, reply.cached_tokens, seconds)

    def _failed(
        self, messages: Sequence[Message], pieces: Sequence[str], tokens: Tokens, longest: int | None, seconds: float
    ) -> Cost:
        """Return the cost of what was no answer: as the endpoint counted it, else as much as a reply may have, at most
        `longest`, where what was written was not all seen: thoughts, a refusal, a call of a tool."""
        read, written = tokens
        if read is not None and written is not None:
            return self._cost(read, written, None, seconds)
        if pieces and all(pieces):
            return self._estimated(messages, pieces, seconds)
        most = written or longest or self._longest
        return self._cost(read or self._size(messages), most, None, seconds, is_estimated=True)

    def _estimated(self, messages: Sequence[Message], pieces: Sequence[str], seconds: float) -> Cost:
        return self._cost(self._size(messages), self._written(pieces), None, seconds, is_estimated=True)

    def _written(self, pieces: Sequence[str]) -> int:
        """Return about how many tokens the pieces of a reply have; a thought, which is "", has one at the least."""
        text = "".join(pieces)
        return (self._account.count(text) if text else 0) + pieces.count("")

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
        return self._meter.count(messages, on_token, lambda listen, _: self._model.reply(messages, listen, schema))
