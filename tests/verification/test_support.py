"""A claim and abstracts -> support, the sentence to quote, and the rule that makes verdicts of it."""

import math

import numpy as np
import pytest
from support.growth import check_linear
from support.libraries import HashedWords

from assistant.domain.records import Paper
from assistant.domain.sentences import split
from assistant.library import bm25
from assistant.library.abstracts import Abstract
from assistant.verification.support import SupportScorer, classifier, features
from assistant.verification.support.classifier import Classifier
from assistant.verification.support.scorer import Support
from assistant.verification.support.terms import Vocabulary, abbreviations

EMBEDDER = HashedWords(256)
TEXTS = [
    "We study stone walls. Moss covered the granite of old walls in the third winter. The paint stayed dry.",
    "Violins were played in the dark. The varnish had no effect. Listeners liked the bridge.",
    "Systemic lupus erythematosus (SLE) harms skin. Light made it worse. Treating SLE took years.",
]
GENERIC = classifier.load(EMBEDDER.fingerprint)
RULE = Classifier(
    sentence=(),
    paper=(),
    contrast_weights=(0.575, 0.147, 0.952),
    contrast_cap=2.0,
    contrast_reach=3.0,
    supported_at=1.26,
    supported_with_contrast_at=-0.02,
    unsupported_below=-1.73,
    misattribution_margin=2.4,
    contrast_supported_at=0.56,
    together_at=-1.0,
    own_share=0.15,
    grace=0.9,
)
WORDS = bm25.build_index([("Title", text) for text in TEXTS], None)


def abstract(text: str, title: str = "Title", id: str = "") -> Abstract:
    sentences = tuple(text[start:end] for start, end in split(text))
    [whole] = EMBEDDER.embed([f"{title}\n{text}"])
    return Abstract(Paper(id or text[:20] or title, title, text), sentences, whole, EMBEDDER, WORDS)


def measured(claim: str, paper_abstract: Abstract) -> tuple[Support, int]:
    scorer = SupportScorer(WORDS, GENERIC)
    prepared = scorer.prepare_claim(claim, EMBEDDER.embed([claim])[0])
    support = scorer.support(prepared, paper_abstract)
    return support, scorer.best_sentence(prepared, paper_abstract, support)


def test_the_sentence_that_says_it_is_found() -> None:
    support, best = measured("Moss covered granite in the third winter.", abstract(TEXTS[0]))
    assert best == 1
    other, _ = measured("Moss covered granite in the third winter.", abstract(TEXTS[1]))
    assert support.score > GENERIC.supported_at
    assert other.score < GENERIC.unsupported_below


def test_what_the_title_alone_has_is_no_support() -> None:
    titled = abstract("", "Moss covered granite in the third winter")
    support, best = measured("Moss covered granite in the third winter.", titled)
    assert best == -1
    assert support.score < GENERIC.unsupported_below
    beside = abstract("Something else is said here.", "Moss covered granite in the third winter")
    assert measured("Moss covered granite in the third winter.", beside)[0].score < GENERIC.supported_at


@pytest.mark.parametrize("claim", ["It is what it was.", "", "...", "苔は広がる。", "Мох растёт.", "🙂"])
def test_a_claim_without_words_of_the_library_has_no_support(claim: str) -> None:
    support, best = measured(claim, abstract(TEXTS[0]))
    assert math.isfinite(support.score)
    assert support.score < GENERIC.unsupported_below
    assert 0 <= best < 3


def test_abbreviations_count_in_both_forms() -> None:
    assert abbreviations(TEXTS[2]) == (("SLE", "Systemic lupus erythematosus"),)
    assert abbreviations("the mean (SD) of it (see Fig. 2), and (i) more") == ()
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
    scorer = SupportScorer(WORDS, GENERIC)
    prepared = scorer.prepare_claim(claim, EMBEDDER.embed([claim])[0])
    parts = [scorer.support(prepared, abstract(text)) for text in TEXTS]
    score, shares = scorer.together(prepared, parts)
    assert score > max(part.score for part in parts)
    assert min(shares[:2]) > 0.25
    assert shares[2] == 0


def test_time_grows_with_the_work_only() -> None:
    scorer = SupportScorer(WORDS, GENERIC)
    sentences = abstract(" ".join(f"Sentence {number} tells of moss{number}." for number in range(40)))
    assert len(sentences.sentences) == 40

    def work(length: int) -> None:
        long = " ".join(f"word{number} thing{number % 97}" for number in range(length))
        claim = scorer.prepare_claim(long, EMBEDDER.embed([long])[0])
        assert len(claim.terms) == 60
        for number in range(50):
            paper_abstract = abstract(TEXTS[number % 3], id=str(number))
            assert math.isfinite(scorer.support(claim, paper_abstract).score)
        assert scorer.best_sentence(claim, sentences, scorer.support(claim, sentences)) >= 0

    check_linear(work, 6_000)


def test_features_lie_where_they_are_said_to() -> None:
    scorer = SupportScorer(WORDS, GENERIC)
    claim = scorer.prepare_claim("Moss covered granite.", EMBEDDER.embed(["Moss covered granite."])[0])
    prepared = scorer.prepare_abstract(abstract(TEXTS[0]))
    match = features.match(claim, prepared)
    row = features.paper(claim, match)
    assert len(row) == len(features.PAPER) == len(GENERIC.paper) - 1
    assert row[:3].tolist() == [1.0, 0.0, 1.0]
    rows = features.sentences(claim, match, prepared, scorer.words, None)
    assert rows.shape == (3, len(features.SENTENCE))
    assert len(GENERIC.sentence) == len(features.SENTENCE)
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
    assert RULE.verdict(score, others) == standing


def test_the_score_of_a_finding_is_a_probability() -> None:
    grid = [-40.0, -5.0, -1.0, 0.0, 1.0, 5.0, 40.0]
    for others in ([], [-5.0], [5.0]):
        probabilities = [classifier.probability(RULE.contrast(score, others)) for score in grid]
        assert probabilities == sorted(probabilities)
        assert all(0 <= probability <= 1 for probability in probabilities)
    assert classifier.probability(RULE.contrast(-6.0, [-60.0])) < 0.1


def test_prepared_abstracts_are_cached_but_never_mixed_up() -> None:
    scorer = SupportScorer(WORDS, GENERIC)
    first, second = abstract(TEXTS[0], id="same"), abstract(TEXTS[1], id="same")
    assert scorer.prepare_abstract(first) is scorer.prepare_abstract(first)
    assert scorer.prepare_abstract(second).abstract is second
