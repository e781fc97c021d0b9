"""A claim and a sentence in its words -> where they part; right restatements part nowhere."""

import pytest

from assistant.library import bm25
from assistant.verification import opposition
from assistant.verification.lexicon import Difference, Lexicon
from assistant.verification.support.terms import Vocabulary

DELAY = "Larger pots and more compost delay the wilting of garden ferns in dry summers."
NOT = "In the greenhouse, blue light did not improve the colour of the fern leaves at noon."
BETTER = "Ferns from shaded seeds unroll sooner than ferns from watered seeds in every trial."
FIGURES = "Moss covered 42% of the north wall and lichen covered 17% of the south wall after three winters."
OFTEN = "The gardeners often water the small ferns in the evening before the frost."
TWICE = "Salt does not slow the moss on old granite walls, and rain does not wash the lichen off the stone."
SELDOM = "The gardeners do often not water the small ferns in the evening before the frost."
SIDES = "Moss does well on granite, badly on wood; in most old gardens lichen does well on wood, badly on granite."

FASTER = Difference("opposite", "accelerate", "delay")
SEVENTEEN = Difference("number", "17", "42")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(Vocabulary(bm25.build_index([("Ferns", DELAY)], None)).terms)


@pytest.mark.parametrize(
    ("claim", "sentence", "difference"),
    [
        # the sentence itself, edited
        (DELAY.replace("delay", "accelerate"), DELAY, FASTER),
        (f"No, {NOT}", NOT, None),
        (f"Yes, {NOT.replace('did not improve', 'improved')}", NOT, Difference("denial", "improve", "did not improve")),
        (NOT.replace("did not improve", "did improve"), NOT, Difference("denial", "improve", "not improve")),
        (NOT.replace("did not improve", "improved"), NOT, Difference("denial", "improve", "did not improve")),
        (DELAY.replace("delay", "never delay"), DELAY, Difference("denial", "never delay", "delay")),
        (OFTEN.replace("often", "always"), OFTEN, Difference("opposite", "always", "often")),
        (FIGURES.replace("42%", "24%"), FIGURES, Difference("number", "24", "42")),
        (FIGURES.replace("42%", "17%", 1).replace("lichen covered 17%", "lichen covered 42%"), FIGURES, SEVENTEEN),
        (
            BETTER.replace("shaded", "x").replace("watered", "shaded").replace("x", "watered"),
            BETTER,
            Difference("order", "watered", "shaded"),
        ),
        (TWICE.replace("not ", ""), TWICE, Difference("denial", "slow", "not slow")),
        (SELDOM.replace("often not", "always"), SELDOM, Difference("strength", "always", "")),
        (
            SIDES.replace("granite", "x").replace("wood", "granite").replace("x", "wood"),
            SIDES,
            Difference("order", "wood", "granite"),
        ),
        # in other words
        ("Garden ferns wilt earlier with more compost: larger pots accelerate it.", DELAY, FASTER),
        ("More compost accelerates the wilting of ferns.", DELAY, Difference("opposite", "accelerates", "delay")),
        ("Blue light improves the colour of fern leaves.", NOT, Difference("denial", "improve", "did not improve")),
        # right ones
        (DELAY, DELAY, None),
        ("We find that larger pots delay the wilting of garden ferns in dry summers.", DELAY, None),
        ("Blue light does not improve the colour of fern leaves.", NOT, None),
        ("Blue light never improved the colour of fern leaves.", NOT, None),
        ("Ferns from watered seeds unroll later than ferns from shaded seeds.", BETTER, None),
        ("Moss covered 42% of the north wall.", FIGURES, None),
        ("Smaller pots accelerate the wilting of garden ferns.", DELAY, None),
        ("No, not in general.", NOT, None),
        ("Insufficient light was not the reason.", "The light was insufficient, and that was not the reason.", None),
        ("Compost delays wilting.", "It was asked whether compost does not delay wilting of ferns.", None),
        ("", DELAY, None),
        (DELAY, "", None),
    ],
)
def test_where_a_claim_and_a_sentence_part(
    lexicon: Lexicon, claim: str, sentence: str, difference: Difference | None
) -> None:
    assert opposition.difference(claim, sentence, lexicon) == difference


def test_a_negation_reaches_to_the_end_of_its_clause(lexicon: Lexicon) -> None:
    def denied(text: str) -> list[str]:
        return [word.text for word in lexicon.words(text) if word.denied and word.is_content]

    assert denied("It does not help ferns, but moss grows.") == ["help", "ferns"]
    assert denied("It doesn’t, on average, help ferns; moss grows.") == ["average", "help", "ferns"]
    assert denied("Evidence that moss heals ferns was lacking.") == ["evidence", "moss", "heals", "ferns"]
    assert denied("It cannot heal ferns without moss.") == ["heal", "ferns"]
    assert denied("It helps not only ferns.") == []
    heads = [word.text for word in lexicon.words("Moss does not always quickly cover GPT-4.") if word.is_head]
    assert heads == ["cover"]
    assert [word.name for word in lexicon.words("GPT-4 scored 87% of 3") if word.is_number] == ["87%", "3"]


def test_without_is_with_no(lexicon: Lexicon) -> None:
    sentence = "Small ferns can be pruned in spring with no loss of colour in their leaves."
    assert opposition.difference(sentence.replace("with no", "without"), sentence, lexicon) is None
    assert opposition.difference(sentence.replace("with no", "with"), sentence, lexicon) is not None
