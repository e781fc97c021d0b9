"""Settings -> what requests to the answering model are counted in, and what they cost."""

from collections.abc import Mapping

from assistant.app import tokens
from assistant.domain.settings import Settings
from assistant.models import prices
from assistant.models.account import Account
from assistant.models.prices import Price


def account(settings: Settings, environment: Mapping[str, str]) -> Account:
    """Return what the requests to models are counted in, and held to the budget of these settings."""
    return Account(tokens.counter(environment), settings.budget)


def price(settings: Settings, base_url: str = "", own_name: str = "") -> Price | None:
    """Return what the model of these settings costs at an address: by the user's own table, else nothing on this
    machine, else what OpenAI listed. The table may have it by the name that was typed, or by the model's `own_name`.
    None where that is not known; raises `UsageError` for a table that is none."""
    from assistant.models.openai.address import is_this_machine
    from assistant.models.openai.client import OFFICIAL

    name = settings.model or ""
    if settings.prices:
        table = prices.read(settings.prices)
        if own := table.of(name) or table.of(own_name):
            return own
    if base_url and is_this_machine(base_url):
        return prices.LOCAL
    return prices.published().of(name) if base_url.rstrip("/") == OFFICIAL else None
