"""A question for all papers that belong -> every one of them, each with the sentence that shows why."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering import cues, finding_sentences, membership, passages, reading
from assistant.answering.answerer import Draft, Request, Response, quote
from assistant.domain import batches
from assistant.domain.answers import NEAREST
from assistant.domain.counts import number_of
from assistant.domain.errors import ModelError
from assistant.domain.records import Evidence, Paper
from assistant.domain.sanitize import one_line
from assistant.library import chunks, ordering
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder, Reranker
from assistant.retrieval import filters, idf, keys, questions, retriever
from assistant.retrieval.filters import Narrowing
from assistant.retrieval.retriever import Query
from assistant.verification.claims import Statement

_OWN = re.compile(r"\b(?:we|our|this\s+(?:paper|work|study|article|survey))\b", re.IGNORECASE)
_AIM = re.compile(r"to\s.*,\s+we\s", re.IGNORECASE)
"""How a sentence begins that leans on the one before, and yet is read with ease: "To address this, we propose"."""
_OVERVIEW_TITLE = re.compile(r"\b(?:surveys?|reviews?|overviews?|tutorials?)\b", re.IGNORECASE)
_OVERVIEW = re.compile(
    r"""\b(?:this|our|present|provides?|offers?|comprehensive|systematic|literature)\s(?:\w+\s){0,2}(?:survey|review|overview)\b
    |\bwe\s(?:\w+\s){0,2}(?:survey|review)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""How the abstract of a survey, or of a review, calls it."""
_NEAR = 0.5
"""Share of a topic's words, by rarity, that a paper has to have to be named as close where none belongs."""
_KIND_OF = re.compile(r"that are (?P<kind>survey|review|overview)s\b", re.IGNORECASE)
_OWN_BONUS = 0.15
"""Added to the share of words of a sentence in which the authors speak of their own work."""

_LEANING_COSTS = 0.2
"""Taken from it where the sentence leans on the one before, which a list does not show."""
_READ = 1_000
"""Papers that one answer lists at most, each with a sentence; it takes about a second, and nobody reads more."""


def respond(request: Request) -> Response | None:
    """Return the papers that belong, best first; all of a period where the question names no topic.

    None where there is no embedder. Raises `ModelError` where that fails.
    """
    if request.embedder is None:
        return None
    narrowing = filters.narrow(request.library, request.question, request.allowed, request.today)
    notes = (narrowing.note,) if narrowing.note else ()
    if not request.form.topic:
        return _all(request, request.embedder, narrowing, notes)
    library = request.library
    query, corrections = questions.parse_question(library, request.embedder, request.form.topic, request.ordinary)
    candidates, every, failure = _members(request, query, narrowing.allowed)
    is_cut = _looked_at(candidates) in failure
    if request.form.is_overview:
        every = [item for item in every if _is_overview(item.paper)]
    every, without = _without(request, every)
    unchecked = "" if request.form.without else cues.ruled_out(request.question)
    notes = (*corrections, *notes, *failure, *without, *filter(None, [unchecked]))
    members = [item for item in every if item.paper.id not in request.context.shown]
    if not members:
        further = "further " if every else ""
        text = f"No {further}papers {request.form.label} were found."
        nearest = () if every else _near(query.text, candidates, library.words)
        return Response(Draft(notes=notes, text=text), nearest, "abstained")
    if unchecked:  # so it is not known that they belong
        label = f"found for “{request.form.topic}”"
        request = replace(request, form=replace(request.form, label=label, is_share=False))
    searched = library.size if narrowing.allowed is None else len(narrowing.allowed)
    text = _header(request, len(members), searched, is_cut=is_cut)
    members, more = _ordered(request, members)
    statements = [_shows(item, query.text, library.words) for item in members]
    return Response(Draft(tuple(row for row in statements if row), (*notes, *more), text=text), tuple(members))


def members_of(
    topic: str, candidates: Sequence[Evidence], library: LibrarySnapshot, reranker: Reranker | None
) -> tuple[list[Evidence], tuple[str, ...]]:
    """Return the candidates that belong to a topic, and notes: that the cross-encoder failed, that more may belong."""
    members, notes = _judged(topic, candidates, library, reranker)
    if len(candidates) >= membership.CANDIDATES and membership.goes_on(candidates, members):
        notes = (*notes, _looked_at(candidates))
    return members, notes


def _judged(
    topic: str, candidates: Sequence[Evidence], library: LibrarySnapshot, reranker: Reranker | None
) -> tuple[list[Evidence], tuple[str, ...]]:
    try:
        return membership.select(topic, candidates, library, reranker), ()
    except ModelError as error:
        return membership.select(topic, candidates, library, None), (reading.failed(error),)


def _members(
    request: Request, query: Query, allowed: frozenset[str] | None
) -> tuple[list[Evidence], list[Evidence], tuple[str, ...]]:
    """Return the papers that were looked at, those of them that belong, and notes.

    More are looked at as long as many of the last ones belong.
    """
    library, context = request.library, replace(request.context, cited=())
    candidates: list[Evidence] = []
    members: list[Evidence] = []
    notes: tuple[str, ...] = ()
    for limit in membership.LIMITS:
        nearest = retriever.retrieve(library, query.vector, query.text, limit, allowed, context)
        seen = {item.paper.id for item in candidates}
        fresh = [item for item in nearest if item.paper.id not in seen]
        some, failure = _judged(query.text, fresh, library, request.reranker)
        candidates, members, notes = [*candidates, *fresh], [*members, *some], failure
        if len(candidates) < limit or not membership.goes_on(fresh, some):
            return candidates, members, notes
    return candidates, members, (*notes, _looked_at(candidates))


def _looked_at(candidates: Sequence[Evidence]) -> str:
    return f"only the {len(candidates):,} nearest papers were looked at: more may belong"


def _without(request: Request, members: Sequence[Evidence]) -> tuple[list[Evidence], tuple[str, ...]]:
    """Return the members that are not about what the question leaves out, and a note on the others."""
    topic = request.form.without
    if not topic:
        return list(members), ()
    others, failure = _judged(topic, members, request.library, request.reranker)
    left_out = {item.paper.id for item in others}
    if not left_out:
        return list(members), failure
    were = "was" if len(left_out) == 1 else "were"
    note = f"{_count(len(left_out))} on {topic} {were} left out, as the question asks"
    return [item for item in members if item.paper.id not in left_out], (*failure, note)


def _is_overview(paper: Paper) -> bool:
    """Whether a paper calls itself a survey, a review or the like."""
    return bool(_OVERVIEW_TITLE.search(paper.title) or _OVERVIEW.search(one_line(paper.abstract)))


def _near(topic: str, candidates: Sequence[Evidence], words: BM25Index) -> tuple[Evidence, ...]:
    """Return the first candidates that have most of the topic's words, by rarity."""
    weights = idf.term_weights(topic, words)
    near = (item for item in candidates if idf.paper_share(weights, item.paper, words) >= _NEAR)
    return tuple(itertools.islice(near, NEAREST))


def _all(request: Request, embedder: Embedder, narrowing: Narrowing, notes: tuple[str, ...]) -> Response:
    """Return every paper of a period, or that a filter admits, but for those on what the question leaves out, newest
    first; of very many, so many as one can read."""
    library, without = request.library, request.form.without
    outside = set[str]()
    if without:
        query, corrections = questions.parse_question(library, embedder, without, request.ordinary)
        candidates, others, more_notes = _members(request, query, narrowing.allowed)
        if _looked_at(candidates) in more_notes:
            text = f"Which papers are not on {without} is not answered: more are on it than were looked at."
            return Response(Draft(notes=(*corrections, *notes), text=text), status="abstained")
        outside, notes = {item.paper.id for item in others}, (*corrections, *notes, *more_notes)
    ids = (id for id in ordering.ids(library.catalogue, "date", narrowing.allowed) if id not in outside)
    papers = list(itertools.islice((paper for some in batches.growing(ids) for paper in library.papers(some)), _READ))
    label = f" {request.form.label}" * bool(without) + f" dated {narrowing.period}" * bool(narrowing.period)
    if not papers:
        return Response(Draft(notes=notes, text=f"No paper{label}."), status="abstained")
    searched = library.size if narrowing.allowed is None else len(narrowing.allowed)
    count = len(papers) if len(papers) < _READ else searched - len(outside)
    text = f"{_count(count)}{label}"
    if request.form.is_share:
        text = f"{count:,} of {_count(searched)}{label}: {count / searched:.1%}"
    if count > _READ:
        text += f"; the {_READ:,} newest are shown" + ", `assistant papers` lists all" * (not without)
    evidence = keys.evidence(library, papers, earlier=request.context.keys)
    statements = [_shows(item, item.paper.title, library.words) for item in evidence]
    return Response(Draft(tuple(row for row in statements if row), notes, text=text), evidence)


def _ordered(request: Request, members: Sequence[Evidence]) -> tuple[list[Evidence], tuple[str, ...]]:
    """Return the members in the order that the question asks for, as many as it asks for, and a note on dates."""
    form = request.form
    if not form.order:
        return list(members[: form.limit]), ()
    dated = [item for item in members if item.paper.date]
    dated.sort(key=lambda item: item.paper.day or "", reverse=form.order == "newest")
    missing = len(members) - len(dated)
    note = f"{missing:,} of {_count(len(members))} {form.label} {'has' if missing == 1 else 'have'} no date"
    return (dated or list(members))[: form.limit], (note,) if missing else ()


def _header(request: Request, papers: int, searched: int, *, is_cut: bool) -> str:
    """Return how many papers belong, of how many where their share is asked for, and which of them are shown where not
    all are; where the search `is_cut`, more may belong."""
    form = request.form
    if form.is_share:
        least = "At least " * is_cut
        return f"{least}{papers:,} of {_count(searched)} {form.label}: {papers / searched:.1%}"
    least = ("at least " if form.order and form.limit == 1 < papers else "At least ") * is_cut
    label = _singular(form.label) if papers == 1 else form.label
    count = f"{least}{_count(papers, request)} {label}"
    if not form.order:
        return count
    return f"The {form.order} of {count}" if form.limit == 1 < papers else f"{count}, the {form.order} first"


def _singular(label: str) -> str:
    """Return what says of one paper what a label says of several: "that is a survey of moss" for "that are surveys of
    moss", "of those that grow moss" where it has another verb."""
    if match := _KIND_OF.match(label):
        return f"that is {'an' if match['kind'][0] in 'oO' else 'a'} {match['kind']}{label[match.end() :]}"
    return f"of those {label}" if label.startswith("that ") else label


def _shows(item: Evidence, about: str, words: BM25Index) -> Statement | None:
    """Quote the sentence of a paper that has most of some words, weighted by rarity, best one in which its authors say
    what they do and that needs none before it; None where the paper has no sentence."""
    sentences = chunks.sentences_of(item.paper)
    if not sentences:
        return None
    shares = idf.shares(idf.term_weights(about, words), sentences, words)
    scores = [
        share
        + (_OWN_BONUS if _OWN.search(sentence) else 0.0)
        - (_LEANING_COSTS if passages.leans(sentence) and not _AIM.match(sentence) else 0.0)
        + (reading.is_assertion(sentence) and not finding_sentences.tells_where(sentence))
        for share, sentence in zip(shares, sentences, strict=True)
    ]
    return quote(item, sentences[scores.index(max(scores))])


def _count(papers: int, request: Request | None = None) -> str:
    further = "further " if request and request.context.shown else ""
    return number_of(f"{further}paper", papers)
