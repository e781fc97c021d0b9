"""What models write for a citation -> brackets that hold its names, where there is one way to read it.

Small models cite "(1.2)", "1.2." after a sentence, or copy a numbered sentence from its number on. What could be a
figure stays one: only numbers of sentences that were shown are read, and none that stands in what was shown.
"""

import re

from assistant.answering.numbered_sources import NumberedSources
from assistant.verification import quotes

_SENTENCE = r"\d{1,3}\.\d{1,3}"
_LIST = rf"{_SENTENCE}(?:(?:\s?[,;]\s?|\s+and\s+){_SENTENCE}){{0,20}}"
_LABEL = r"(?:(?:see |from |cf\. )?(?:sources?|sentences?)\s+)"
_IN_PARENTHESES = re.compile(rf"\({_LABEL}?({_LIST})\)(?=\s*(?:[.!?;]|\Z|\n|\())", re.IGNORECASE)
_AFTER_THE_END = re.compile(rf"(?<=[.!?])[ \t]+({_LIST})\.?[ \t]*(?=\n|\Z)")
_LABELLED = re.compile(rf",?\s\(?{_LABEL}({_LIST})\)?(?=\.(?:\s|\Z))", re.IGNORECASE)
_COPIED = re.compile(rf"^[ \t]*(?:[-*•]\s+)?\[?({_SENTENCE})\]?[.:)]?[ \t]+(\S[^\n]*)$", re.MULTILINE)
_BRACKETS_AT_END = re.compile(r"\s*(?:\[[^\[\]\n]{1,100}\]\s*)+(?=[.!?]?\s*$)")

_LONGEST_TAIL = 400  # characters of the citations at the end of a sentence


def canonical(text: str, sources: NumberedSources) -> str:
    """Return a reply in which such citations stand in square brackets."""

    def squared(match: re.Match[str]) -> str:
        names = re.findall(_SENTENCE, match[1])
        is_citation = all(sources.is_number(name) and not sources.says(name) for name in names)
        return f" [{', '.join(names)}]" if is_citation else match[0]

    def cited_at_end(match: re.Match[str]) -> str:
        mark = sources.marks.get(match[1])
        head, tail = match[2][:-_LONGEST_TAIL], match[2][-_LONGEST_TAIL:]
        sentence = (head + _BRACKETS_AT_END.sub("", tail)).strip()
        is_copy = mark is not None and mark.sentence and quotes.normal(mark.sentence) == quotes.normal(sentence)
        return f"{sentence} [{match[1]}]" if is_copy else match[0]

    text = _COPIED.sub(cited_at_end, text)
    for pattern in (_IN_PARENTHESES, _LABELLED, _AFTER_THE_END):
        text = pattern.sub(squared, text)
    return text
