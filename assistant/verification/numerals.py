"""Numbers as people write them -> values that are equal where the same number is meant."""

import re
import unicodedata
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from assistant.domain.greek import GREEK

_SIGNS = str.maketrans({letter.upper(): name for letter, name in GREEK.items()} | GREEK | dict.fromkeys("‐‑‒–—−", "-"))
_SUPERSCRIPT = re.compile(r"(?<=\d)([⁺⁻]?[⁰¹²³⁴-⁹]+)")
_BRACKETED_POWER = re.compile(r"\b10\s*\(\s*([-+]?\d{1,3})\s*\)")

# A range or a ratio, unless it is part of a name (IL-2-5) or of a power (10^-3): a whole row of digits, dots, commas,
# that begins with a digit tied to nothing, or holds a comma; each row is read once.
_RANGE = re.compile(r"(?<![\d.,])(?:(?<![\w^-])(?=\d)|(?=[\d.,]*?,\d))([\d.,]++\s?%?)\s?(?:-|/)\s?(?=\d)")

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_POWER = r"(?:\s*[x×*·]\s*10\s*\^\s*\{?[-+]?\d{1,6}\}?|[eE][-+]?\d{1,6}(?![\w])|\^\{?[-+]?\d{1,6}\}?)?"
_UNIT = (
    r"(?:\s*(?P<unit>%|percent\b|per cent\b|thousand\b|million\b|billion\b|trillion\b|hundred\b|[kKMB](?![\w-]))"
    r"|(?:x|X|×|fold|mg|kg|g|ml|mm|cm|nm|ms|s|h|d|wk|yr|min|GB|MB|TB|kb|kD|kDa|px|st|nd|rd|th)(?![^\W_]))?"
)
NUMBER = re.compile(
    rf"(?<![\w.^])(?<![^\W\d_][-/+])[-+]?(?P<digits>{_DIGITS})(?P<power>{_POWER}){_UNIT}(?![^\W_])(?!\.\d)"
)
"""A number that stands for itself in a claim, not within a name such as GPT-4 or B12."""

_UNIT_IN_NAME = _UNIT.replace(r"[\w-]", r"\w")  # Llama-3-8B-Instruct
_ANYWHERE = re.compile(rf"(?P<digits>{_DIGITS})(?P<power>{_POWER}){_UNIT_IN_NAME}")
_TIMES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "k": 10**3,
    "million": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "b": 10**9,
    "trillion": 10**12,
}
_EXACTLY = Context(prec=20, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])  # 10^{500} is a number as any other
_COMPARED = Context(prec=10, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])  # digits in which two values have to agree
_WORDS = (
    "zero no none|one single first once|two second twice both double doubled pair dual|three third triple thrice"
    "|four fourth quadruple|five fifth|six sixth|seven seventh|eight eighth|nine ninth|ten tenth|eleven|twelve|thirteen"
    "|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
).split("|")
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred".split()
_ROMANS = " I II III IV V VI VII VIII IX X XI XII".split(" ")
_YEAR = r"(?:19|20)\d\d[a-z]?"
_SURNAME = r"[^\W\d_][\w'’-]+"
_CITING = re.compile(
    rf"\bet al\b\.?,?\s*(?:\(?\s*{_YEAR}\s*\)?)?"
    rf"|\((?:see |cf\. )?{_SURNAME}(?:(?:,| and| &) {_SURNAME}){{0,3}},\s*{_YEAR}\)"
    rf"|\((?:see |cf\. )?{_SURNAME} (?:and|&) {_SURNAME} {_YEAR}\)"
)


def plain(text: str) -> str:
    """Return text with one form for each sign: NFKC, "-" for every dash, "^" before a power, Greek letters by name.

    Ranges become two numbers: "3-5" reads "3 to 5".
    """
    text = _SUPERSCRIPT.sub(lambda match: "^" + unicodedata.normalize("NFKC", match[1]), text)
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    text = _BRACKETED_POWER.sub(r"10^\1", text)
    text = re.sub(r"(?<=\d),(?=\d{1,2}(?:\D|$))(?<!\d{4},)", ".", text)
    return _RANGE.sub(r"\1 to ", text)


def without_years_of_citations(text: str) -> str:
    """Return text without the years that only name a work: "Smith et al. (2020)", "(Smith and Doe, 2020)"."""
    return _CITING.sub(" ", text)


def number_values(match: re.Match[str]) -> frozenset[Decimal]:
    """Return the values that a number may be meant as: 50 and 0.5 for "50%", 30000000 for "30 million".

    However large or small, values are equal where they agree in ten digits.
    """
    value = _value(match)
    if match["power"]:
        exponent = int(re.findall(r"[-+]?\d+", match["power"])[-1])
        is_of_base = match["power"].startswith("^") and value
        value = _EXACTLY.power(value, exponent) if is_of_base else _EXACTLY.scaleb(value, exponent)
    unit = (match["unit"] or "").casefold()
    if unit in ("%", "percent", "per cent"):
        return frozenset((_COMPARED.plus(value), _COMPARED.scaleb(value, -2)))
    return frozenset((_COMPARED.multiply(value, _TIMES.get(unit, 1)),))


def all_number_values(text: str) -> frozenset[Decimal]:
    """Return the values of every number in a text, those within names too."""
    values: set[Decimal] = set()
    for match in _ANYWHERE.finditer(text):
        value = _value(match)
        values |= number_values(match)
        values |= {_COMPARED.plus(value), _COMPARED.scaleb(value, 2)} if value < 1 else {_COMPARED.plus(value)}
    return frozenset(values)


def _value(match: re.Match[str]) -> Decimal:
    """Return what the digits of a number say."""
    return _EXACTLY.create_decimal(match["digits"].replace(",", ""))


def spelled(match: re.Match[str]) -> frozenset[str]:
    """Return the words for a small whole number."""
    number = int(match["digits"]) if match["digits"].isdigit() and len(match["digits"]) < 4 else -1
    if number == 50 and match["unit"] in ("%", "percent", "per cent"):
        return frozenset(("half", "fifty"))
    if 0 <= number < len(_WORDS):
        words = _WORDS[number].split()
        return frozenset((*words, f"{words[0]}fold"))
    if 30 <= number <= 100 and number % 10 == 0:
        return frozenset((_TENS[number // 10 - 3],))
    return frozenset()


def roman(match: re.Match[str]) -> frozenset[str]:
    """Return the Roman numeral of a small whole number."""
    number = int(match["digits"]) if match["digits"].isdigit() and len(match["digits"]) < 3 else 0
    return frozenset((_ROMANS[number],)) if 0 < number < len(_ROMANS) else frozenset()


def from_roman(name: str) -> Decimal | None:
    """Return the value of a Roman numeral up to XII; None for anything else."""
    return Decimal(_ROMANS.index(name)) if name in _ROMANS[1:] else None
