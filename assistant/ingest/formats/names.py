"""Names of authors as bibliographies write them -> as people do: "Gogh, Vincent van" to "Vincent van Gogh"."""

import re

_AND = re.compile(r"(?<=\s)and(?=\s)", re.IGNORECASE)
_PART = re.compile(r"^\s*([a-z\-]{3,20})\s*=\s*(.*)$", re.DOTALL)  # the extended format of BibLaTeX
_ORDER = ("given", "prefix", "family", "suffix")
_REST = ("others", "et al", "et al.")


def split(field: str) -> tuple[tuple[str, ...], bool]:
    """The names of a field of BibTeX, in which " and " outside of braces parts them, and whether these are all.

    >>> split("Ash, Ann and {Birch and Sons} and others")
    (('Ann Ash', '{Birch and Sons}'), False)
    """
    names: list[str] = []
    start = end = depth = 0
    for word in _AND.finditer(field):
        depth += field.count("{", end, word.start()) - field.count("}", end, word.start())
        end = word.start()
        if depth <= 0:
            names.append(field[start:end])
            start = word.end()
    names.append(field[start:])
    trimmed = [name.strip() for name in names if name.strip()]
    authors = tuple(natural(name) for name in trimmed if name.lower() not in _REST)
    return authors, len(authors) == len(trimmed)


def natural(name: str) -> str:
    """One name in the order in which it is spoken; commas within braces are part of it.

    >>> natural("von Birch, Jr, Ben"), natural("family=Ash, given=Ann"), natural("{Birch, Inc.}")
    ('Ben von Birch Jr', 'Ann Ash', '{Birch, Inc.}')
    """
    parts = _comma_parts(name)
    named = [_PART.match(part) for part in parts]
    if parts and all(named):
        by_key = {match[1]: match[2].strip().strip('"') for match in named if match}
        return " ".join(by_key[key] for key in _ORDER if by_key.get(key))
    if len(parts) == 2:
        return " ".join(filter(None, (parts[1], parts[0])))
    if len(parts) == 3:
        return " ".join(filter(None, (parts[2], parts[0], parts[1])))
    return " ".join(name.split())


def _comma_parts(name: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, character in enumerate(name):
        depth += (character == "{") - (character == "}")
        if character == "," and depth <= 0:
            parts.append(name[start:place])
            start = place + 1
    return [" ".join(part.split()) for part in (*parts, name[start:])]
