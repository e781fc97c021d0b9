"""A model's reply and the sources it was shown -> statements with what they cite, and what else it says.

What cites nothing is no part of an answer that cites: it is left out, and said to be. A sentence that says what the
sources do not hold is no claim either, unless it cites a sentence that denies the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering import citation_forms, cues, statement_json
from assistant.answering.abstention import repeats, says_missing
from assistant.answering.numbered_sources import NumberedSources
from assistant.answering.statement_json import StatementReader
from assistant.domain.callbacks import OnToken
from assistant.domain.counts import number_of
from assistant.domain.sanitize import one_line
from assistant.verification import claims, quotes
from assistant.verification.claims import CitationMark, Statement

MOST_SEARCHES = 2
_LONGEST_SEARCH = 200  # characters
_SENTENCE_ENDS = tuple('.!?…。！？])”’"*')
_OPENING = re.compile(r"\A\s*(?:\*\*)?(?:answer|antwort|réponse|respuesta)\s*:(?:\*\*)?\s*", re.IGNORECASE)
_SEARCH = re.compile(r"^[ \t]*(?:[-*•]\s+)?search\s*:[ \t]*(\S[^\n]*)$", re.IGNORECASE | re.MULTILINE)
_YES_OR_NO = re.compile(r"(?:yes|no|partly|in part|it depends)(?:,? (?:it|they) \w+)?[.!:]?", re.IGNORECASE)
_LONGEST_QUOTE, _MOST_QUOTED = 120, 3  # characters of a sentence in a note; sentences in one
_LONGEST_CITATION = 400  # characters; what is longer and not closed is text


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a reply says."""

    statements: tuple[Statement, ...] = ()
    """None where it abstains."""
    missing: tuple[str, ...] = ()
    """Sentences that say what the sources do not hold; where it abstains, those other than the one that means this."""
    left_out: tuple[str, ...] = ()
    """Sentences that cite nothing, beside others that do."""
    repeated: int = 0
    """Sentences that were there before, word for word."""
    without_figure: tuple[str, ...] = ()
    """What it says, where a figure is asked for and it gives none."""
    searches: tuple[str, ...] = ()
    """Words that it wants the library to be searched for."""

    def with_figures(self) -> "ModelReply":
        """Return it, or an abstention where none of its statements has a figure: for questions that ask for one."""
        if not self.statements or any(cues.has_figure(statement.text) for statement in self.statements):
            return self
        return replace(self, statements=(), without_figure=tuple(statement.text for statement in self.statements))

    def notes(self) -> tuple[str, ...]:
        """Return what the reader should know about what became of it."""
        rows = []
        if self.missing:
            rows.append(f"not answered, in the model's own words: {_quoted(self.missing)}")
        if self.left_out:
            rows.append(f"left out of the model's reply, as it cites nothing: {_quoted(self.left_out)}")
        if self.without_figure:
            rows.append(f"a figure is asked for, and the model's reply has none: {_quoted(self.without_figure)}")
        if self.repeated:
            sentences = number_of("sentence", self.repeated)
            rows.append(f"left out of the model's reply, as it stood there before: {sentences}")
        return tuple(rows)


def read(text: str, sources: NumberedSources, abstain: str, *, cut: bool = False) -> ModelReply:
    """Read a reply. `abstain` is the sentence that means that there is no answer; `cut`: its end is missing."""
    searches = tuple(one_line(words)[:_LONGEST_SEARCH] for words in _SEARCH.findall(text))[:MOST_SEARCHES]
    if statement_json.is_json(text):
        written = "\n\n".join(statement.cited() for statement in statement_json.read(text))
        plain = written if written or statement_json.abstains(text) else text
    else:
        plain = _SEARCH.sub("", _OPENING.sub("", text))
    sentences = claims.split(citation_forms.canonical(plain, sources), sources.mark)
    if cut and not plain.rstrip().endswith(_SENTENCE_ENDS):
        sentences = sentences[:-1] or sentences
    missing, said = _apart([_cited(sentence, sources) for sentence in sentences], quotes.normal(abstain), sources)
    said = _joined(said)
    once = tuple({(quotes.normal(sentence.text), sentence.citations): sentence for sentence in said}.values())
    claiming = tuple(sentence for sentence in once if sentence.citations and not sources.titled(sentence.text))
    others = tuple(sentence.text for sentence in once if sentence not in claiming) if claiming else ()
    return ModelReply(claiming or once, missing, others, len(said) - len(once), searches=searches)


def kept(text: str, sources: NumberedSources) -> str:
    """Return what is kept of a reply: its words, citing by keys."""
    if statement_json.is_json(text):
        text = "\n".join(statement.cited() for statement in statement_json.read(text)) or text
    return sources.with_keys(text)


def _apart(
    sentences: Sequence[Statement], abstention: str, sources: NumberedSources
) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    """Return the sentences that say what is missing, and the others: none where every one says so, citing or not."""
    abstains = [quotes.normal(sentence.text) == abstention for sentence in sentences]
    absent = [says_missing(sentence.text) and not _is_finding(sentence, sources) for sentence in sentences]
    rows = list(zip(sentences, abstains, absent, strict=True))
    if all(is_abstention or is_absent for _, is_abstention, is_absent in rows):
        return tuple(sentence.text for sentence, is_abstention, _ in rows if not is_abstention), ()
    said = [not is_abstention and (not is_absent or bool(row.citations)) for row, is_abstention, is_absent in rows]
    missing = tuple(sentence.text for sentence, is_said in zip(sentences, said, strict=True) if not is_said)
    return missing, tuple(sentence for sentence, is_said in zip(sentences, said, strict=True) if is_said)


def _is_finding(sentence: Statement, sources: NumberedSources) -> bool:
    """Whether a sentence that says what is missing is what a source says: it is one of its sentences, or cites one that
    denies something."""
    same = sources.verbatim(sentence.text)
    return any(
        (same is not None and same.key == mark.key) or (mark.sentence and repeats(sentence.text, mark.sentence))
        for mark in sentence.citations
    )


def _cited(sentence: Statement, sources: NumberedSources) -> Statement:
    """Return a sentence; one that cites nothing and is word for word one of the sources' with that as its citation."""
    mark = None if sentence.citations else sources.verbatim(sentence.text)
    return replace(sentence, citations=(mark,) if mark else _once(sentence.citations))


def _once(marks: Sequence[CitationMark]) -> tuple[CitationMark, ...]:
    """Return the citations with one of each paper, the first, and every quote: a paper is checked and shown once."""
    once: dict[tuple[str, str], CitationMark] = {}
    for mark in marks:
        once.setdefault((mark.key, mark.quote), mark)
    return tuple(once.values())


def _joined(sentences: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the sentences, a bare "Yes." that cites nothing joined to the one after it."""
    statements: list[Statement] = []
    opening = ""
    for sentence in sentences:
        if not sentence.citations and _YES_OR_NO.fullmatch(sentence.text):
            opening = sentence.text
            continue
        statements.append(replace(sentence, text=f"{opening} {sentence.text}") if opening else sentence)
        opening = ""
    return (*statements, *([Statement(opening)] if opening else []))


def _quoted(sentences: Sequence[str]) -> str:
    shown = [text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…" for text in sentences[:_MOST_QUOTED]]
    more = f" and {len(sentences) - len(shown)} more" if len(sentences) > len(shown) else ""
    return " ".join(f"“{text}”" for text in shown) + more


class KeyedStream:
    """Gives pieces of a reply on, its JSON as text, with keys for the numbers that they cite; a citation goes on when
    it is whole."""

    def __init__(self, sources: NumberedSources, on_token: OnToken) -> None:
        self._sources = sources
        self._on_token = on_token
        self._rest = ""
        self._reader: StatementReader | None = None
        self._has_begun = False

    def take(self, piece: str) -> None:
        """Take the next piece; "" means that the model thinks."""
        if not piece:
            self._on_token("")
            return
        if not self._has_begun:
            piece, self._rest = self._rest + piece, ""
            begun = piece.strip()
            if len(begun) < 2:  # "[" may begin JSON, or a citation
                self._rest = piece
                return
            self._has_begun = True
            self._reader = StatementReader() if begun[0] in "{`" or statement_json.is_json(begun) else None
        text = self._rest + (self._reader.take(piece) if self._reader else piece)
        start = text.rfind("[")
        is_open = start >= 0 and "]" not in text[start:] and len(text) - start <= _LONGEST_CITATION
        whole, self._rest = (text[:start], text[start:]) if is_open else (text, "")
        if whole:
            self._on_token(self._sources.with_keys(whole))

    def end(self) -> None:
        """Give on what is left."""
        if self._rest:
            self._on_token(self._rest)
        self._rest = ""
