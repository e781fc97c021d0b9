"""The words of a question -> the fact of the library, or of one of its papers, that it asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

LibraryFact = Literal["count", "newest", "oldest", "sources", "contents", "by"]
PaperFact = Literal["authors", "date", "abstract", "link", "title", "source"]
Fact = LibraryFact | PaperFact
OF_LIBRARY: frozenset[Fact] = frozenset(get_args(LibraryFact))
"""The facts that are of no single paper."""

NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
"""The numbers that people write as words before a noun."""
COUNT = rf"(?:(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})\s+)?"
"""A number before a noun, in the group `count`."""
LIBRARY = r"(?:the|this|your|my|our)\s+(?:library|collection|database|corpus|catalogue|catalog)"
HERE = rf"(?:\s+(?:here|there|in\s+total|altogether|in\s+{LIBRARY}))?"
"""What says that the library is meant, or nothing."""

_PAPERS = r"(?:papers?|works?|articles?|publications?|stud(?:y|ies)|preprints?|abstracts?|entries|documents?)"
_WORK = r"(?:paper|work|article|publication|study|preprint|survey|one)"
_PLACE = r"(?:first|second|third|fourth|fifth|last|former|latter|1st|2nd|3rd|other)"
_POINTER = (
    rf"(?:\[\d{{1,3}}\]|{_WORK}\s+\#?\d{{1,3}}|it|this|that|they|them|these|those"
    rf"|(?:this|that|these|those|the|said)\s+(?:{_PLACE}\s+)?{_WORK}s?|the\s+{_PLACE}(?:\s+{_WORK})?)"
)
_OF = rf"(?P<name>{_POINTER}|\S.{{2,}}?)"  # a pointer or a title
_THAT = rf"(?P<name>{_POINTER})"
_ITS = rf"(?P<name>its|their|his|her|the|(?:this|that|the)\s+{_WORK}(?:'s|s')|\[\d{{1,3}}\]'s)"
_GIVE = (
    r"(?:(?:(?:what|which|who)(?:'s|\s+(?:is|are|was|were))|(?:show|give|tell|read|print|open)(?:\s+me)?|list"
    r"|do\s+you\s+have)\s+)?"
)
_WRITER = r"(?P<name>[^\W\d_][\w.'’-]*(?:,?\s+(?:and\s+|&\s+)?[^\W\d_][\w.'’-]*){0,4}?)(?:,?\s+et\s+al\.?)?"
_WROTE = r"(?:written|write|published?|authored?)"
_OUT = r"(?:published|written|released|posted|submitted|out|appear(?:ed)?|come\s+out|from|put\s+online)"
_LINK = r"(?:link|url|doi|arxiv(?:\s+(?:id|link|number|page))?|id|web\s?address|pdf|web\s?page)"
_NEW, _OLD = r"(?:newest|latest|most\s+recent)", r"(?:oldest|earliest|first\s+published)"

_QUESTIONS: Sequence[tuple[Fact, str, Sequence[str]]] = (
    (
        "count",
        r"how|number|count|size",
        (
            rf"how\s+many\s+{_PAPERS}(?:\s+(?:are|were))?{HERE}",
            rf"how\s+many\s+{_PAPERS}\s+(?:are\s+there|are\s+in\s+{LIBRARY}){HERE}",
            rf"how\s+many\s+{_PAPERS}\s+(?:do|does)\s+(?:you|we|i|it|{LIBRARY})\s+(?:have|hold|contain|know){HERE}",
            rf"how\s+many\s+{_PAPERS}\s+(?:(?:were|was|are)\s+(?:published|dated|written|added)|appeared|came\s+out){HERE}",
            rf"(?:what\s+is\s+)?(?:the\s+)?number\s+of\s+{_PAPERS}{HERE}",
            rf"(?:how\s+(?:big|large)\s+is|what\s+is\s+the\s+size\s+of)\s+{LIBRARY}",
            rf"count\s+(?:the\s+|all\s+)?{_PAPERS}{HERE}",
        ),
    ),
    (
        "contents",
        r"what|which|tell|describe|summari|overview|library|collection|database|corpus|catalog|how many",
        (
            rf"what(?:'s|\s+is)?\s+in\s+{LIBRARY}",
            rf"what\s+(?:do\s+you|does\s+{LIBRARY})\s+(?:have|hold|contain|know)",
            rf"(?:what|which)\s+{_PAPERS}\s+(?:do\s+you\s+have|are\s+(?:there|in\s+{LIBRARY}))",
            rf"(?:what|which)\s+{_PAPERS}\s+does\s+{LIBRARY}\s+(?:have|hold|contain)",
            rf"(?:what|which)\s+(?:period|years|dates|time\s+span)\s+(?:do|does)\s+(?:the\s+{_PAPERS}|{LIBRARY}|you)\s+"
            r"(?:cover|span)",
            rf"(?:(?:describe|summari[sz]e|tell\s+me\s+about|(?:give\s+(?:me\s+)?)?an\s+overview\s+of)\s+)?{LIBRARY}",
            rf"(?:which|what|how\s+many)\s+{_PAPERS}\s+(?:(?:have|has|lack|with|without)\s+(?:no\s+|an?\s+)?dates?"
            r"|are\s+(?:not\s+dated|undated|without\s+an?\s+date))",
        ),
    ),
    (
        "newest",
        r"new|latest|recent",
        (
            rf"{_GIVE}(?:the\s+|your\s+)?{COUNT}{_NEW}(?:\s+dated)?\s+{_PAPERS}{HERE}",
            rf"{_GIVE}(?:the\s+|your\s+)?{_NEW}\s+{COUNT}{_PAPERS}{HERE}",
            rf"(?:what|which)\s+{_PAPERS}{HERE}\s+(?:is|are)\s+(?:the\s+)?{_NEW}",
            rf"what(?:'s|\s+is)\s+new{HERE}",
        ),
    ),
    (
        "oldest",
        r"oldest|earliest|first published",
        (
            rf"{_GIVE}(?:the\s+|your\s+)?{COUNT}{_OLD}(?:\s+dated)?\s+{_PAPERS}{HERE}",
            rf"{_GIVE}(?:the\s+|your\s+)?{_OLD}\s+{COUNT}{_PAPERS}{HERE}",
            rf"(?:what|which)\s+{_PAPERS}{HERE}\s+(?:is|are)\s+(?:the\s+)?{_OLD}",
        ),
    ),
    (
        "sources",
        r"source|file|listing|from",
        (
            rf"where\s+(?:do|did)\s+(?:the|these|your|all)(?:\s+the)?\s+{_PAPERS}\s+come\s+from",
            rf"where\s+are\s+(?:the|these|your)\s+{_PAPERS}\s+from",
            r"(?:what|which)\s+(?:sources|files|listings)\s+(?:do|did|are)\s+(?:the|these|your|all)(?:\s+the)?\s+"
            rf"{_PAPERS}\s+(?:come\s+)?from",
            r"sources",
            rf"(?:(?:what|which)(?:\s+are)?|list|show(?:\s+me)?)\s+(?:all\s+)?(?:the\s+|your\s+)?"
            rf"(?:sources|source\s+files|files|listings)(?:\s+(?:are\s+there|do\s+you\s+have|of\s+{LIBRARY}"
            rf"|does\s+{LIBRARY}\s+have))?{HERE}",
        ),
    ),
    (
        "by",
        r"by|writ|wrote|publish|author",
        (
            rf"(?:(?:which|what|list|show(?:\s+me)?|find|are\s+there|is\s+there|do\s+you\s+have)\s+)?"
            rf"(?:(?:all|any|the|a|other|more)\s+){{0,2}}(?:{_PAPERS}|anything|something)"
            rf"(?:\s+(?:are\s+there|is|are|was|were|written|authored|published)){{0,2}}\s+by\s+{_WRITER}",
            rf"what(?:\s+{_PAPERS})?\s+(?:has|have|did)\s+{_WRITER}\s+{_WROTE}",
            rf"(?:which|how\s+many)\s+{_PAPERS}\s+(?:has|have|did)\s+{_WRITER}\s+{_WROTE}",
            rf"(?:has|have|did)\s+{_WRITER}\s+{_WROTE}\s+(?:any(?:thing|\s+{_PAPERS})?|{_PAPERS})",
            rf"how\s+many\s+{_PAPERS}\s+(?:(?:are|were|written|authored)\s+){{0,2}}by\s+{_WRITER}",
            rf"by\s+(?-i:(?=[A-Z])){_WRITER}",
        ),
    ),
    (
        "authors",
        r"who|author",
        (
            rf"who\s+(?:wrote|authored|published|is\s+behind|are\s+behind)\s+(?!about\b|on\b){_OF}",
            rf"who\s+(?:is|are|was|were)\s+(?:the\s+)?(?:authors?|writers?)\s+of\s+{_OF}",
            rf"{_GIVE}(?:the\s+)?(?:authors?|names\s+of\s+the\s+authors)\s+of\s+{_OF}",
            rf"by\s+whom(?:\s+(?:is|was)\s+{_THAT}(?:\s+written)?)?",
            rf"{_GIVE}{_ITS}\s+authors?",
            r"authors?",
            rf"how\s+many\s+(?:authors|people)\s+(?:does\s+{_OF}\s+have|are\s+there)",
            rf"how\s+many\s+(?:authors|people)\s+(?:wrote|has)\s+{_OF}",
            rf"who\s+(?:is|are)\s+{_THAT}\s+by",
        ),
    ),
    (
        "date",
        r"when|year|date|month|day|old|recent|new",
        (
            rf"when\s+(?:was|were|is|did)\s+{_OF}\s+(?:first\s+)?{_OUT}",
            rf"(?:in\s+|from\s+)?(?:what|which)\s+(?:year|month|date|day)\s+(?:is|was|were|did)\s+{_OF}(?:\s+{_OUT})?",
            rf"{_GIVE}(?:the\s+)?(?:publication\s+)?(?:date|year)\s+of\s+{_OF}",
            rf"how\s+(?:old|recent|new)\s+(?:is|are)\s+{_THAT}",
            rf"{_GIVE}{_ITS}\s+(?:publication\s+)?(?:date|year)",
            rf"from\s+when\s+(?:is|was)\s+{_OF}",
            r"(?:publication\s+)?date|(?:what|which)\s+year|when",
        ),
    ),
    (
        "abstract",
        r"abstract|show|open|read",
        (
            rf"{_GIVE}(?:the\s+)?(?:(?:whole|full|entire|complete)\s+)?abstract\s+(?:of|for|to)\s+{_OF}",
            rf"{_GIVE}(?:{_ITS}\s+)?(?:(?:whole|full|entire|complete)\s+)?abstract",
            rf"(?:show|open|read)\s+(?:me\s+)?{_THAT}",
        ),
    ),
    (
        "link",
        r"link|url|doi|id|arxiv|address|pdf|page|where",
        (
            rf"{_GIVE}(?:the\s+|an?\s+)?{_LINK}\s+(?:of|to|for)\s+{_OF}",
            rf"{_GIVE}(?:{_ITS}\s+|an?\s+)?{_LINK}",
            rf"where\s+can\s+i\s+(?:find|read|get|download|see)\s+(?:{_THAT}|the\s+full\s+(?:paper|text))",
        ),
    ),
    (
        "title",
        r"title|called",
        (
            rf"{_GIVE}(?:the\s+)?(?:full\s+)?title\s+of\s+{_THAT}",
            rf"{_GIVE}{_ITS}\s+title",
            rf"what(?:'s|\s+is)\s+{_THAT}\s+called",
        ),
    ),
    (
        "source",
        r"file|source|listing|listed",
        (
            rf"(?:in\s+|from\s+)?(?:what|which)\s+(?:file|source|listing)\s+(?:is|was|does)\s+{_OF}"
            r"(?:\s+(?:in|from|listed(?:\s+in)?|come\s+from))?",
            rf"where\s+(?:is|was)\s+{_THAT}\s+listed",
        ),
    ),
)
"""Fact, words one of which a question for it has, and the whole questions that ask for it."""


@dataclass(frozen=True, slots=True)
class FactQuestion:
    """A question for a fact."""

    fact: Fact
    name: str = ""
    """The author or the paper that it is of, as typed; "" where none is named."""
    limit: int | None = None
    """How many papers are asked for, where the question says."""


def read(question: str) -> FactQuestion | None:
    """Return what a question, on one line and without its mark, asks of the catalogue; None where it asks nothing of
    it."""
    for fact, trigger, patterns in _QUESTIONS:
        if not re.search(rf"\b(?:{trigger})", question, re.IGNORECASE):
            continue
        for pattern in patterns:
            if match := re.fullmatch(pattern, question, re.IGNORECASE):
                groups = match.groupdict()
                return FactQuestion(fact, groups.get("name") or "", number(groups.get("count")))
    return None


def number(word: str | None) -> int | None:
    """Return the number that a word or digits stand for, None for nothing.

    >>> number("three"), number("12"), number(None)
    (3, 12, None)
    """
    return None if not word else NUMBERS.get(word.lower()) or int(word)


def is_pointer(name: str) -> bool:
    """Whether a name is none, but refers to a paper: "it", "[2]", "the second one"."""
    return not name or bool(re.fullmatch(rf"{_POINTER}|its|their|his|her|the|.+(?:'s|s')", name, re.IGNORECASE))
