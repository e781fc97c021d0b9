"""Slips of the finger are mended, words that nobody mistyped are left alone."""

from pathlib import Path

import pytest
from support import libraries

from assistant.domain.records import Entry, Listing
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import spelling
from assistant.retrieval.spelling import one_slip
from assistant.verification import negation


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


def test_only_strange_words_near_one_of_the_library_are_mended(tmp_path: Path) -> None:
    texts = [("Glaciers", "We measure the melting of glaciers."), ("Sleepers", "Railway sleepers rot.")]
    entries = [Entry(Listing("x", n, title), abstract) for n, (title, abstract) in enumerate(texts, 1)]
    libraries.ingest(tmp_path / "library", entries)
    ordinary = {"sheep", "about", "measured", "weather"}.__contains__
    with LibrarySnapshot(tmp_path / "library") as library:
        mended = spelling.mend("How is the metling of glacierss measured, not sheep or GLACIRES?", library, ordinary)
        assert mended.text == "How is the melting of glaciers measured, not sheep or GLACIRES?"
        assert mended.notes == ("searched for “melting” for “metling”, “glaciers” for “glacierss”",)
        for asked in ("melting glaciers", "zzzzzz", "", "weather about sheep", "x-metling"):
            assert spelling.mend(asked, library, ordinary) == spelling.Mended(asked)


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
