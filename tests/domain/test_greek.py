"""The Greek alphabet against the one of Unicode."""

import unicodedata

from assistant.domain.greek import GREEK


def test_the_names_are_those_of_unicode_with_the_lambda_that_people_write() -> None:
    letters = [chr(code) for code in range(ord("α"), ord("ω") + 1) if chr(code) != "ς"]
    names = [unicodedata.name(letter).removeprefix("GREEK SMALL LETTER ").lower() for letter in letters]
    assert list(GREEK) == letters
    assert [name.replace("lambda", "lamda") for name in GREEK.values()] == names
