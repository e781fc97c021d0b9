"""Periods of publication in the words of a question, and years that are none."""

from datetime import date

import pytest

from assistant.retrieval import periods


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Since July 2025, what has appeared on rewards?", "since 2025-07-01"),
        ("What came since Sept 2023?", "since 2023-09-01"),
        ("Who warned before 2023 that models mislead?", "until 2022-12-31"),
        ("papers after 2020 but before 2023", "from 2021-01-01 to 2022-12-31"),
        ("since 2020 and before 2022", "from 2020-01-01 to 2021-12-31"),
        ("Anything from December 2023 to February 2024 on mixing?", "from 2023-12-01 to 2024-02-29"),
        ("between 2021 and 2023", "from 2021-01-01 to 2023-12-31"),
        ("until May 2020", "until 2020-05-31"),
        ("In 2025, which papers studied trust?", "from 2025-01-01 to 2025-12-31"),
        ("papers from 2019 on agents", "from 2019-01-01 to 2019-12-31"),
        ("from 2019 onwards", "since 2019-01-01"),
        ("Does the reward collapse before 2000 steps?", "None"),
        ("contexts of up to 2000 tokens", "None"),
        ("after 2000 training steps", "None"),
        ("Do batch sizes up to 2000?", "None"),
        ("Do batch sizes up to 2000 help?", "None"),
        ("Which models have context lengths up to 2048?", "None"),
        ("Is the number of steps from 1000 up to 2000?", "None"),
        ("papers with resolutions of up to 1920", "None"),
        ("Which papers on batch sizes came out until 2020?", "until 2020-12-31"),
        ("papers up to 2020", "until 2020-12-31"),
        ("Who won ImageNet in 2012?", "None"),
        ("before 2017-06", "until 2017-05-31"),
        ("papers since 2024-05-31", "since 2024-05-31"),
        ("since 2015.5", "None"),
        ("Which papers from 2023 deal with trust?", "from 2023-01-01 to 2023-12-31"),
        ("Among works from before 2023, which compare?", "until 2022-12-31"),
        ("2023 papers on trust", "from 2023-01-01 to 2023-12-31"),
        ("papers since May", "None"),
        ("between 2023 and 2021", "None"),
        ("", "None"),
    ],
)
def test_a_period_is_read_where_it_is_certain(question: str, expected: str) -> None:
    assert str(periods.read(question)) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("papers since May", "since 2025-05-01"),  # the May before
        ("papers since January", "since 2026-01-01"),
        ("papers in February", "from 2026-02-01 to 2026-02-28"),
        ("papers from last year", "from 2025-01-01 to 2025-12-31"),
        ("what was published this month?", "from 2026-03-01 to 2026-03-31"),
        ("papers of the last three months", "since 2025-12-05"),
        ("papers of the past two weeks", "since 2026-02-19"),
        ("since last year", "since 2025-01-01"),
        ("Does it hold in May?", "None"),
        ("Which method may help?", "None"),
    ],
)
def test_what_today_settles(question: str, expected: str) -> None:
    assert str(periods.read(question, date(2026, 3, 5))) == expected


@pytest.mark.parametrize(
    ("question", "words", "rest"),
    [
        ("RLHF papers from 2023", "from 2023", "RLHF papers"),
        ("papers after 2020 but before 2023 on trust", "after 2020 before 2023", "papers but on trust"),
        ("papers on trust", "", "papers on trust"),
    ],
)
def test_the_words_of_a_period_and_what_is_left_without_them(question: str, words: str, rest: str) -> None:
    assert (periods.phrase(question), periods.without(question)) == (words, rest)


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ("papers from 2023 to 2021", "“from 2023 to 2021” ends before it begins, so papers of all dates were searched"),
        ("recent papers on trust", "“recent” names no certain dates, so papers of all dates were searched"),
        ("papers since 2023", ""),
        ("Do recent models lie?", ""),
    ],
)
def test_a_period_that_cannot_be_applied_is_told(question: str, problem: str) -> None:
    assert periods.problem(question) == problem
