"""A model's answer -> its claims: sentences, each with the keys and quotes it cites; nothing written is lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant import sentences

_BRACKETS = re.compile(r"\[((?:[^\[\]\"“”]|\"[^\"]*\"|“[^”]*”)*)\]")
_KEY = re.compile(r"P[0-9a-f]{4,64}")
# What a model writes when it means to cite but does not keep to the form: a rank, an author and year, a garbled key.
_ATTEMPT = re.compile(
    r"\d{1,3}|P[0-9A-Za-z]{2,}|[^\[\]]*\bet al\b[^\[\]]*"
    r"|[A-Z][\w'’-]+(?: (?:and|&) [A-Z][\w'’-]+)?,? (?:19|20)\d\d[a-z]?"
)
_PART = re.compile(
    r"\s*(?P<key>[^,;:\"“”]+?)\s*(?:(?::\s*)?(?:\"(?P<straight>[^\"]*)\"|“(?P<curly>[^”]*)”))?\s*(?:[,;]|$)"
)
_RULE = re.compile(r"\|[\s:|-]+")
_ITEM = re.compile(r"^\s*(?:[-*•·–]|\d{1,3}[.)]|#{1,6})\s+")


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation as the model wrote it."""

    key: str
    """A well-formed key, or whatever stood in its place."""
    wellformed: bool
    quote: str = ""
    """The words put in quotation marks after the key."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One sentence of an answer."""

    text: str
    """Without its citations."""
    cited: tuple[Cited, ...] = ()


def split(answer: str) -> tuple[Stated, ...]:
    """Return the claims of an answer, in order.

    >>> split("WARM averages weights [P1a2b]. It helps [P1a2b, P3c4d].")[1].cited[1].key
    'P3c4d'
    """
    stated: list[Stated] = []
    for start, end in _sentences(answer):
        text, cited = _parse(answer[start:end])
        if _RULE.fullmatch(text) and stated and stated[-1].text.startswith("|"):
            stated.pop()  # what stands above a table's rule names its columns
        elif not re.search(r"\w", text):
            # Citations on their own ("Claim. [P1a2b]") belong to the sentence before them.
            if stated and cited:
                stated[-1] = Stated(stated[-1].text, stated[-1].cited + cited)
        elif not text.endswith(":") or cited:
            stated.append(Stated(text, cited))
    return tuple(stated)


def _sentences(answer: str) -> Iterator[tuple[int, int]]:
    """Spans of sentences; brackets are hidden meanwhile, for quotes within them hold sentences of their own."""
    hidden = _BRACKETS.sub(lambda match: "[" + "x" * (len(match[0]) - 2) + "]", answer)
    for start, end in sentences.split(hidden):
        # "Claim. [key] Next": the key that follows a full stop belongs to the sentence before it.
        begin = start
        while (match := re.match(r"\[x+\][.,;]?\s*", hidden[begin:end])) and _means_to_cite(answer[begin + 1 :]):
            yield begin, begin + match.end()
            begin += match.end()
        if begin < end:
            yield begin, end


def _means_to_cite(inside: str) -> bool:
    return bool(_KEY.match(inside) or _ATTEMPT.match(inside))


def _parse(sentence: str) -> tuple[str, tuple[Cited, ...]]:
    cited: list[Cited] = []

    def take(match: re.Match[str]) -> str:
        found = _citations(match[1])
        cited.extend(found)
        return "" if found else match[0]

    text = _BRACKETS.sub(take, sentence)
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(_ITEM.sub("", text).split()))
    return text, tuple(cited)


def _citations(inside: str) -> list[Cited]:
    """Return the citations within one pair of brackets; none where they hold something else, such as "[0, 1]"."""
    parts = [match for match in _PART.finditer(inside) if match["key"]]
    if not any(_KEY.fullmatch(part["key"]) for part in parts):
        return [Cited(inside.strip(), wellformed=False)] if _ATTEMPT.fullmatch(inside.strip()) else []
    return [
        Cited(part["key"], bool(_KEY.fullmatch(part["key"])), (part["straight"] or part["curly"] or "").strip())
        for part in parts
    ]
