"""Denials in the same words are seen; other words are another matter."""

import pytest

from assistant.verification import negation


@pytest.mark.parametrize(
    ("claim", "sentence", "expected"),
    [
        ("Averaging does not help the model.", "Averaging does help the model.", True),
        ("Averaging helps the model.", "Averaging never helps the model.", True),
        ("Averaging doesn't help the model.", "Averaging does not help the model.", False),
        ("It is not true that averaging does not help.", "Averaging does help, it is true.", False),
        ("Averaging does not help.", "Ensembles of many rewards were compared on three tasks.", False),
        ("No.", "Yes.", False),
    ],
)
def test_a_denial_of_the_same_words_is_seen(claim: str, sentence: str, expected: bool) -> None:
    def terms(text: str) -> list[str]:
        return [word.strip(".,").rstrip("s") for word in text.lower().split() if word not in ("does", "the", "do")]

    assert negation.mismatch(claim, sentence, terms) is expected
