"""A claim and abstracts -> support, the sentence to quote, and the rule that makes verdicts of it."""

import math
from pathlib import Path

import numpy as np
import pytest
from support.growth import check_linear
from support.libraries import HashedWords

from assistant.domain.records import Paper
from assistant.domain.sentences import split
from assistant.library import bm25
from assistant.library.abstracts import Abstract
from assistant.verification.support import SupportScorer, classifier, coverage, features, rarity
from assistant.verification.support.abbreviations import explained
from assistant.verification.support.scorer import Support, together
from assistant.verification.support.terms import Vocabulary

EMBEDDER = HashedWords(256)
TEXTS = [
    "We study stone walls. Moss covered the granite of old walls in the third winter. The paint stayed dry.",
    "Violins were played in the dark. The varnish had no effect. Listeners liked the bridge.",
    "Systemic lupus erythematosus (SLE) harms skin. Light made it worse. Treating SLE took years.",
]
WORDS = bm25.build_index([("Title", text) for text in TEXTS], None)


def abstract(text: str, title: str = "Title", id: str = "") -> Abstract:
    sentences = tuple(text[start:end] for start, end in split(text))
    rows = EMBEDDER.embed([title, *sentences])
    return Abstract(Paper(id or text[:20] or title, title, text), sentences, rows[1:], rows[0], rows.mean(axis=0))


def measured(claim: str, held: Abstract) -> tuple[Support, int]:
    measure = SupportScorer(WORDS)
    wanted = measure.claim(claim, EMBEDDER.embed([claim])[0])
    found = measure.support(wanted, held)
    return found, measure.best(wanted, held, found)


def test_the_sentence_that_says_it_is_found() -> None:
    found, best = measured("Moss covered granite in the third winter.", abstract(TEXTS[0]))
    assert best == 1
    other, _ = measured("Moss covered granite in the third winter.", abstract(TEXTS[1]))
    assert found.score > classifier.SUPPORTED_AT
    assert other.score < classifier.UNSUPPORTED_BELOW


def test_what_the_title_alone_has_is_no_support() -> None:
    titled = abstract("", "Moss covered granite in the third winter")
    found, best = measured("Moss covered granite in the third winter.", titled)
    assert best == -1
    assert found.score < classifier.UNSUPPORTED_BELOW
    beside = abstract("Something else is said here.", "Moss covered granite in the third winter")
    assert measured("Moss covered granite in the third winter.", beside)[0].score < classifier.SUPPORTED_AT


@pytest.mark.parametrize("claim", ["It is what it was.", "", "...", "苔は広がる。", "Мох растёт.", "🙂"])
def test_a_claim_without_words_of_the_library_has_no_support(claim: str) -> None:
    found, best = measured(claim, abstract(TEXTS[0]))
    assert math.isfinite(found.score)
    assert found.score < classifier.UNSUPPORTED_BELOW
    assert 0 <= best < 3


def test_abbreviations_count_in_both_forms() -> None:
    assert explained(TEXTS[2]) == (("SLE", "Systemic lupus erythematosus"),)
    assert explained("the mean (SD) of it (see Fig. 2), and (i) more") == ()
    short, best = measured("Treating systemic lupus erythematosus took years.", abstract(TEXTS[2]))
    assert best == 2
    assert short.match.sentences[2].min() == 1.0


def test_forms_of_a_word_are_alike_and_numbers_are_not() -> None:
    match = measured("antitumor 1995", abstract("A tumor grew in 1996."))[0].match
    assert match.sentences[0].tolist() == [5 / 9, 0.0]
    match = measured("photography", abstract("A photographic plate."))[0].match
    assert 0.5 < match.sentences[0, 0] < 1


def test_greek_letters_are_words() -> None:
    assert Vocabulary(WORDS).terms("IFN-γ and we were between") == ["ifn", "gamma"]


def test_several_abstracts_together_support_what_each_holds_a_part_of() -> None:
    claim = "Moss covered the granite of old walls and the varnish of violins had no effect."
    measure = SupportScorer(WORDS)
    wanted = measure.claim(claim, EMBEDDER.embed([claim])[0])
    parts = [measure.support(wanted, abstract(text)) for text in TEXTS]
    score, shares = together(wanted, parts)
    assert score > max(part.score for part in parts)
    assert min(shares[:2]) > 0.25
    assert shares[2] == 0


def test_time_grows_with_the_work_only() -> None:
    measure = SupportScorer(WORDS)
    sentences = abstract(" ".join(f"Sentence {number} tells of moss{number}." for number in range(40)))
    assert len(sentences.sentences) == 40

    def work(length: int) -> None:
        long = " ".join(f"word{number} thing{number % 97}" for number in range(length))
        wanted = measure.claim(long, EMBEDDER.embed([long])[0])
        assert len(wanted.terms) == 60
        for number in range(50):
            held = abstract(TEXTS[number % 3], id=str(number))
            assert math.isfinite(measure.support(wanted, held).score)
        assert measure.best(wanted, sentences, measure.support(wanted, sentences)) >= 0

    check_linear(work, 6_000)


def test_features_lie_where_they_are_said_to() -> None:
    measure = SupportScorer(WORDS)
    wanted = measure.claim("Moss covered granite.", EMBEDDER.embed(["Moss covered granite."])[0])
    held = measure.abstract(abstract(TEXTS[0]))
    match = features.match(wanted, held)
    row = features.paper(wanted, match)
    assert len(row) == len(features.PAPER) == len(classifier.PAPER_WEIGHTS) - 1
    assert row[:3].tolist() == [1.0, 0.0, 1.0]
    rows = features.sentences(wanted, match, held, measure.words)
    assert rows.shape == (3, len(features.SENTENCE))
    assert len(classifier.SENTENCE_WEIGHTS) == len(features.SENTENCE)
    assert rows[:, features.SENTENCE.index("setup")].tolist() == [0, 0, 0]
    assert np.allclose(rows[:, features.SENTENCE.index("late")], [0, 0.5, 1])


@pytest.mark.parametrize(
    ("score", "others", "standing"),
    [
        (3.0, [], "supported"),
        (3.0, [-2.0], "supported"),
        (0.5, [-2.0], "supported"),
        (0.5, [], "weak"),
        (0.5, [1.0], "weak"),
        (3.0, [3.0], "supported"),
        (3.0, [9.0], "weak"),
        (-0.5, [-9.0], "weak"),
        (-0.5, [2.5], "misattributed"),
        (-3.0, [2.5], "misattributed"),
        (-3.0, [-2.0], "unsupported"),
        (-3.0, [], "unsupported"),
    ],
)
def test_the_rule_of_the_verdicts(score: float, others: list[float], standing: str) -> None:
    assert classifier.verdict(score, others) == standing


def test_the_score_shown_is_a_probability() -> None:
    grid = [-40.0, -5.0, -1.0, 0.0, 1.0, 5.0, 40.0]
    for others in ([], [-5.0], [5.0]):
        shown = [classifier.probability(classifier.contrast(score, others)) for score in grid]
        assert shown == sorted(shown)
        assert all(0 <= value <= 1 for value in shown)
    assert classifier.probability(classifier.contrast(-6.0, [-60.0])) < 0.1


def test_coverage_is_a_share() -> None:
    weights = rarity("moss granite unheard", WORDS)
    assert coverage(weights, set(weights)) == 1.0
    assert coverage({}, {"moss"}) == 0.0
    assert weights["unheard"] > weights["moss"]


def test_prepared_abstracts_are_kept_but_never_mixed_up(tmp_path: Path) -> None:
    measure = SupportScorer(WORDS)
    one, other = abstract(TEXTS[0], id="same"), abstract(TEXTS[1], id="same")
    assert measure.abstract(one) is measure.abstract(one)
    assert measure.abstract(other).abstract is other
