"""The words of an abstract in a claim -> whether the abstract claims them."""

import pytest

from assistant.verification import verbatim

SENTENCES = (
    "Moss covered the walls after three cold winters.",
    "It is not true that ferns grow well in dim light.",
    "Lichen slowed the growth of moss, and ferns grow well in dim light.",
    "Prior work claimed that trees never grow above the clouds at night.",
    "Does moss grow on the moon in winter?",
    "Water rises in the stems of ferns in none of the dry summers.",
    "Accuracy of the count rose by 12.4% in the third winter.",
)
TEXT = " ".join(SENTENCES)


@pytest.mark.parametrize(
    ("claim", "number"),
    [
        ("MOSS covered  the walls after three cold winters", 0),
        ("Lichen slowed the growth of moss.", 2),
        ("It is not true that ferns grow well in dim light.", 1),
        ("Ferns grow well in dim light.", None),  # found first where it is denied
        ("Trees never grow above the clouds at night.", None),  # others claimed so
        ("Moss grow on the moon in winter.", None),  # it was asked
        ("Does moss grow on the moon in winter?", 4),
        ("Water rises in the stems of ferns.", None),  # in none
        ("Moss covered the walls after three.", None),  # no clause ends here
        ("Accuracy of the count rose by 12", None),
        ("the growth of moss", None),
        ("Moss", None),
        ("", None),
    ],
)
def test_a_claim_is_verbatim_where_the_sentence_claims_it_too(claim: str, number: int | None) -> None:
    assert verbatim.says(claim, SENTENCES, TEXT) == ("" if number is None else SENTENCES[number])


def test_a_quote_is_whole_where_it_is_sentences() -> None:
    assert verbatim.is_whole(SENTENCES[0], SENTENCES, TEXT)
    assert verbatim.is_whole(" ".join(SENTENCES[:2]), SENTENCES, TEXT)
    assert not verbatim.is_whole("ferns grow well in dim light.", SENTENCES, TEXT)
    assert not verbatim.is_whole("Ferns fly.", SENTENCES, TEXT)
    assert not verbatim.is_whole("", SENTENCES, TEXT)
