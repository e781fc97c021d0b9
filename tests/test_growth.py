"""Texts of strangers, made of one thing repeated -> time and memory that grow with their length, and no faster.

Each function that reads such a text is tried with each of many units, and then all of them together: a library is made
of such abstracts, asked such questions, given such replies and such texts to verify.
"""

import io
import itertools
import json
import tracemalloc
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from support.growth import UNITS, check_linear, filled
from support.libraries import HashedWords

from assistant import ingest
from assistant.answering import evidence_prompt, finding_sentences, passages, pipeline, roles
from assistant.answering.conversation import followups, session
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.cli.views import answers
from assistant.domain import markdown, sanitize, sentences, titles
from assistant.domain.answers import Answer
from assistant.domain.limits import QUESTION_LIMIT
from assistant.domain.records import Claim, Entry, Evidence, Finding, Listing, Paper
from assistant.domain.verdicts import MARKS
from assistant.ingest.abstracts import is_cut
from assistant.library import bm25, chunks, writer
from assistant.library.abstracts import Abstract
from assistant.library.snapshot import LibrarySnapshot
from assistant.publishing import formats, reports
from assistant.publishing.citation_keys import citation_keys
from assistant.publishing.formats import FORMATS
from assistant.retrieval import periods, theme_names
from assistant.retrieval.finder import PaperIndex
from assistant.testing import ScriptedModel
from assistant.verification import (
    claims,
    documents,
    facts,
    numerals,
    opposition,
    quotes,
    references,
    twins,
    verbatim,
)
from assistant.verification.documents import DocumentVerifier
from assistant.verification.support import SupportScorer, terms

LENGTH, LONG = 5_000, 100_000
SLOWLY = [LENGTH, pytest.param(LONG, marks=pytest.mark.slow)]
BYTES = 600  # of memory that a character may take, beside a million for all
TEXT = "We measure 70% of LLMs on GPT-4 and 1,000 items in 2020. The result is 3e5 (see FA). It is not known."
TITLE = "How to weigh moss and rivers"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAPERS = [Paper(f"id{number}", f"{TITLE}, part {number}", TEXT) for number in range(20)]


@cache
def words() -> bm25.BM25Index:
    return bm25.build_index([(paper.title, paper.abstract) for paper in PAPERS], None)


@cache
def scorer() -> SupportScorer:
    return SupportScorer.fitted(words(), HashedWords())


@cache
def index() -> PaperIndex:
    return PaperIndex(PAPERS)


def spans(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences.split(text)]


def support(claim: str, text: str) -> None:
    embedder, paper = HashedWords(), Paper("p", TITLE, text)
    [whole, vector] = embedder.embed([chunks.split(paper)[0].text, claim])
    abstract = Abstract(paper, chunks.sentences_of(paper), whole, embedder, words())
    prepared = scorer().prepare_claim(claim, vector)
    scorer().best_sentence(prepared, abstract, scorer().support(prepared, abstract))


def turn(text: str) -> Turn:
    paper = Paper("p", text[:1000], text, authors=(text,), url=f"http://{text}")
    findings = tuple(Finding(each, "P1a2b", "located", "quote", text, 1.0, text) for each in (paper, PAPERS[0]))
    answer = Answer(
        text, "answered", (Claim(text, "located", "quote", findings, text),), (Evidence("P1a2b", paper, 1.0),)
    )
    return Turn(1, NOW, text, Reading(text, "rule"), answer)


def conversation(text: str) -> Conversation:
    return Conversation("c", "library", NOW, (turn(text),))


def resolve(question: str, earlier: str) -> Reading:
    return followups.resolve(question, [turn(earlier)], {1: PAPERS[0], 2: PAPERS[1]}, scorer().words.terms)


def rows(text: str) -> list[object]:
    return list(ingest.read(["-"], None, date(2026, 1, 1), io.BytesIO(text.encode("utf-8", "replace"))))


def exported(text: str) -> None:
    report = reports.of_conversation(conversation(text), citation_keys)
    for name, format in FORMATS.items():
        if name != "html":  # Jinja's part of it takes longer than any of these texts
            formats.text(format, report)


FUNCTIONS: dict[str, Callable[[str], object]] = {
    "sentences": sentences.split,
    "titles": titles.normalise,
    "markdown": markdown.escape,
    "addresses": lambda text: markdown.link(text, f"http://{text}"),
    "terminal": sanitize.one_line,
    "rows": lambda text: rows(json.dumps({"title": TITLE, "abstract": text})),
    "fields": lambda text: rows(json.dumps({"title": TITLE, "abstract": "a", "authors": text, "id": text})),
    "pages": rows,
    "tables": lambda text: rows(f"title,abstract\na,{text}"),
    "cut abstracts": lambda text: is_cut(f"{text} a", f"{text} a b"),
    "chunks": lambda text: chunks.split(Paper("p", TITLE, text)),
    "periods": periods.read,
    "patterns": lambda text: resolve(text, TEXT),
    "patterns before a word": lambda text: resolve(f"{text} papers", TEXT),
    "followups": lambda text: resolve("What about it?", text),
    "names of papers": lambda text: (index().find_all(text), index().nearest(text), index().suggestions(text)),
    "neighbours": lambda text: passages.neighbours((f"not known {text}", text), 0, {0: 0.0}, 0.0),
    "findings": lambda text: finding_sentences.finding_sentence(Paper("p", TITLE, text), words()),
    "names of themes": lambda text: theme_names.PhraseReader(words()).phrases(text),
    "roles": lambda text: roles.role([text], 0, roles.focus(f"What does {text}")),
    "prompts": evidence_prompt.neutralise,
    "replies": claims.split,
    "replies cut in a citation": lambda text: claims.split(f"It holds [P1a2b: “b”, {text}"),
    "citations": lambda text: claims.split(f"It holds [P1a2b, {text}]. So it is [P1a2b: “{text}”]."),
    "references": lambda text: references.split(text, index()),
    "references within": lambda text: references.split(f"It holds [{text}]. So it is.", index()),
    "facts of a claim": lambda text: facts.missing_facts(f"An A12 {text}", [TEXT]),
    "facts of a text": lambda text: facts.missing_facts(TEXT, [text]),
    "numbers": lambda text: numerals.all_number_values(numerals.plain(text)),
    "years": numerals.without_years_of_citations,
    "opposition of a claim": lambda text: opposition.difference(f"{text} a", TEXT, scorer().lexicon),
    "opposition of a sentence": lambda text: opposition.difference(TEXT, f"{text} a", scorer().lexicon),
    "clauses": lambda text: verbatim.says(text[: len(text) // 2], spans(text), text),
    "twins": lambda text: list(twins.twins(text, scorer().lexicon)),
    "quotes": lambda text: quotes.find(text[: len(text) // 2] + "b", spans(text), text),
    "quotes over sentences": lambda text: quotes.find(f"{text[-90:]} b. C", spans(f"{text} b. C d."), text),
    "abbreviations": terms.abbreviations,
    "support of a claim": lambda text: support(text, TEXT),
    "support by a text": lambda text: support(TEXT, text),
    "export": exported,
    "view": lambda text: answers.lines(turn(text).answer, MARKS),
}  # fmt: skip
LIMITS = {  # what is read of no greater length
    "patterns": QUESTION_LIMIT,
    "patterns before a word": QUESTION_LIMIT - 7,
    "periods": QUESTION_LIMIT,
    "names of papers": 600,
}


@pytest.mark.parametrize("length", SLOWLY)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_time_grows_with_the_text(name: str, length: int) -> None:
    length = min(length, LIMITS.get(name, length))
    slow = []
    for unit, ending in itertools.product(UNITS, ("",) if length == LENGTH else ("", "!")):
        try:
            check_linear(lambda size, unit=unit, ending=ending: FUNCTIONS[name](filled(unit, size, ending)), length)  # type: ignore[misc]
        except AssertionError as error:
            slow.append(f"{unit!r} {ending}: {error}")
    assert not slow


@pytest.mark.parametrize("units", [UNITS[::10], pytest.param(UNITS[5::10], marks=pytest.mark.slow)], ids=["a", "b"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_memory_grows_with_the_text(name: str, units: tuple[str, ...]) -> None:
    length = min(LENGTH, LIMITS.get(name, LENGTH))
    FUNCTIONS[name](filled("a ", length))  # what is made once
    large = {}
    for unit in units:
        text = filled(unit, length)
        tracemalloc.start()
        try:
            FUNCTIONS[name](text)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        if peak > 1_000_000 + BYTES * len(unicodedata.normalize("NFKC", text)):
            large[unit] = peak
    assert not large


def use(folder: Path, texts: list[str]) -> None:
    """Make a library whose abstracts these texts are, and ask, verify and chat with each of them."""
    entries = [
        Entry(Listing("made", line, f"{TITLE}, part {line}"), text, f"id{line}") for line, text in enumerate(texts)
    ]
    embedder = HashedWords()
    writer.add(folder, entries, embedder)
    with LibrarySnapshot(folder, embedder.fingerprint) as library:
        index = PaperIndex(library.papers())
        document = DocumentVerifier(library, embedder, index, scorer())
        for line, text in enumerate(texts):
            quoting = Pipeline(library, embedder, limit=3)
            key = pipeline.ask(quoting, f"What of {text}?").evidence[0].key
            reply = f"It is 70% [{key}: “{text}”]. {text} [{key}]. [{key}, {text}"
            asking = Pipeline(library, embedder, ScriptedModel([reply] * 20), limit=3)
            pipeline.ask(asking, f"What of {text}?")
            statements = references.split(f"It is 70% [id{line}]. {text} [id{line}; {text}].", index)
            list(documents.verify_claims(document, statements))
            taken = session.ask(Session(None, len), asking, Conversation("c", str(folder), NOW), f"moss {text}")
            session.ask(Session(None, len), asking, taken, f"And it? {text}")


# A follow-up is completed by the question before it: both together are a question, and no longer than one may be.
@pytest.mark.parametrize(
    ("units", "length"),
    [(UNITS[::6], 2_000), *(pytest.param((unit,), 4_800, marks=pytest.mark.slow) for unit in UNITS)],
)
def test_all_of_it_takes_time_in_proportion(tmp_path: Path, units: tuple[str, ...], length: int) -> None:
    numbers = itertools.count()
    texts = {size: [filled(unit, size) for unit in units] for size in (length // 4, length)}
    check_linear(lambda size: use(tmp_path / str(next(numbers)), texts[size]), length)
