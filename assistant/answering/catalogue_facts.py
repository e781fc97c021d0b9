"""A question for a fact of the library -> the fact as the catalogue has it, and the papers that it is of."""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.answering.answerer import Draft, Request, Response
from assistant.domain.counts import number_of
from assistant.domain.records import Evidence, Paper
from assistant.library import overview
from assistant.library.bm25 import BM25Index
from assistant.retrieval import fact_questions, filters, idf, keys, library_finder
from assistant.retrieval.fact_questions import Fact
from assistant.retrieval.finder import PaperIndex

_CANDIDATES = 50  # papers with words of a title, among which the one that it names is sought
_SEVERAL = 5  # papers that are shown where "the newest papers" says no number
_AROUND_NAME = re.compile(
    r"^(?:the\s+)?(?:paper|article|work|study)\s+(?:(?:on|about|called|titled|entitled|named|that|which)\s+)?"
    r"|^(?:the|that)\s+(?=.+\s(?:paper|article|study)$)|\s+(?:paper|article|study)$",
    re.IGNORECASE,
)
_DESCRIBED_AT = 0.75
"""Share of the words of a description ("the paper on moss in the shade"), by rarity, that the title it means has."""
_MOST_DESCRIBED = 5  # papers; where more titles have a description, it is asked which one is meant
_LONG_NAME = 3  # words; a shorter name that no paper has may be no title


def respond(request: Request) -> Response | None:
    """Answer from the catalogue; None where the question names something that is no paper of the library, so that it
    may ask for something else."""
    fact = request.form.fact
    if about_library := _OF_LIBRARY.get(fact):
        return _of_library(request, about_library)
    tell = _OF_PAPER.get(fact)
    return _of_papers(request, tell) if tell else None


def _of_library(request: Request, tell: Callable[[Request, frozenset[str] | None], tuple[str, list[str]]]) -> Response:
    narrowing = filters.narrow(request.library, request.question, request.allowed, request.today)
    text, ids = tell(request, narrowing.allowed)
    period = f" dated {narrowing.period}" if narrowing.period else ""
    notes = (narrowing.note,) if narrowing.note else ()
    return Response(Draft(text=text.replace("{period}", period), notes=notes), _evidence(request, ids))


def _count(request: Request, allowed: frozenset[str] | None) -> tuple[str, list[str]]:
    papers = overview.overview(request.library.catalogue, allowed).papers
    return f"{number_of('paper', papers)}{{period}}.", []


def _contents(request: Request, allowed: frozenset[str] | None) -> tuple[str, list[str]]:
    counts = overview.overview(request.library.catalogue, allowed)
    files = overview.sources(request.library.catalogue, allowed)
    dates = f"{counts.dated:,} of them dated, from {counts.first} to {counts.last}" if counts.dated else "none dated"
    return (
        f"{number_of('paper', counts.papers)}{{period}} out of {number_of('source', len(files))}; {dates}. "
        "`assistant papers` lists them.",
        [],
    )


def _newest(request: Request, allowed: frozenset[str] | None) -> tuple[str, list[str]]:
    return _by_date(request, allowed, newest=True)


def _oldest(request: Request, allowed: frozenset[str] | None) -> tuple[str, list[str]]:
    return _by_date(request, allowed, newest=False)


def _by_date(request: Request, allowed: frozenset[str] | None, *, newest: bool) -> tuple[str, list[str]]:
    catalogue = request.library.catalogue
    many = re.search(r"papers|works|articles|publications|studies|preprints|new\W*$", request.question, re.IGNORECASE)
    limit = request.form.limit or (_SEVERAL if many else 1)
    ids = overview.by_date(catalogue, limit, allowed, newest=newest)
    counts = overview.overview(catalogue, allowed)
    word = "newest" if newest else "oldest"
    if not ids:
        return (
            f"No paper{{period}} has a date: of {number_of('paper', counts.papers)}, none can be called the {word}.",
            [],
        )
    missing = counts.papers - counts.dated
    without = f"; {number_of('paper', missing)} {'has' if missing == 1 else 'have'} no date" if missing else ""
    if len(ids) > 1:
        return f"The {len(ids)} {word} papers{{period}}, of {counts.dated:,} with a date{without}:", ids
    [paper] = request.library.papers(ids)
    return f"The {word} paper{{period}} is “{paper.title}”, {paper.shown_day}{without}.", ids


def _sources(request: Request, allowed: frozenset[str] | None) -> tuple[str, list[str]]:
    files = overview.sources(request.library.catalogue, allowed)
    head = f"{number_of('source', len(files))}{{period}}:"
    return "\n".join([head, *(f"{name}: {number_of('paper', papers)}" for name, papers in files)]), []


def _by_writer(request: Request, allowed: frozenset[str] | None) -> tuple[str, list[str]]:
    name = request.form.name
    names = [part for part in re.split(r",\s*(?:and\s+)?|\s+(?:and|&)\s+", name) if part.strip()]
    ids = overview.by_writer(request.library.catalogue, names, allowed)
    counts = overview.overview(request.library.catalogue, allowed)
    missing = counts.papers - counts.named
    lacking = (
        f" No names of authors are recorded for {missing:,} of {number_of('paper', counts.papers)}." if missing else ""
    )
    if not ids:
        return f"No paper{{period}} is recorded as by {name}.{lacking}", []
    return f"{number_of('paper', len(ids))}{{period}} by {name}{':' if not lacking else '.' + lacking}", ids


_OF_LIBRARY: Mapping[Fact | None, Callable[[Request, frozenset[str] | None], tuple[str, list[str]]]] = {
    "count": _count,
    "contents": _contents,
    "newest": _newest,
    "oldest": _oldest,
    "sources": _sources,
    "by": _by_writer,
}


def _of_papers(request: Request, tell: Callable[[Paper], str]) -> Response | None:
    name = request.form.name
    if fact_questions.is_pointer(name):
        papers = request.library.papers(sorted(request.context.named_papers))
        if not papers:
            what = f"“{name}”" if name else "the question"
            return _none(f"Nothing was cited so far that {what} could mean: name the paper by its title.")
    else:
        papers = _named(request, name)
        is_subject = len(papers) != 1 and request.form.fact == "date"  # "when did scaling laws appear?"
        if is_subject or (not papers and len(name.split()) < _LONG_NAME):
            return None
        if not papers:
            return _none(f"No paper of the library is called “{name}”.")
        if len(papers) > _MOST_DESCRIBED:
            count = number_of("paper", len(papers))
            return _none(f"“{name}” may be any of {count}: name the one by its title, such as “{papers[0].title}”.")
    order = {id: place for place, id in enumerate(request.context.cited)}
    papers.sort(key=lambda paper: order.get(paper.id, len(order)))
    lines = [f"“{paper.title}”: {tell(paper)}" for paper in papers]
    return Response(Draft(text="\n".join(lines)), _evidence(request, [paper.id for paper in papers]))


def _none(text: str) -> Response:
    return Response(Draft(text=text), status="abstained")


def _named(request: Request, name: str) -> list[Paper]:
    """Return the papers that a name means: an id, a whole title, its beginning, words that one title alone has, or
    where it says that it means a paper, words that their titles alone have."""
    library = request.library
    bare = _AROUND_NAME.sub("", name)
    by_words = library.word_search.scores(bare, _CANDIDATES)
    index = PaperIndex(library.papers(list(by_words)))
    if papers := library_finder.of_library(library, small=0).find_all(bare) or index.find_beginning(bare):
        return papers
    inside = index.suggestions(bare)
    words = bare.casefold().strip("\"'“”‘’ ")
    if len(inside) == 1 and words in inside[0].title.casefold():
        return inside
    return [] if bare == name else _described(bare, library.papers(list(by_words)), library.words)


def _described(words: str, papers: Sequence[Paper], index: BM25Index) -> list[Paper]:
    """Return the papers whose titles have most of some words, by rarity."""
    weights = idf.term_weights(words, index)
    shares = {paper.id: idf.coverage(weights, set(index.terms(paper.title))) for paper in papers}
    highest = max(shares.values(), default=0.0)
    return [paper for paper in papers if shares[paper.id] == highest >= _DESCRIBED_AT]


def authors(paper: Paper) -> str:
    """Return who wrote a paper, as far as the library has it."""
    if paper.authors:
        *others, last = paper.authors
        return f"by {', '.join(others)} and {last}" if others else f"by {last}"
    if paper.author_count:
        return f"{paper.author_count} author{'s' * (paper.author_count > 1)}, whose names are not recorded"
    return "no authors are recorded"


def _date(paper: Paper) -> str:
    return f"published {paper.shown_day}" if paper.date else "no date is recorded"


def _link(paper: Paper) -> str:
    ids = ", ".join((paper.id, *paper.aliases))
    return f"{paper.url} (id {ids})" if paper.url else f"no link is recorded; its id is {ids}"


def _source(paper: Paper) -> str:
    return "listed in " + ", ".join(f"{listing.source}:{listing.line}" for listing in paper.listings)


_OF_PAPER: Mapping[Fact | None, Callable[[Paper], str]] = {
    "authors": authors,
    "date": _date,
    "abstract": lambda paper: paper.abstract or "no abstract is recorded",
    "link": _link,
    "title": lambda paper: f"that is its title; its id is {paper.id}",
    "source": _source,
}


def _evidence(request: Request, ids: Sequence[str]) -> tuple[Evidence, ...]:
    return keys.evidence(request.library, request.library.papers(ids), earlier=request.context.keys)
