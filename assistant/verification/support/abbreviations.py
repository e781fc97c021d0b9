"""A text -> the abbreviations that it explains in brackets, with the words they stand for."""

import re

_BRACKETED = re.compile(r"\(\s*([A-Za-z][A-Za-z0-9\-/]{1,9}?)s?\s*[);,]")
_WORD = re.compile(r"[A-Za-z0-9]+")
_REACH = 4  # words more than letters that the long form may have


def explained(text: str) -> tuple[tuple[str, str], ...]:
    """Return (short form, long form) pairs: "systemic lupus erythematosus (SLE)" gives ("SLE", "systemic lupus ...").

    The long form is the shortest run of words before the bracket that begins with the first letter of the short form
    and has its letters in order (Schwartz and Hearst, PSB 2003, read from the left).
    """
    found = []
    for match in _BRACKETED.finditer(text):
        short = match[1]
        if sum(letter.isupper() for letter in short) < 2:
            continue
        before = _WORD.findall(text[max(0, match.start() - 160) : match.start()])[-(len(short) + _REACH) :]
        letters = [letter for letter in short.lower() if letter.isalnum()]
        if long := _long_form(letters, before):
            found.append((short, long))
    return tuple(found)


def _long_form(letters: list[str], before: list[str]) -> str:
    for count in range(1, len(before) + 1):
        words = before[-count:]
        if words[0][0].lower() != letters[0] or count < len(letters) // 2:
            continue
        wanted = iter("".join(words).lower())
        if all(letter in wanted for letter in letters):
            return " ".join(words)
    return ""
