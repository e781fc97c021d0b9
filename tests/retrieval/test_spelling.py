"""Slips of the finger are corrected, words that nobody mistyped are left alone."""

from itertools import product
from pathlib import Path

import pytest
from support import libraries

from assistant.domain.records import Entry, Listing
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import spelling
from assistant.retrieval.spelling import one_slip


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("rewrad", "reward", True),
        ("rewaard", "reward", True),
        ("rward", "reward", True),
        ("rewerd", "reward", True),
        ("rewards", "reward", True),
        ("reward", "reward", False),
        ("eward", "reward", False),  # the first letter is rarely the wrong one
        ("rewrda", "reward", False),
        ("raewrd", "reward", False),
        ("r", "reward", False),
    ],
)
def test_one_slip(typed: str, meant: str, expected: bool) -> None:
    assert one_slip(typed, meant) is expected


def slips(word: str) -> set[str]:
    """Every word that one slip after the first letter makes of a word over the letters a and b."""
    splits = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    made = {left + right[1:] for left, right in splits if right}
    made |= {left + letter + right for left, right in splits for letter in "ab"}
    made |= {left + letter + right[1:] for left, right in splits if right for letter in "ab"}
    made |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    return made - {word}


def test_one_slip_is_any_of_the_four_kinds_and_no_more() -> None:
    words = ["".join(letters) for size in range(1, 6) for letters in product("ab", repeat=size)]
    for word in words:
        assert {other for other in words if one_slip(word, other)} == slips(word) & set(words)


def test_only_strange_words_near_one_of_the_library_are_corrected(tmp_path: Path) -> None:
    texts = [("Glaciers", "We measure the melting of glaciers."), ("Sleepers", "Railway sleepers rot.")]
    entries = [Entry(Listing("x", n, title), abstract) for n, (title, abstract) in enumerate(texts, 1)]
    libraries.ingest(tmp_path / "library", entries)
    ordinary = {"sheep", "about", "measured", "weather"}.__contains__
    with LibrarySnapshot(tmp_path / "library") as library:
        correction = spelling.correct(
            "How is the metling of glacierss measured, not sheep or GLACIRES?", library, ordinary
        )
        assert correction.text == "How is the melting of glaciers measured, not sheep or GLACIRES?"
        assert correction.notes == ("searched for “melting” for “metling”, “glaciers” for “glacierss”",)
        for question in ("melting glaciers", "zzzzzz", "", "weather about sheep", "x-metling"):
            assert spelling.correct(question, library, ordinary) == spelling.Correction(question)
