"""A claim and sentences that compare two things -> what the claim has the wrong way round; nothing of right ones."""

import pytest
from support.growth import check_linear, filled

from assistant.library import bm25
from assistant.verification import comparisons, opposition
from assistant.verification.lexicon import Difference, Lexicon
from assistant.verification.support.terms import Vocabulary

SHADE = "Seeds that were kept in shade lead to better ferns than seeds that were kept only in the sun."
BEATS = "Approaches that use rain water outperform tap water and bottled water in every greenhouse."
KINDER = "Gardeners rated the new rakes as more harmless than rakes with iron teeth at the same price."
BOTH = f"{SHADE} In salt, seeds kept in the sun did better than seeds kept in shade."


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(Vocabulary(bm25.build_index([("Ferns", SHADE)], None)).terms)


@pytest.mark.parametrize(
    ("claim", "sentences", "difference"),
    [
        ("Sun makes seeds do better than shade.", [SHADE], Difference("order", "sun", "shade")),
        (
            "Off-season seeds do better than pre-season seeds.",
            ["Ferns grown in the house from preseason seeds do better than those from offseason seeds."],
            Difference("order", "off-season", "pre-season"),
        ),
        ("Ferns from sun beat those from shade.", [BEATS, SHADE], Difference("order", "sun", "shade")),
        ("Bottled or tap water beats using rain.", [BEATS], Difference("order", "bottled tap", "rain")),
        ("Seeds from shade do worse than those from the sun.", [SHADE], Difference("opposite", "worse", "better")),
        (
            "New rakes are more harmful than rakes with iron teeth.",
            [KINDER],
            Difference("opposite", "more harmful", "more harmless"),
        ),
        ("Shade makes seeds do better than sun.", [SHADE], None),
        ("Sun makes seeds do worse than shade.", [SHADE], None),
        ("Sun does not make seeds do better than shade.", [SHADE], None),
        ("Sun makes seeds grow faster than shade.", [SHADE], None),
        ("Sun makes seeds do better than shade.", [f"It was asked whether {SHADE}"], None),
        ("Sun makes seeds do better than shade.", BOTH.split(" In "), None),
        ("New rakes do less harm rather than more than iron ones.", [KINDER], None),
        ("Tap water is outperformed by rain water.", [BEATS], None),
        ("Rain water is beaten only by tap water.", [BEATS], Difference("order", "tap", "rain")),
        ("Rain water outperforms tap water.", ["Tap water, which is surpassed by rain water, is dear."], None),
        ("Sun beats shade in salt.", ["In rain shade beats sun, but in salt sun beats shade."], None),
        ("Sun beats shade in salt.", ["In rain shade beats sun; in salt the reverse holds."], None),
        ("Nothing is compared.", [SHADE], None),
        ("Sun makes seeds do better than shade.", ["", "than better than"], None),
    ],
)
def test_what_a_claim_has_the_wrong_way_round(
    lexicon: Lexicon, claim: str, sentences: list[str], difference: Difference | None
) -> None:
    turned = comparisons.difference(claim, sentences, lexicon)
    assert (turned and turned[0]) == difference
    assert turned is None or turned[1] in sentences


@pytest.mark.parametrize(
    ("claim", "sentence", "explained"),
    [
        ("Sun gives lower ferns than shade.", "Shade gives higher ferns than sun.", True),
        ("Sun needs fewer pots than shade.", "Shade needs more pots than sun.", True),
        ("Sun gives no higher ferns than shade.", "Shade gives higher ferns than sun.", True),
        ("Sun never does better than shade in salty pots.", "Shade does better than sun in salty pots.", True),
        ("Sun gives lower ferns than shade.", "Sun gives higher ferns than shade.", False),
        ("Sun gives no higher ferns than shade.", "Sun gives higher ferns than shade.", False),
        ("Sun is as good as shade.", "Shade is as good as sun.", True),
        ("Sun outperforms tall shade.", "Tall shade outperforms sun.", False),
    ],
)
def test_the_same_comparison_from_its_other_side_explains_other_words(
    lexicon: Lexicon, claim: str, sentence: str, explained: bool
) -> None:
    words = opposition.difference(claim, sentence, lexicon)
    assert words
    assert comparisons.explains(words, claim, [sentence], lexicon) == explained


RIGHT = {
    "FernNet is faster than MossNet.": (
        "MossNet is no faster than FernNet.",
        "MossNet isn't any faster than FernNet on long inputs.",
        "Slower than FernNet is MossNet.",
    ),
    "Using shade rather than sun yields better ferns.": (
        "Shade yields better ferns than sun.",
        "Using shade yields better ferns.",
        "Using shade yields better ferns than using sun.",
    ),
    "It cannot be denied that shade makes better ferns than sun.": ("Shade makes better ferns than sun.",),
    "It is not uncommon that ferns die in long winters.": ("Ferns die in long winters.",),
    "It is not surprising that ferns die in long winters.": ("Ferns die in long winters.",),
    "FernNet beats all others on long inputs.": ("Nothing beats FernNet on long inputs.",),
    "None of the others beats FernNet on long inputs.": ("FernNet beats all of the others on long inputs.",),
    "FernNet does better than MossNet on long inputs.": ("FernNet does worse than expected on long inputs.",),
    "MossNet makes more omissions than errors.": ("MossNet makes fewer errors than omissions.",),
    "FernNet is superior to MossNet.": ("MossNet is inferior to FernNet.", "MossNet is no better than FernNet."),
    "FernNet is better than MossNet on all tasks.": ("Worse than FernNet on all tasks is MossNet.",),
    "FernNet outperforms MossNet, but is slower than MossNet.": (
        "MossNet is faster than FernNet.",
        "MossNet runs faster.",
        "FernNet outperforms MossNet.",
    ),
    "FernNet outperforms MossNet, but is slower.": ("MossNet is faster than FernNet.",),
}
WRONG = {
    "FernNet is faster than MossNet.": (
        "FernNet is no faster than MossNet.",
        "FernNet is slower than MossNet.",
        "MossNet is faster than FernNet.",
    ),
    "Using shade rather than sun yields better ferns.": ("Sun yields better ferns than shade.",),
    "It is not uncommon that ferns die in long winters.": ("Ferns rarely die in long winters.",),
    "FernNet is superior to MossNet.": ("FernNet is inferior to MossNet.", "MossNet is superior to FernNet."),
    "MossNet beats FernNet on long inputs.": ("Nothing beats FernNet on long inputs.",),
    "MossNet makes more omissions than errors.": (
        "MossNet makes more errors than omissions.",
        "MossNet makes fewer omissions than errors.",
    ),
    "FernNet outperforms MossNet, but is slower than MossNet.": (
        "FernNet is faster than MossNet.",
        "MossNet is slower than FernNet.",
        "MossNet outperforms FernNet.",
    ),
}


@pytest.mark.parametrize(
    ("claim", "sentence", "is_wrong"),
    [(claim, sentence, told is WRONG) for told in (RIGHT, WRONG) for sentence in told for claim in told[sentence]],
)
def test_a_right_claim_is_not_called_turned_round_and_a_wrong_one_is(
    lexicon: Lexicon, claim: str, sentence: str, is_wrong: bool
) -> None:
    words = opposition.difference(claim, sentence, lexicon)
    if words is None:
        turned = comparisons.difference(claim, [sentence], lexicon) is not None
    else:
        turned = not comparisons.explains(words, claim, [sentence], lexicon)
    assert turned == is_wrong


@pytest.mark.parametrize("unit", ["sun is better than shade ", "than ", "better "])
def test_time_is_linear_in_the_text(lexicon: Lexicon, unit: str) -> None:
    check_linear(lambda length: comparisons.difference(filled(unit, length), [filled(unit, length)], lexicon), 20_000)
