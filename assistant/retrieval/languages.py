"""A question -> the language that it is in, where that is not English: its small words, or its script, tell."""

import re
from collections.abc import Mapping

_STOP_WORDS: Mapping[str, frozenset[str]] = {
    "English": frozenset(
        (
            "a an and any are as at be been by can could did do does else for from had has have how i if in is it its "
            "me more no not of on one only or other others please so some than thanks that the their them then there "
            "these they this to too true was we were what when where which who why will with would you your"
        ).split()
    ),
    "German": frozenset(
        (
            "aber als am an andere anderen auch auf aus bei bitte da dann das dass dazu dem den der des die diese "
            "dieser du ein eine einem einen einer es für gibt hat ich im ist ja kann kein man mehr mit nach nicht "
            "noch nur oder sich sie sind so und uns von war warum was welche welchen welcher wenn wer wie wird wo zu "
            "zum zur"
        ).split()
    ),
    "French": frozenset(
        (
            "au autres aux avec c ce cela ces cette comment d dans de des du elle en est et il ils je l la le les "
            "leur mais même n ne nous on ou où par pas plus pour pourquoi qu que quel quelle quelles quels qui quoi s "
            "sa se ses son sont sur un une vous y"
        ).split()
    ),
    "Spanish": frozenset(
        (
            "al como con cuando cuál cuáles cuándo cómo de del dónde el ella ellos en es eso esta este esto está "
            "están hay la las lo los me mi muy más no o ocurre otras otros para pero por porque que quién qué se "
            "según ser si sin sobre son su sus también un una y"
        ).split()
    ),
    "Italian": frozenset(
        (
            "a al alla altre altri anche che chi ci come con cos cosa da dei del della di dove e gli ha ho i il in io "
            "la le lo ma mi nel nella non o per perché più quale quali quando questa questo sono su un una è"
        ).split()
    ),
    "Portuguese": frozenset(
        (
            "a ao aos as com como da das de do dos e ela ele em essa esse esta este há isso mais mas me na nas no nos "
            "não o onde os ou outras outros para pela pelo por porque quais qual quando que quem se seu sua são um "
            "uma é"
        ).split()
    ),
    "Dutch": frozenset(
        (
            "aan als andere bij dat de deze die dit een en er geen hebben heeft het hoe ik in is kan maar meer met "
            "naar niet nog of om ook op over te tot uit van voor waar waarom wat welke wie wordt zijn"
        ).split()
    ),
}
_SCRIPTS = (
    ("Japanese", re.compile(r"[぀-ヿ]")),
    ("Chinese", re.compile(r"[一-鿿]")),
    ("Korean", re.compile(r"[가-힯]")),
    ("Russian", re.compile(r"[Ѐ-ӿ]")),
    ("Arabic", re.compile(r"[؀-ۿ]")),
    ("Hebrew", re.compile(r"[֐-׿]")),
    ("Hindi", re.compile(r"[ऀ-ॿ]")),
    ("Greek", re.compile(r"[Ͱ-Ͽ]{3}")),  # single letters stand in formulas
)
"""Languages by a script that hardly another one has."""
_SPANISH_MARKS = re.compile("[¿¡]")


def content_words(text: str) -> list[str]:
    """Return the words of a text that are no small words of any of these languages, in their order.

    >>> content_words("Und wie lässt sich das Grokking beschleunigen?")
    ['lässt', 'grokking', 'beschleunigen']
    """
    small = frozenset().union(*_STOP_WORDS.values())
    words = re.findall(r"[^\W\d_]{2,}", text.casefold())
    return [word for word in words if word not in small]


def hint(question: str) -> tuple[str, ...]:
    """Return a note for a question that found nothing, where it is in another language than English; else none."""
    language = foreign(question)
    return (f"this seems to be {language}; where the papers are in English, ask in English",) if language else ()


def foreign(question: str) -> str | None:
    """Return the language of a question, None for English and where too few words tell.

    >>> foreign("Welche anderen Arbeiten gibt es dazu?"), foreign("Which others are there?")
    ('German', None)
    """
    for language, script in _SCRIPTS:
        if script.search(question):
            return language
    if _SPANISH_MARKS.search(question):
        return "Spanish"
    words = re.findall(r"[^\W\d_]+", question.casefold())
    counts = {language: sum(word in stop_words for word in words) for language, stop_words in _STOP_WORDS.items()}
    english = counts.pop("English")
    language = max(counts, key=lambda name: counts[name])
    enough = counts[language] >= min(2, len(words))  # of "de novo design" one word is French
    return language if enough and counts[language] > max(english, len(words) / 4) else None
