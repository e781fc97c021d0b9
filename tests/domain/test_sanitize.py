"""Text from outside, printed: nothing in it acts on a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.sanitize import one_line, sanitize, without_format_characters

ACTING = [
    *(chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) not in "\t\n\r"),
    *"\u061c\u180e\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e",
    *"\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufff9\ufffa\ufffb\ud800\udbff\udc00\udfff",
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180f\u3164\uffa0\U0001d173\U000e0100\U000e01ef",
    *map(chr, range(0xE0000, 0xE0080)),
]
anything = st.text(st.one_of(st.sampled_from(ACTING), st.characters()))


@pytest.mark.parametrize("character", ACTING, ids=lambda character: f"U+{ord(character):04X}")
def test_a_character_that_acts_is_replaced(character: str) -> None:
    assert sanitize(f"a{character}b") == "a�b"


@pytest.mark.parametrize("text", ["tab\tand\nline", "naïve Ünïcode 漢字 עברית", "😀 é", "[/INST] [link=x] :bomb:", ""])
def test_what_only_looks_is_kept(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🔬 ❤️\u200d🔥"])
def test_joiners_stay_where_letters_and_emoji_need_them(text: str) -> None:
    assert sanitize(text) == one_line(text) == without_format_characters(text) == text


@pytest.mark.parametrize("character", "\xad\u200b\u2060\ufeff\u200c\u200d")
def test_what_is_not_seen_goes_from_words(character: str) -> None:
    assert without_format_characters(f"trans{character}former{character}") == "transformer"


def test_a_place_where_a_line_may_break_prints_as_nothing() -> None:
    assert sanitize("trans\xadform\u200ber\u2060s\ufeff") == "transformers"
    assert without_format_characters("a\u202eb\u2066c\U000e0041d") == "abcd"


def test_carriage_returns_become_new_lines() -> None:
    assert sanitize("a\r\nb\rc") == "a\nb\nc"


@pytest.mark.parametrize(
    "escape", ["\x1b]0;title\x07", "\x1b[2J", "\x1b]8;;http://evil\x1b\\x", "\x9b2J", "\x1b]52;c;e\x07"]
)
def test_an_escape_in_pieces_is_as_harmless_as_one_in_whole(escape: str) -> None:
    for place in range(len(escape) + 1):
        assert sanitize(escape[:place]) + sanitize(escape[place:]) == sanitize(escape)
    assert not set(sanitize(escape)) & set(ACTING)


@given(anything)
def test_cleaning_leaves_no_control_and_nothing_to_clean(text: str) -> None:
    cleaned = sanitize(text)
    assert sanitize(cleaned) == cleaned
    assert (
        all(unicodedata.category(each) not in {"Cc", "Cs", "Zl", "Zp"} for each in cleaned if each not in "\t\n")
        or not cleaned
    )


@given(anything)
def test_a_line_is_one_line(text: str) -> None:
    assert one_line(text) == " ".join(one_line(text).split())
    assert len(one_line(text).splitlines()) <= 1


@given(anything, anything)
def test_pieces_may_be_cleaned_apart(first: str, second: str) -> None:
    if not (first.endswith("\r") and second.startswith("\n")):
        assert sanitize(first) + sanitize(second) == sanitize(first + second)
