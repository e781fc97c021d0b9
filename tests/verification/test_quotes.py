"""Words given as a quote, and where they stand in a text."""

import pytest

from assistant.verification import quotes

STORED = "A trans\xadform\u200ber learns. It stops."


@pytest.mark.parametrize("quote", ["a transformer learns", "A trans\xadformer learns", STORED])
def test_characters_that_are_not_seen_make_no_other_quote(quote: str) -> None:
    assert quotes.occurs(quote, STORED)
    assert quotes.occurs(quote, "A transformer learns. It stops.")
    assert not quotes.occurs(quote, "A trans-former learns. It stops.")
