"""A model and tokens -> dollars, by a table of prices."""

from pathlib import Path

import pytest
from support.priced import DAY, PRICE

from assistant.app import spending
from assistant.domain.errors import UsageError
from assistant.domain.settings import Settings
from assistant.models import prices
from assistant.models.prices import LOCAL, Price, Prices


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
