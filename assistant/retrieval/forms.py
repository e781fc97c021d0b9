"""The words of a question -> what kind of question it is: a list, a fact of the library, small talk, or prose.

Read by patterns alone, in English; what no pattern takes is prose, which is the rule.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from assistant.domain.answers import Kind
from assistant.retrieval import fact_questions, periods, small_talk
from assistant.retrieval.fact_questions import COUNT, HERE, Fact
from assistant.retrieval.small_talk import SmallTalk

_LONGEST = 400  # characters; whoever writes more asks for prose
_FLAGS = re.IGNORECASE | re.VERBOSE
_PARTINGS = re.compile(r"^[\s.!?,:;)(-]+|[\s.!?,;)(-]+$")
_SECOND_SENTENCE = re.compile(r"[.?!]\s+\w")

_PLURAL = r"(?:papers|works|studies|articles|publications|preprints)"
_MASS = r"(?:work|research|literature)"
_NOUN = r"(?:papers|studies|articles|publications)"  # those that are no verb
_DETERMINED = (
    r"(?:all|every|any|some|more|other|further|the|these|those|of|your|our|many|me|us|recent|new|newer|older|for"
    r"|relevant|related|interesting|good|important|several|different|available|existing|out|a|list|\d{1,3})"
)
_DETERMINERS = rf"(?:{_DETERMINED}\s+){{0,6}}"
_ABOUT = r"(?:on|about|regarding|concerning|around|in|into)"
_LINK = (
    rf"(?:{_ABOUT}|that|which|where|who|whose|with|without|for|using|of|to|by|from|at|dated|published|written|\w+ing)"
)
_WORK = rf"{_DETERMINERS}(?:{_PLURAL}|{_MASS})"
_THING = rf"{_DETERMINERS}(?:{_PLURAL}|{_MASS}|paper|study|article|anything|something)"
_ASKING = (
    r"(?:how|why|when|who|whose|where|what|which|is|are|was|were|do|does|did|can|could|should|would|will|explain|has"
    r"|have|had|describe|compare|summari[sz]e|define|if|but|not|no|these|those|this|that|i|we|my|our|the)"
)
_ADJECTIVE = rf"(?!(?:{_ASKING}|of)\b)[\w-]+"  # "which files do the papers come from" is no list of them
_COURTESY = re.compile(
    r"""^(?:(?:please|hey|hi|hello|ok(?:ay)?|so|now|then|well|and)\b[,\s]+
    |(?:can|could|would|will)\s+you\s+(?:please\s+)?(?=\w)
    |i(?:\s+would|'d)\s+like\s+(?:you\s+)?(?:to\s+(?:see|have|find|read|get|know)\s+)?
    |i\s+(?:want|need)\s+(?:you\s+)?(?:to\s+(?:see|have|find|read|get|know)\s+)?
    |i\s*(?:'m|\s+am)\s+(?:looking|searching)\s+for\s+|do\s+you\s+know\s+(?:of\s+)?)""",
    _FLAGS,
)

_SHARE = r"(?:what|which)\s+(?:percentage|percent|share|fraction|proportion)\s+of\s+"
_KIND = r"(?:surveys|reviews|overviews)"
_LISTS = (
    rf"how\s+many\s+{_DETERMINERS}{_PLURAL}\b(?P<rest>.*)",
    rf"{_SHARE}{_WORK}\b(?P<rest>.*)",
    rf"(?:which|what)\s+{_WORK}\b(?P<rest>.*)",
    rf"(?:list|show|give|find|enumerate|name|get|fetch|recommend|suggest|display|print|search|look|see)\s+{_WORK}\b"
    r"(?P<rest>.*)",
    rf"(?:among|of)\s+{_WORK}[^,]*,\s*which\s+(?P<rest>.+)",
    rf"(?:which|what|list|show|give|find)\s+{_DETERMINERS}(?!{_DETERMINED}\b)(?P<adjectives>(?:{_ADJECTIVE}\s+){{1,3}}?)"
    rf"{_NOUN}\b(?P<rest>.*)",
    rf"(?:are|is)\s+there\s+{_THING}\b(?P<rest>.*)",
    r"(?:do|does|have|has)\s+(?:you|we|i|the\s+library|it|this\s+library)\s+(?:have|hold|contain|know|got|include)\s+"
    rf"(?:of\s+)?{_THING}\b(?P<rest>.*)",
    r"what(?:'s|\s+is|\s+has|\s+have)?(?:\s+(?:do|does)\s+(?:you|we|it|the\s+library))?\s+(?:there|exists?|have|hold"
    rf"|contain|new|been\s+(?:done|published|written)|come\s+out|came\s+out|appeared){HERE}\s+{_ABOUT}\s+(?P<topic>.+)",
    rf"(?:anything|something)(?:\s+(?:new|recent|published))?{HERE}\s+{_ABOUT}\s+(?P<topic>[^:]+)",
    r"where\s+(?:can|could|do|should)\s+i\s+(?:find|read|get)\s+"
    rf"{_DETERMINERS}(?:{_PLURAL}|{_MASS}|theory|something|anything)\b(?P<rest>.+)",
    rf"{_DETERMINERS}{_PLURAL}(?:\s+(?P<rest>{_LINK}\b.*))?",
    rf"{_DETERMINERS}{_MASS}\s+(?P<rest>(?:on|about|in)\s.+)",
    r"list\s+(?:me\s+|us\s+)?(?:all|every)\s+(?:the\s+)?(?!.*\[\d)(?P<topic>.+)",
    rf"(?P<topic>.+?)\s*(?:[,:;]|\s[–—-]+\s)\s*(?:which|what|any)\s+{_PLURAL}\b.{{0,40}}",
    rf"(?P<adjectives>(?:{_ADJECTIVE}\s+){{1,6}}?){_NOUN}(?:\s+(?P<rest>{_LINK}\b.*))?",
    r"(?:(?:which|what|list|show|find|give|(?:are|is)\s+there|do\s+you\s+have)\s+)?"
    rf"{_DETERMINERS}(?P<kind>{_KIND})(?:\s+(?:are\s+there|do\s+you\s+have|exist))?\s+(?P<rest>(?:{_ABOUT}|of)\s.+)",
)
"""The ways to ask for all papers that belong, the surest first. `rest` follows the noun and says what they do or are
about, `adjectives` stand before it; `topic` is what they are about; `kind` is a noun that says what sort they are."""
_LIST_WORDS = re.compile(
    rf"\b(?:{_PLURAL}|{_MASS}|{_KIND}|paper|study|article|anything|something|what|list|theory)\b", re.I
)
_WITHOUT = re.compile(
    rf"""(?<!\sor)\s*,?\s+(?:(?:(?:that|which)\s+)?are\s+)?(?:(?:(?:but|and|yet)\s+)?not\s+(?:{_ABOUT}|using|involving|dealing\s+with|those\s+{_ABOUT})
    |but\s+not(?:\s+{_ABOUT})?|(?:except|excluding|other\s+than)\s+(?:for\s+)?(?:the\s+ones|those|papers)\s+{_ABOUT}|excluding)
    \s+(?P<topic>[^,;]+?)(?=\s*$|[,;]|\s(?:that|which|who)\s)""",
    _FLAGS,
)
"""What a list is to leave out: "papers on calibration, but not on language models", "papers that are not on X"."""

_ORDERED = re.compile(
    rf"""^(?:(?:what|which)(?:'s|\s+(?:is|are|was|were))?\s+|show\s+(?:me\s+)?|list\s+|give\s+(?:me\s+)?)?
    (?:the\s+|your\s+)?{COUNT}(?P<order>newest|latest|most\s+recent|oldest|earliest|first)(?:\s+dated)?\s+
    (?:papers?|works?|articles?|publications?|stud(?:y|ies)|preprints?){HERE}\s+(?P<rest>\S.*)""",
    _FLAGS,
)
_MANY = re.compile(rf"\b{_PLURAL}\b", re.IGNORECASE)

# What stands between the noun and what the papers are about, and says nothing of it.
_RELATION = re.compile(
    rf"""^(?:\s*(?:are|is)\s+(?:there|available|known)\b{HERE}
    |\s*(?:exists?|appeared|came\s+out|(?:were|are|was|has\s+been|have\s+been|have|has)\s+(?:published|appeared|done))\b
    |\s*(?:do|does)\s+(?:you|we|the\s+library|it)\s+(?:have|hold|contain|know)(?:\s+of)?\b{HERE}
    |\s*(?:in|of)\s+(?:the|this|your|my)\s+(?:library|collection|database|corpus)\b
    |\s*(?:are|is|were|was)$)*\s*""",
    _FLAGS,
)
_MERE_TOPIC = re.compile(
    rf"""^(?:(?:that|which|who)\s+(?:also\s+)?)?(?:(?:are|is|have\s+been|were|being)\s+)?(?:{_ABOUT}
    |stud(?:y|ies|ied|ying)|discuss(?:es|ed|ing)?|address(?:es|ed|ing)?|cover(?:s|ed|ing)?|consider(?:s|ed|ing)?
    |investigat(?:e|es|ed|ing)|examin(?:e|es|ed|ing)|explor(?:e|es|ed|ing)|mention(?:s|ed|ing)?|concern(?:s|ed|ing)?
    |treat(?:s|ed|ing)?|tackl(?:e|es|ed|ing)|analy[sz](?:e|es|ed|ing)|research(?:es|ed|ing)?
    |(?:deal|dealt|deals|dealing)\s+with|(?:focus|focuses|focused|focusing|work|works|worked|working)\s+on
    |(?:talk|talks|talked|talking|written)\s+about|(?:look|looks|looked|looking)\s+(?:at|into)|devoted\s+to|related\s+to
    )\s+(?P<topic>.+)""",
    _FLAGS,
)
_TRAILING = re.compile(
    r"""(?:[\s,]+(?:please|are\s+there|do\s+(?:you|we)\s+have|there\s+are|exist|so\s+far|here|published|written|appeared
    |in\s+(?:the|this|your|my)\s+(?:library|collection|database|corpus)|do\s+this|for\s+me|at\s+all
    |are|is|were|was))+$""",  # "papers on agents are", of which the period was taken away
    _FLAGS,
)
_BY = re.compile(r"^(?:\s*(?:written|published|authored|are\s+there)){0,2}\s*by\s+(?P<name>.+)", re.IGNORECASE)
_BEHIND_NAME = re.compile(r"\s(?:on|about|regarding|concerning|that|which)\s.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """What a question asks for, as its words tell."""

    kind: Kind = "prose"
    fact: Fact | None = None
    """Which fact of the library, or of a paper, is asked for."""
    name: str = ""
    """Of a fact: the author or the paper that it is of, as typed."""
    topic: str = ""
    """Of a list: what its papers are about, without the period and the noun; "" for all papers."""
    label: str = ""
    """Of a list: what stands behind "8 papers"."""
    without: str = ""
    """Of a list: what papers that it leaves out are about; "" where it leaves out none."""
    is_share: bool = False
    """Of a list: whether it is asked what share of all papers belongs."""
    is_overview: bool = False
    """Of a list: whether it is to have surveys, reviews and the like alone."""
    limit: int | None = None
    """How many papers are asked for, where the question says."""
    order: Literal["", "newest", "oldest"] = ""
    """By what a list is put in order; "" for relevance."""
    small_talk: SmallTalk | None = None


PROSE = Form()


def read(question: str, today: date | None = None) -> Form:
    """Return the form of a question; `today` settles "since May" and "last year"."""
    question = " ".join(question.split())
    if not question or len(question) > _LONGEST:
        return PROSE
    bare = _PARTINGS.sub("", question)
    if talk := small_talk.read(bare):
        return Form("small_talk", small_talk=talk)
    for _ in range(3):
        bare = _COURTESY.sub("", bare)
    timeless = _PARTINGS.sub("", periods.without(bare, today))
    fact = fact_questions.read(timeless)
    if fact and (fact.fact != "by" or _is_writer(fact.name)):
        name = _BEHIND_NAME.sub("", fact.name) if fact.fact == "by" else fact.name
        return Form("facts", fact.fact, name, limit=fact.limit)
    if _SECOND_SENTENCE.search(timeless):
        return PROSE
    return _ordered(timeless) or _list(timeless)


def on(topic: str) -> Form:
    """Return the form of a list of papers on a topic; "" for all papers."""
    return Form("list", topic=topic, label=f"on {topic}" if topic else "")


def _ordered(question: str) -> Form | None:
    """Return the form of "the newest papers on X"."""
    match = _ORDERED.match(question)
    if not match:
        return None
    word = match["order"].lower()
    is_many = bool(_MANY.search(question, 0, match.start("rest")))
    if word == "first" and not is_many:
        return None
    form = _about("", match["rest"])
    limit = fact_questions.number(match["count"]) or (None if is_many else 1)
    order: Literal["newest", "oldest"] = "oldest" if word in {"oldest", "earliest", "first"} else "newest"
    return replace(form, order=order, limit=limit) if form.topic else None


def _list(question: str) -> Form:
    """Return the form of a list, which may leave out papers by what they are about."""
    if not _LIST_WORDS.search(question):
        return PROSE
    if match := _WITHOUT.search(question):
        form = _whole_list(question[: match.start()] + question[match.end() :])
        if form.kind == "list":
            label = f"{form.label} and not on {match['topic']}" if form.label else f"not on {match['topic']}"
            return replace(form, without=match["topic"], label=label)
    return _whole_list(question)


def _whole_list(question: str) -> Form:
    for pattern in _LISTS:
        if match := re.fullmatch(pattern, question, _FLAGS):
            groups = {name: _trimmed(words or "") for name, words in match.groupdict().items()}
            if "kind" in groups:
                return Form(
                    "list",
                    topic=f"{groups['kind']} {groups['rest']}",
                    label=f"that are {groups['kind']} {groups['rest']}",
                    is_overview=True,
                )
            form = on(groups["topic"]) if "topic" in groups else _about(groups.get("adjectives", ""), groups["rest"])
            is_share = form.kind == "list" and bool(re.match(_SHARE, question, re.IGNORECASE))
            return replace(form, is_share=is_share)
    return PROSE


def _about(adjectives: str, rest: str) -> Form:
    """Return the form of a list of papers whose noun has `adjectives` before it and is followed by `rest`."""
    rest = _trimmed(_RELATION.sub("", rest, count=1))
    if (by := _BY.match(rest)) and not adjectives and _is_writer(by["name"]):
        return Form("facts", "by", _trimmed(_BEHIND_NAME.sub("", by["name"])))
    match = _MERE_TOPIC.match(rest)
    if match or not rest:
        return on(f"{adjectives} {_trimmed(match['topic']) if match else ''}".strip())
    link = "" if re.match(rf"{_LINK}\b", rest, re.IGNORECASE) else "that "
    return Form(
        "list", topic=f"{adjectives} {rest}".strip(), label=f"{f'on {adjectives} ' if adjectives else ''}{link}{rest}"
    )


def _is_writer(name: str) -> bool:
    """Whether a name may be one of a person: "Gao", "gao", "Gao on rewards", but not "models on theorems"."""
    return name[:1].isupper() or not _BEHIND_NAME.search(name)


def _trimmed(words: str) -> str:
    return _PARTINGS.sub("", _TRAILING.sub("", _PARTINGS.sub("", words)))
