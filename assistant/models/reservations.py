"""A budget, what was spent and what a request may cost -> how long its reply may be, or a refusal to make it."""

import bisect
from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain import costs
from assistant.domain.costs import Budget, Cost
from assistant.domain.errors import BudgetError
from assistant.domain.settings import MOST_TOKENS

CostOf = Callable[[int], Cost]
"""Tokens of a reply -> what the request comes to with it."""
_WORTH_ASKING = 64  # tokens of a reply: a sentence with what it cites; for fewer no prompt is paid


@dataclass(frozen=True, slots=True, eq=False)
class Reservation:
    """What is set aside for a request that is under way."""

    cost: Cost
    longest: int | None
    """The most tokens of its reply, where the budget leaves fewer than are asked for otherwise; None elsewhere."""
    room: int
    """The tokens of a reply with which the budget is used up."""


class Reservations:
    """What is set aside for the requests that are under way; for one thread at a time."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._under_way: list[Reservation] = []

    def make(self, spent: Cost, cost_of: CostOf, longest: int) -> Reservation:
        """Set aside the most that a request may cost after what was `spent`: with a reply of at most `longest` tokens,
        of fewer where the budget leaves no more. Raises `BudgetError` where it leaves too few for a reply to be worth
        its prompt."""
        under_way = costs.total(reservation.cost for reservation in self._under_way)
        before = costs.total([spent, under_way])

        def is_beyond(written: int) -> bool:
            return self.budget.exceeds(costs.total([before, cost_of(written)]))

        room = bisect.bisect_left(range(MOST_TOKENS + 1), True, key=is_beyond) - 1
        least = min(longest, _WORTH_ASKING)
        if room < least:
            raise self._refusal(spent, under_way, cost_of(least))
        most = min(room, longest)
        reservation = Reservation(cost_of(most), most if most < longest else None, room)
        self._under_way.append(reservation)
        return reservation

    def end(self, reservation: Reservation) -> None:
        """Set nothing aside for a request any more, for it is over."""
        self._under_way.remove(reservation)

    def _refusal(self, spent: Cost, under_way: Cost, least: Cost) -> BudgetError:
        """Return why a request is not made that would cost so much at the least."""
        rows = (spent, "spent"), (under_way, "set aside for requests under way")
        parts = [f"{cost.tokens:,} tokens{_worth(cost)} {what}" for cost, what in rows if cost.requests]
        return BudgetError(
            f"the budget of {self.budget} would be exceeded, so the model is not asked",
            cause=f"{' and '.join(parts) or 'nothing spent'} so far, and the next request takes about "
            f"{least.input_tokens:,} tokens to read and at least {least.output_tokens:,} to write{_worth(least)}",
            cure="raise --budget, have less read (-k, --evidence), or answer without a model: --model none",
        )


def _worth(cost: Cost) -> str:
    return "" if cost.is_local or cost.dollars is None else f" ({costs.money_words(cost.dollars)})"
