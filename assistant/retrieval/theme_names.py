"""Groups of papers -> a name each: the words of their titles that tell them from the other papers of the library."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.records import Paper
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot

UNNAMED = "Various"
"""The name of papers that share no telling word."""
_LONGEST = 3  # words of a phrase
_OTHERS = 3_000  # papers of the rest of a library that are read at most, spread evenly
_PRIOR = 0.5  # added to every count, as Jeffreys' prior of a share
_COMMON = 0.25  # share of the other papers from which on a word tells nothing
_TITLES = 0.06  # share of a group's titles that have to have a phrase
_COVERED = 0.7  # share of a phrase's papers that have it in a longer one, from which on the longer one is meant
_LEAST_LIFT = math.log(2.0)  # log-odds, against the rest, of a phrase that tells anything
_SHARE_POWER = 0.7
"""How much the share of a group that has a phrase counts beside its log-odds: at a half, what two papers of a group say
and nobody else does names it; at one, what all papers say."""
_PHRASE_BONUS = {1: 1.0, 2: 1.5, 3: 1.45}
"""By how much several words beat one that tells as much, for they say more to a reader."""
_MODIFIER, _LONG_MODIFIER = 0.3, 0.6
"""How much a word, and a phrase of several, tells that in titles only stands before other nouns: "neural" hardly
anything, "out-of-distribution" nearly as much as a noun."""
_LEAST_HEAD = 0.3  # share of the titles with a word in which no noun follows it, for the word alone to be a name
_FEW = 12  # papers of a group of which one title may name it, if two abstracts agree
_SECOND = 0.4  # share of the first phrase's score from which on a second one is named beside it
_LONGEST_NAME = 44  # characters of a name of two phrases

_UNIT = re.compile(r"[^\W\d_]\w*(?:[-'’]\w+)*")
_BETWEEN = frozenset(
    # Words of titles and abstracts that no name begins or ends with, and that part what stands beside them.
    "about above across after all almost also am among an and any are as at be because been before being below between "
    "both but by can could do does during each either enough even every few for from further had has have having he "
    "her here how however i if in into is it its itself just like many may me might more most much must my need "
    "needs neither no non nor not now of off on once one only or other our out over own per rather same she should so "
    "some such than that the their them then there these they this those through to too toward towards two under "
    "until up upon us very via was we were what when where whether which while who why will with within without would "
    "yet you your good better best new novel effective efficient improved improving improve improves using use "
    "used uses approach approaches approaching method methods methodology study studies analysis analyses analyzing "
    "paper papers work works way ways case based boosting boost boosts enhancing enhance enhanced enhances exploring "
    "explore understanding understand investigating investigate rethinking revisiting introducing introduction beyond "
    "case making make makes matter matters aware really first second three perspective perspectives "
    "simple general framework frameworks problem problems propose proposed results result show shows "
    "findings finding evidence challenges challenge survey review overview systematic comprehensive empirical "
    "application applications applied different various large small high low".split()
)

_HEAD_COUNTS = 4
"""How many times the spelling of a phrase counts where it is a head: "reward models" there, "reward model" before
another noun."""

Phrase = tuple[str, ...]
"""Index terms in a row."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A phrase as it stands in a text."""

    text: str
    is_head: bool
    """Whether no noun follows it, of which it may tell the kind."""


Phrases = Mapping[Phrase, Seen]


def names(library: LibrarySnapshot, groups: Sequence[Sequence[Paper]]) -> list[str]:
    """Return a name for each group of papers, none twice: one or two phrases from titles, the most telling ones.

    A phrase tells by its log-odds in the group against all other papers (Monroe, Colaresi and Quinn 2008), the share of
    the group that has it, and how often a title's phrase ends with it: "reward models" is a thing, "neural" is none.
    `UNNAMED` where none tells anything. Raises `LibraryError`.
    """
    reader = PhraseReader(library.words)
    members = {paper.id for group in groups for paper in group}
    rest = library.papers([id for id in library.catalogue.spread(_OTHERS) if id not in members])
    titles = [[reader.phrases(paper.title) for paper in group] for group in groups]
    candidates = frozenset(phrase for group in titles for phrases in group for phrase in phrases)
    counts = [_counts(reader, group, candidates) for group in groups]
    total = sum(counts, _counts(reader, rest, candidates))
    papers = len(members) + len(rest)
    taken: set[str] = set()
    by_group: dict[int, str] = {}
    for place in sorted(range(len(groups)), key=lambda place: -len(groups[place])):
        scores = _scores(counts[place], len(groups[place]), total, papers, titles[place])
        name = _name(scores, _forms(titles[place]), taken)
        taken.add(name.casefold())
        by_group[place] = name
    return [by_group[place] for place in range(len(groups))]


def _counts(reader: "PhraseReader", papers: Iterable[Paper], candidates: frozenset[Phrase]) -> Counter[Phrase]:
    """Return how many papers have each of the candidates in their title or abstract."""
    count: Counter[Phrase] = Counter()
    for paper in papers:
        count.update(candidates & (reader.phrases(paper.title).keys() | reader.phrases(paper.abstract).keys()))
    return count


def _scores(
    count: Counter[Phrase], size: int, total: Counter[Phrase], papers: int, titles_phrases: Sequence[Phrases]
) -> dict[Phrase, float]:
    """Return {phrase: how telling it is} of those that tell anything, best first."""
    least = max(2, math.ceil(_TITLES * size)) if size > _FEW else 1
    in_titles = Counter(phrase for phrases in titles_phrases for phrase in phrases)
    as_head = Counter(phrase for phrases in titles_phrases for phrase, seen in phrases.items() if seen.is_head)
    scores = {}
    for phrase, titles in in_titles.items():
        inside, everywhere = count[phrase], total[phrase]
        rest = papers - size
        is_common = all(total[term,] - count[term,] > _COMMON * rest for term in phrase)
        is_kind = len(phrase) == 1 and as_head[phrase] < _LEAST_HEAD * titles  # "neural", of whatever
        if is_kind or titles < least or inside < min(size, 2) or (is_common and rest):
            continue
        lift = _log_odds(inside, size) - _log_odds(everywhere - inside, rest)
        if lift > _LEAST_LIFT or papers == size:
            least_noun = _MODIFIER if len(phrase) == 1 else _LONG_MODIFIER
            is_noun = least_noun + (1.0 - least_noun) * as_head[phrase] / titles
            scores[phrase] = lift * (inside / size) ** _SHARE_POWER * _PHRASE_BONUS[len(phrase)] * is_noun
    return dict(sorted(_maximal(scores, count).items(), key=lambda row: (-row[1], row[0])))


def _maximal(scores: Mapping[Phrase, float], count: Counter[Phrase]) -> dict[Phrase, float]:
    """Return the phrases but those that mostly stand within a longer one: "variable model" in "latent variable
    model"."""
    kept = dict(scores)
    for longer in scores:
        for length in range(1, len(longer)):
            for start in range(len(longer) - length + 1):
                part = longer[start : start + length]
                if part in kept and count[longer] >= _COVERED * count[part]:
                    del kept[part]
    return kept


def _log_odds(count: int, size: int) -> float:
    return math.log((count + _PRIOR) / (size - count + _PRIOR))


def _name(scores: Mapping[Phrase, float], forms: Mapping[Phrase, str], taken: set[str]) -> str:
    """Return the best phrase, with the next one that has no word of it where that tells nearly as much."""
    order = list(scores)
    for first in order:
        name = _capitalised(forms[first])
        others = (other for other in order if not set(other) & set(first) and scores[other] >= _SECOND * scores[first])
        second = next((forms[other] for other in others if len(name) + len(forms[other]) <= _LONGEST_NAME), "")
        whole = f"{name}, {second}" if second else name
        if whole.casefold() not in taken:
            return whole
    return next(
        name
        for number in range(len(taken) + 1)
        if (name := f"{UNNAMED} {number + 1}" if number else UNNAMED).casefold() not in taken
    )


def _forms(titles: Iterable[Phrases]) -> dict[Phrase, str]:
    """Return each phrase as it is mostly written in these titles, best where it is a head, in lower case but for names
    and short forms."""
    written: dict[Phrase, Counter[str]] = {}
    for phrases in titles:
        for phrase, seen in phrases.items():
            plain = " ".join(map(_plain, seen.text.split()))
            written.setdefault(phrase, Counter())[plain] += _HEAD_COUNTS if seen.is_head else 1
    return {phrase: min(forms, key=lambda text: (-forms[text], text)) for phrase, forms in written.items()}


def _plain(word: str) -> str:
    """Return a word of a title as in running text: "Reward" as "reward", but "LLM", "GPT-4" and "LoRA" as they are."""
    return "-".join(part if any(map(str.isupper, part[1:])) else part.lower() for part in word.split("-"))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


class PhraseReader:
    """Reads texts as the word index of a library does, and remembers words."""

    def __init__(self, words: BM25Index) -> None:
        self._words = words
        self._terms: dict[str, Phrase] = {}

    def phrases(self, text: str) -> dict[Phrase, Seen]:
        """Return {phrase: as it is written} of a text; none goes over a mark or a word such as "the"."""
        phrases: dict[Phrase, Seen] = {}
        for run in self._runs(text):
            for start in range(len(run)):
                terms: Phrase = ()
                for end in range(start, len(run)):
                    terms += run[end][1]
                    if len(terms) > _LONGEST:
                        break
                    seen = Seen(" ".join(word for word, _ in run[start : end + 1]), end + 1 == len(run))
                    if seen.is_head or terms not in phrases:
                        phrases[terms] = seen
        return phrases

    def _runs(self, text: str) -> Iterator[list[tuple[str, Phrase]]]:
        """Yield words in a row, each with its index terms; "in-context" is one word."""
        run: list[tuple[str, Phrase]] = []
        end = 0
        for unit in _UNIT.finditer(text):
            if text[end : unit.start()].strip() and run:
                yield run
                run = []
            end = unit.end()
            if terms := self._of(unit[0]):
                run.append((unit[0], terms))
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _of(self, word: str) -> Phrase:
        """Return the index terms of one word; none of those that part others."""
        if (terms := self._terms.get(word)) is None:
            is_told = len(word) > 1 and word.casefold() not in _BETWEEN
            parts = re.split(r"[-'’]", word) if is_told else ()
            terms = tuple(term for part in parts if len(part) > 1 for term in self._words.terms(part))
            self._terms[word] = terms
        return terms
