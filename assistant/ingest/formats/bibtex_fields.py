"""Values as BibTeX writes them -> text: parts joined, strings and cross-references resolved, within bounds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.domain.limits import ABSTRACT_LIMIT

Fields = Mapping[str, str]
"""Name in small letters -> value, in LaTeX."""

_PARENTS = ("xdata", "crossref")
_MOST_PARENTS = 100
_INHERITED = {"title": "booktitle", "subtitle": "", "abstract": "", "doi": "", "url": "", "eprint": "", "ids": ""}
"""What a field of a volume is called in the papers of it; "" for what is the volume's own."""
_MOST_SUPPLIED = 50_000_000  # characters; ten thousand papers of a volume inherit about 5,000,000


class OverlongError(ValueError):
    """Strings or cross-references stand for so much text that their block is refused."""


@dataclass(slots=True)
class Supply:
    """How much text the strings and cross-references of a file may still stand for: few characters can name much."""

    left: int = _MOST_SUPPLIED

    def take(self, count: int) -> None:
        """Use up so many characters; raises `OverlongError` where they are not left."""
        if count > self.left:
            limit = f"{_MOST_SUPPLIED:,} characters; split it"
            raise OverlongError(f"the strings and cross-references of this file stand for more than {limit}")
        self.left -= count


def resolved(block: Any, strings: Fields, supply: Supply) -> Fields:
    """The fields of an entry; of one that is there twice the first counts. Raises `OverlongError`."""
    fields: dict[str, str] = {}
    for field in block.fields:
        name = field.key.strip().lower()
        if name not in fields:
            fields[name] = value(field.value, strings, supply)
    return fields


def value(raw: object, strings: Fields, supply: Supply) -> str:
    """A value as written, of parts joined by "#": {braced}, "quoted", a number, or the name of a string.

    Raises `OverlongError` where strings make it longer than an abstract may be.
    """
    text = str(raw).strip()
    length = 0
    values: list[str] = []
    for part in _parts(text) if "#" in text else [text]:
        values.append(_part(part, strings))
        length += len(values[-1])
        if length > max(ABSTRACT_LIMIT, len(text)):
            raise OverlongError(f"its strings stand for more than {ABSTRACT_LIMIT:,} characters")
        supply.take(max(0, len(values[-1]) - len(part)))
    return "".join(values)


def inherited(fields: Fields, entries: Mapping[str, Fields], supply: Supply) -> Fields:
    """The fields with those of the entries that it refers to, but one step only: no circle can be walked.

    Raises `OverlongError`.
    """
    filled = dict(fields)
    for kind in _PARENTS:
        keys = (key.strip().lower() for key in fields.get(kind, "").split(",")[:_MOST_PARENTS])
        for key in dict.fromkeys(keys):
            for name, text in entries.get(key, {}).items():
                own = _INHERITED.get(name, name) if kind == "crossref" else name
                is_new = own and name not in _PARENTS and own not in filled
                supply.take(1 + (len(text) if is_new else 0))
                if is_new:
                    filled[own] = text
    return filled


def _parts(text: str) -> Iterable[str]:
    start = depth = 0
    quoted = False
    for place, character in enumerate(text):
        if character == '"' and depth == 0:
            quoted = not quoted
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif character == "#" and depth <= 0 and not quoted:
            yield text[start:place].strip()
            start = place + 1
    yield text[start:].strip()


def _part(part: str, strings: Fields) -> str:
    if len(part) > 1 and (part[0], part[-1]) in (("{", "}"), ('"', '"')):
        return part[1:-1]
    return strings.get(part.lower(), part)
