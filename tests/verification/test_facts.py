"""A claim -> the numbers, names and acronyms that no text has."""

import pytest

from assistant.verification import facts
from assistant.verification.facts import MissingFacts


def absent(claim: str, *texts: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    missing = facts.missing_facts(claim, texts)
    return missing.numbers, missing.names


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("It read 1,000 papers.", "We read 1000 papers."),
        ("It read 5183 papers.", "5,183 papers were read"),
        ("The rate was 10^-3.", "a rate of 0.001"),
        ("The rate was 10⁻³.", "a rate of 1e-3"),
        ("The rate was 10(-3).", "a rate of 10^{-3}"),
        ("It grew 5 x 10^6 cells.", "5,000,000 cells"),
        ("It gains 3.5%.", "a gain of 3.5 percent"),
        ("It gains 3,5 %.", "a gain of 3.5 percent"),
        ("Accuracy is 0.92.", "92% accuracy"),
        ("Half: 50% of them.", "half of them"),
        ("It is 2x faster.", "It is twice as fast."),
        ("It is 3-fold larger.", "threefold larger"),
        ("It has 12-week trials.", "twelve weeks"),
        ("It was the 3rd of them.", "the third one"),
        ("It takes 3-5 layers.", "three to five layers"),
        ("From 1995–2005 it fell.", "between 1995 and 2005"),
        ("There were 30 million cases.", "30,000,000 cases"),
        ("It has 1.2k users.", "1200 users"),
        ("A 7B model.", "a model of 7 billion parameters"),
        ("It cost $10 million.", "10 million dollars"),
        ("It shifted by −0.5 V.", "a shift of -0.5 V"),
        ("It has 40mg of it.", "40 mg"),
        ("It has ratio 1/2000.", "one in 2,000"),
        ("A study of 3 groups (n = 7).", "three groups of seven"),
        ("Type II walls crack.", "walls of type 2"),
        ("Type 2 walls crack.", "walls of type II"),
    ],
)
def test_a_number_may_be_written_otherwise(claim: str, text: str) -> None:
    assert absent(claim, text) == ((), ())


@pytest.mark.parametrize(
    ("claim", "text", "missing"),
    [
        ("It is 2x faster.", "3x faster", "2x"),
        ("In 2020 it rose.", "In 2021 it rose.", "2020"),
        ("It gains 3.5%.", "a gain of 3.6%, or 35%", "3.5%"),
        ("It read 1,000 papers.", "10,000 papers", "1,000"),
        ("There were 30 million cases.", "30 cases", "30 million"),
        ("The rate was 10^-3.", "10^-4", "10^-3"),
        ("It ran in 12-week trials.", "trials of 14 weeks", "12"),
        ("It held 7 of them.", "it held many", "7"),
    ],
)
def test_another_number_is_another_number(claim: str, text: str, missing: str) -> None:
    assert absent(claim, text) == ((missing,), ())


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("GPT-4 wins.", "we ask GPT4"),
        ("ResNet-50 wins.", "a ResNet50"),
        ("F1 rises.", "the F1-score"),
        ("Vitamin B12 helps.", "vitamin B-12"),
        ("IFN-γ rises.", "IFN-gamma rises"),
        ("CO2 rises.", "CO₂ rises"),
        ("LLMs write.", "large language models write"),
        ("An LLM writes.", "many LLMs write"),
        ("BERT's loss falls.", "the loss of BERT"),
        ("siRNA works.", "small interfering RNA works"),
        ("Folic acid (FA) helps.", "folic acid helps"),
        ("caspase-3 acts.", "caspases 3 and 9"),
        ("OCT3/4 binds.", "OCT3 and OCT4 bind; 4"),
        ("The Transformer is state-of-the-art.", "it is well liked"),
        ("Moss grows. Stones do not.", "nothing"),
        ("THE WHOLE OF THIS CLAIM IS SHOUTED.", "nothing"),
    ],
)
def test_a_name_may_be_written_otherwise(claim: str, text: str) -> None:
    assert absent(claim, text) == ((), ())


@pytest.mark.parametrize(
    ("claim", "text", "missing"),
    [
        ("GPT-4 wins.", "we ask GPT-3", "GPT-4"),
        ("mBERT wins.", "we ask BERT", "mBERT"),
        ("LLMs write.", "people write", "LLMs"),
        ("p53 acts.", "p63 acts", "p53"),
        ("caspase-3 acts.", "caspase-9 acts", "caspase-3"),
        ("Walls of Type 1 crack.", "walls crack", "Type 1"),
    ],
)
def test_another_name_is_another_name(claim: str, text: str, missing: str) -> None:
    assert absent(claim, text) == ((), (missing,))


@pytest.mark.parametrize(
    "claim",
    [
        "Smith et al. (2020) saw moss.",
        "Smith et al., 2020 saw moss.",
        "Moss grows (Smith and Doe, 2020).",
        "Moss grows (see Doe & Smith 2019).",
    ],
)
def test_the_year_of_a_citation_is_no_fact(claim: str) -> None:
    assert absent(claim, "moss grows") == ((), ())


def test_a_year_in_brackets_is_a_fact_otherwise() -> None:
    assert absent("Moss grew (June 2010).", "moss grew") == (("2010",), ())
    assert absent("Moss grew (N = 2000).", "moss grew") == (("2000",), ())


def test_facts_may_be_spread_over_the_texts_and_are_told_once() -> None:
    assert facts.missing_facts("NASA saw 12 and 12 of 40.", ["NASA", "forty"]) == MissingFacts(("12",), ())
    assert facts.missing_facts("", []) == MissingFacts()
    assert facts.missing_facts("NASA saw 12.", []) == MissingFacts(("12",), ("NASA",))


def test_a_hostile_text_takes_no_time() -> None:
    assert facts.missing_facts("1," * 5000 + "x" * 5000 + "(" * 3000, ["-1" * 5000]).names == ()


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("It took 10^{500} steps.", "1e500 steps"),
        ("It took 2^{1024} steps.", "2^1024 steps"),
        ("It took 1e400 steps.", "10^400 steps"),
        ("It took 3 x 10^400 steps.", "3e400 steps"),
        ("It took 10^-400 seconds.", "1e-400 seconds"),
        (f"It took {'9' * 500} steps.", f"{'9' * 500} steps"),
    ],
)
def test_a_number_of_any_size_is_equal_to_itself_alone(claim: str, text: str) -> None:
    assert absent(claim, text) == ((), ())
    assert absent(claim, "0 steps, or 1e401, or 10^{-401}")[0]


def test_a_number_after_a_very_long_word_is_told_without_it() -> None:
    assert absent("We see A" + "," * 200 + "1 there", "") == (("1",), ())
