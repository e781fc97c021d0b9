"""`papers --plot`: a bar a month or year, as wide as it may be, and those without a date counted."""

from collections import Counter
from datetime import date

from conftest import Run
from support.homes import Home

from assistant.cli.views import plots


def drawn(days: list[date | None], width: int, *, in_blocks: bool = True) -> list[str]:
    return ["".join(text for text, _ in row) for row in plots.by_date(Counter(days), width, in_blocks=in_blocks)]


def test_months_have_bars_and_those_between_none() -> None:
    """24 columns less 7 for labels, 1 for counts and 3 around leave 13 for the longest bar, 6 1/2 for half of it."""
    days = [date(2025, 1, 5), date(2025, 1, 9), date(2025, 3, 1), None]
    assert drawn(days, 24) == [
        "2025-01 █████████████ 2",
        "2025-02  0",
        "2025-03 ██████▌ 1",
        "no date ██████▌ 1",
    ]
    assert drawn(days[:3], 24, in_blocks=False) == ["2025-01 ############# 2", "2025-02  0", "2025-03 ###### 1"]


def test_a_longer_time_has_years_and_nothing_is_drawn_of_nothing() -> None:
    assert drawn([date(2020, 1, 1), date(2023, 5, 5)], 20) == [
        "2020 ████████████ 1", "2021  0", "2022  0", "2023 ████████████ 1",
    ]  # fmt: skip
    assert drawn([], 80) == []
    assert drawn([None, None], 30) == ["no date ███████████████████ 2"]


def test_the_command_draws_what_the_filter_lets_through(home: Home) -> None:
    """40 papers from 2024-01-01, one a day: 31 in January; a pipe has 80 columns, of which 68 are the longest bar."""
    done = home.run("papers", "--plot")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"2024-01 {'█' * 68} 31\n2024-02 {'█' * 19}▊ 9\n"
    assert home.run("papers", "--plot", "--json").returncode == 2


def test_a_terminal_of_another_encoding_gets_signs_that_it_has(run_process: Run, home: Home) -> None:
    done = run_process("papers", "--plot", "--library", home.library, PYTHONIOENCODING="ascii")
    assert done.stdout.startswith(f"2024-01 {'#' * 68} 31\n")
