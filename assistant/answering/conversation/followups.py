"""A question and the turns before it -> a question that stands alone, by rule, and the papers that it refers to."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.answering.conversation import intents, patterns, references
from assistant.answering.conversation.intents import FollowUp
from assistant.answering.conversation.turns import Reading, Turn, last_cited, narrowed_from
from assistant.domain.records import Paper
from assistant.retrieval import fact_questions, forms, languages, periods

Terms = Callable[[str], list[str]]
"""Words -> index terms: stemmed, without stop words."""

_ANTECEDENT_WORDS = 2  # content words that, before a pronoun, may be what it stands for
_ELLIPTIC_WORDS = 1  # content words; a question with no more leaves out what it is about
_PREPOSITION = re.compile(r"(?:in|for|with|without|on|from|of|by|using|under|at|about)\b", re.IGNORECASE)
_VERBAL = r"(?:can|could|do(?:es)?|did|is|are|was|were|will|would|should|has|have|why|who|(?:how|what)(?!\s+about))"
_ABOUT = re.compile(rf"(?:and(?!\W+{_VERBAL}\b)|what\s+about|how\s+about)\b", re.IGNORECASE)
_BRINGS = frozenset({"", "continue", "correction", "others", "narrow"})
_UNCLEAR = "no question so far is one that this goes on with: ask a whole one"
_WHOLE_WORDS = 3  # content words of what corrects a question, from which on it may be one itself


def resolve(
    question: str, turns: Sequence[Turn], cited: Mapping[int, Paper], terms: Terms, today: date | None = None
) -> Reading:
    """Return how a question is to be read after `turns`; `cited` has all papers of the conversation by number."""
    question = " ".join(question.split())  # the patterns would take long over a long run of white space
    announced = patterns.ANNOUNCED.match(question)
    if announced and announced.end() < len(question):
        return Reading(question[announced.end() :])
    form = forms.read(question, today)
    if (not turns and not cited) or form.kind == "small_talk":
        return Reading(question)
    if language := languages.foreign(question):
        note = f"this seems to be {language}: what refers to earlier answers is understood in English only"
        return Reading(question, note=note)
    named_papers = references.named_papers(question, turns, cited)
    if form.kind == "facts" and (form.fact in fact_questions.OF_LIBRARY or fact_questions.is_pointer(form.name)):
        return _fact(question, form, named_papers or list(last_cited(turns)), cited)
    if missing := references.missing(question, named_papers, turns, cited):
        return replace(continued(question, turns, terms), note=missing, intent="missing")
    follow_up = intents.read(question)
    if reading := _by_intent(question, follow_up, named_papers, turns, terms, today):
        return _noted(reading, question, cited)
    if not named_papers and (not turns or (follow_up.intent != "holds" and stands_alone(question, terms))):
        return Reading(question)
    if not named_papers and not _latest(turns) and not new_terms(question, turns, terms):
        return Reading(question, "rule", note=_UNCLEAR, intent="missing")
    return _noted(_continued(question, follow_up, named_papers, turns, terms), question, cited)


def continued(question: str, turns: Sequence[Turn], terms: Terms) -> Reading:
    """Return the reading of a question, in any language, as one that leaves out what it is about."""
    return _continued(question, FollowUp(words=question), (), turns, terms)


def stands_alone(question: str, terms: Terms) -> bool:
    """Whether a question seems to leave nothing out that was said before."""
    if patterns.ELLIPSIS.search(question) or patterns.NUMBER.search(question):
        return False
    content = len(_content(question, terms))
    if not content or _only_cites(question, terms):
        return False
    if content <= _ELLIPTIC_WORDS and not patterns.DEFINITION.search(question):
        return False
    if content <= _ANTECEDENT_WORDS and patterns.MAYBE_ELLIPSIS.search(question):
        return False
    spared = {place for match in patterns.EXPLETIVE.finditer(question) for place in range(*match.span())}
    subjects = {match.end() for match in patterns.SUBJECT.finditer(question)}
    clause = read = 0
    enough = len(question) + 1  # characters of the question that are known to hold an antecedent
    for match in patterns.PRONOUN.finditer(question):
        clause = max(clause, *(question.rfind(mark, read, match.start()) + 1 for mark in ",;:"))
        read = match.start()
        if match.start() in spared:
            continue
        size = clause if match.end() in subjects else match.start()
        if size < enough:
            if len(_content(patterns.before_means(question[:size]), terms)) < _ANTECEDENT_WORDS:
                return False
            enough = size
    return not patterns.PLACE.search(question)


def new_terms(question: str, turns: Sequence[Turn], terms: Terms) -> frozenset[str]:
    """Return the index terms of what a question names that the question which it continues does not."""
    words = intents.read(" ".join(question.split())).words
    return frozenset(_content(patterns.POINTERS.sub(" ", words), terms)) - set(terms(_root(turns)))


def _by_intent(
    question: str,
    follow_up: FollowUp,
    named: Sequence[Paper],
    turns: Sequence[Turn],
    terms: Terms,
    today: date | None,
) -> Reading | None:
    """Return the reading of a question whose words say what it wants of the answers before; None for any other."""
    before = _latest(turns)
    if before is None:
        return None
    last = before.cited or last_cited(turns)
    subject = _subject(turns)
    listed = before.answer.kind == "list"
    match follow_up.intent:
        case "others":
            if follow_up.words:
                return Reading(f"papers on {follow_up.words}", "rule", intent="others")
            return Reading(subject, "rule", narrowed_from(before), intent="others")
        case "more" if listed and not named:
            return Reading(subject, "rule", narrowed_from(before), intent="others")
        case "more" | "why" | "doubt" | "again":
            papers = named or last
            if not papers:
                return None
            text = f"{subject} {question}" if follow_up.intent == "why" and not subject.endswith(question) else subject
            return Reading(text, "rule", _ids(papers), named=True, intent=follow_up.intent)
        case "compare" if len(named) > 1:
            return Reading(f"{_root(turns)} {question}", "rule", _ids(named), named=True, intent="compare")
        case "which" if last and not named:
            return Reading(_complete(question, turns, terms), "rule", _ids(last), intent="which")
        case "correction" if not named and not patterns.BACK.search(question):
            return _corrected(question, follow_up.words, turns, terms)
    phrase = periods.phrase(f"papers {follow_up.words}", today)
    rest = periods.without(f"papers {follow_up.words}", today).removeprefix("papers").strip() if phrase else ""
    if phrase and not _content(rest, terms):
        return Reading(_within(_root(turns), phrase, today), "rule", intent="narrow")
    if listed and follow_up.intent == "narrow":
        return _some_of_list(follow_up.words, turns, today)
    return None


def _some_of_list(words: str, turns: Sequence[Turn], today: date | None = None) -> Reading:
    """Return the reading of words that narrow the last list that was asked for by itself."""
    text = " ".join(f"papers {forms.read(_root(turns), today).label} {words}".split())
    whole = next((turn for turn in reversed(turns) if turn.answer.kind == "list" and turn.reading.how != "rule"), None)
    return Reading(text, "rule", _ids(whole.cited if whole else ()), intent="narrow")


def _within(root: str, phrase: str, today: date | None) -> str:
    """Return a question asked of a period."""
    form = forms.read(root, today)
    if form.kind == "list":
        return " ".join(f"papers {form.label} {phrase}".split())
    return f"{periods.without(root, today).rstrip('?. ')}, in papers {phrase}?"


def _corrected(question: str, words: str, turns: Sequence[Turn], terms: Terms) -> Reading:
    """Return the reading of a correction: a whole question stands for itself, and anything else takes the place of
    what it corrects."""
    content = _content(words, terms)
    asks = re.match(r"(?:how|what|why|which|who|when|where|is|are|do|does|did|can|could|should|will)\b", words, re.I)
    if len(content) >= _WHOLE_WORDS and asks and stands_alone(words, terms):
        return Reading(words)
    rejected = {word.lower() for word in patterns.REJECTED.findall(question)}
    root = " ".join(word for word in _root(turns).split() if word.strip(".,;:?!").lower() not in rejected)
    preposition = _PREPOSITION.match(words)
    if preposition and (same := re.search(rf"\s{preposition[0]}\s", root, re.IGNORECASE)):
        root = root[: same.start()]  # "... in images", "sorry, in text"
    elif len(content) > 1 and set(terms(patterns.GENERIC.sub(" ", words))) & set(terms(root)):  # of nearly that name
        frame = re.match(r"(?:what\s+(?:is|are)|explain|define|describe)\s", root, re.IGNORECASE)
        root = frame[0] if frame else ""
    return Reading(f"{root} {words}".strip(), "rule", intent="correction")


def _continued(
    question: str, follow_up: FollowUp, named: Sequence[Paper], turns: Sequence[Turn], terms: Terms
) -> Reading:
    """Return the reading of a question that leaves out what it is about."""
    papers = named or last_cited(turns)
    before = _latest(turns)
    if before and not named and _ABOUT.match(question) and forms.read(_root(turns)).kind == "list":
        if _PREPOSITION.match(follow_up.words):
            return _some_of_list(follow_up.words, turns)
        return Reading(f"papers on {follow_up.words}", "rule", intent="continue")
    return Reading(
        text=_complete(question, turns, terms),
        how="rule",
        papers=_ids(papers),
        named=bool(named) or _only_cites(question, terms),
        other=" ".join([*(paper.title for paper in papers), question]),
        intent="cite" if _only_cites(question, terms) else "continue",
    )


def _fact(question: str, form: forms.Form, papers: Sequence[Paper], cited: Mapping[int, Paper]) -> Reading:
    """Return the reading of a question for a fact of the library, or of the papers that were named or cited last."""
    if form.fact in fact_questions.OF_LIBRARY or not papers:
        return Reading(question)
    return _noted(Reading(question, "rule", _ids(papers), named=True, intent="fact"), question, cited)


def _noted(reading: Reading, question: str, cited: Mapping[int, Paper]) -> Reading:
    """Add to a reading which numbers of its question no paper has."""
    missing = [number for number in references.numbers(question) if number not in cited]
    labels = ", ".join(f"[{number}]" for number in missing)
    return replace(reading, note=f"nothing was cited as {labels} so far") if missing else reading


def _latest(turns: Sequence[Turn]) -> Turn | None:
    """Return the last turn that asked for something that papers say."""
    return next(_asking(turns), None)


def _root(turns: Sequence[Turn]) -> str:
    """Return the last question that stood alone, or that a model completed, of those that papers answer."""
    return next((turn.reading.text for turn in _asking(turns) if turn.reading.how != "rule"), "")


def _asking(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Yield the turns that asked for what papers say, the last first; none that named what is not there."""
    return (
        turn for turn in reversed(turns) if turn.answer.kind in ("prose", "list") and turn.reading.intent != "missing"
    )


def _subject(turns: Sequence[Turn]) -> str:
    """Return the last question that brought a subject: none that asked for the reason of an answer, or more of it."""
    brings = (turn.reading.text for turn in _asking(turns) if not turn.reading.named and turn.reading.intent in _BRINGS)
    return next(brings, "") or _root(turns)


def _ids(papers: Sequence[Paper]) -> tuple[str, ...]:
    return tuple(paper.id for paper in papers)


def _content(text: str, terms: Terms) -> list[str]:
    """Return the index terms of the words that say something of a subject."""
    return terms(patterns.FUNCTION.sub(" ", text))


def _only_cites(question: str, terms: Terms) -> bool:
    """Whether a question asks for nothing but the source of what was said."""
    if not patterns.CITE.search(question):
        return False
    rest = patterns.CITE.sub(" ", question)
    pointing = re.search(r"\b(?:that|this|it|so)\b", question, re.IGNORECASE)
    return len(_content(rest, terms)) <= (_ANTECEDENT_WORDS if pointing else 0)


def _complete(question: str, turns: Sequence[Turn], terms: Terms) -> str:
    """Return the question after the last one that stood alone, which is left out where it says nothing more."""
    root = _root(turns)
    return f"{root} {question}".strip() if set(terms(root)) - set(terms(question)) else question
