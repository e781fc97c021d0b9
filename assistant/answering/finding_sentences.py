"""An abstract -> the sentence of it that says what its authors found, as nobody asked a question of it."""

import re
from collections.abc import Sequence

from assistant.answering import cues, roles
from assistant.answering.reading import is_assertion
from assistant.domain.records import Paper
from assistant.library import chunks
from assistant.library.bm25 import BM25Index
from assistant.retrieval import idf

_OWN = re.compile(
    r"\b(?:we|our (?:\w+ ){0,3}?(?:results?|findings?|experiments?|analys[ei]s|evaluations?|investigations?|study|work"
    r"|observations?)|(?:the |these |empirical |experimental |extensive |theoretical ){1,3}(?:results?|findings?"
    r"|experiments?|evaluations?))(?: \w+){0,6}? (?:find|found|show|shows|showed|shown|demonstrate|demonstrates"
    r"|demonstrated|prove|proves|proved|observe|observed|reveal|reveals|revealed|discover|discovered|indicate|indicates|suggest|suggests"
    r"|conclude|establish|confirm|confirms|identify|validate|achieves?)\b"
    r"|\band (?:show|demonstrate|find|prove|observe) (?:that|how|it|they|its|their)\b"
    r"|(?<!have )(?<!has )\b(?:shows|reveals|reveal|revealed|indicates|demonstrates) (?:that|a|an|large|no|how)\b",
    re.IGNORECASE,
)
_THAT = re.compile(r"\b(?:that|how|why|:)\b|:", re.IGNORECASE)
_OUTCOME = re.compile(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|improv(?:es|ed|ing|ements?)|reduc(?:es|ed|ing|tions?)|increas(?:es|ed)"
    r"|state-of-the-art|better than|worse than|faster|higher|lower|fail(?:s|ed)?|struggles?|achiev(?:es|ed|ing)"
    r"|significantly|substantially|consistently|competitive|robust to"
    r"|no (?:significant )?(?:effect|gain|difference))\b",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"(?<![\d.,])\d[\d.,]{0,12}\s?(?:%|\\%|percent|x\b|×|times\b|points?\b)|[=≈] ?0?\.\d|\bof 0\.\d")
_WHERE = (
    r"\b(?:(?:code|data|models?|datasets?|demos?|videos?|project page)\b.{0,60}\bavailable|available at|https?://\w"
    r"|github\b)"
)
_EMPTY = re.compile(
    rf"{_WHERE}|\b(?:we hope|open[- ]sourced?|we (?:also )?release|future (?:work|research|directions?)"
    r"|pav(?:e|es|ing) the way|sheds? light"
    r"|contribut\w+ to (?:the|a|our)|implications?|discuss|in this section|can inspire|insights? into|underscor\w+"
    r"|highlight\w* the (?:need|importance|potential))\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:confirm|demonstrat|validat|verif|show|illustrat|prov)\w* (?:the |its |their |our )?(?:\w+ )?(?:effectiveness"
    r"|efficacy|potential|superiority|usefulness|practicality|benefits?|validity)\b|\bback our\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:recent(?:ly)?|prior|previous|existing|current|while|although|despite|however|but|therefore, while)\b",
    re.IGNORECASE,
)
_BROKEN = re.compile(r":(?:\s*\(?\d{1,2}[.)]?)?\s*$")  # a list follows, of which it says nothing
_SETS_OUT = re.compile(
    r"\bwe (?:\w+ )?(?:propose|introduce|present|develop|design|investigate|explore|study|examine|ask|consider"
    r"|conduct)\b",
    re.IGNORECASE,
)
_SUMS_UP = re.compile(r"(?:overall|together|in (?:summary|conclusion|short)|taken together|our main)\b", re.IGNORECASE)
_LEANS = re.compile(
    r"(?:this|these|they|it|such|those|moreover|furthermore|additionally|in addition|also|specifically|second(?:ly)?"
    r"|third(?:ly)?|finally|next|for (?:example|instance)|to (?:address|illustrate)|\(\d\)|we (?:then|further|also))\b",
    re.IGNORECASE,
)
_LONGEST, _SHORTEST = 420, 45  # characters of a sentence that is read with ease, and of one that says something
_WEIGHTS = {
    "own": 1.4, "that": 0.5, "finding": 0.7, "outcome": 0.5, "figures": 0.4, "title": 1.0, "position": 0.5,
    "sums up": 0.3, "empty": -1.6, "gap": -0.8, "aim": -0.2, "earlier": -0.5, "sets out": -0.7, "leans": -0.7,
    "size": -0.5, "opening": -0.4, "vague": -0.8, "others": -0.7,
}  # fmt: skip
"""What each cue adds, set by hand and read over abstracts that have nothing to do with any suite."""


def tells_where(sentence: str) -> bool:
    """Whether a sentence tells where code or data are, and nothing of what was found."""
    return bool(re.search(_WHERE, sentence, re.IGNORECASE))


def finding_sentence(paper: Paper, words: BM25Index) -> str:
    """Return the sentence of the abstract that most likely says what was found, "" where there is no abstract.

    Where its authors report no finding, it is the one that says best what they did. `words` knows how rare words are.
    """
    ranked = finding_sentences(paper, words, 1)
    return ranked[0] if ranked else ""


def finding_sentences(paper: Paper, words: BM25Index, limit: int) -> list[str]:
    """Return at most `limit` sentences of an abstract, the likeliest to say what was found first."""
    sentences = chunks.sentences_of(paper)
    shares = idf.shares(idf.term_weights(paper.title, words), sentences, words)
    scores = [_score(sentences, place, share) for place, share in enumerate(shares)]
    order = sorted(range(len(sentences)), key=lambda place: -scores[place])
    told = [place for place in order if is_assertion(sentences[place])]
    return [sentences[place] for place in (told or order)[:limit]]


def _score(sentences: Sequence[str], place: int, title_share: float) -> float:
    """Return how much a sentence looks like what was found; `title_share` is how much of the title it has."""
    sentence = sentences[place]
    role = dict(zip(roles.COLUMNS, roles.role(sentences, place, roles.focus("")), strict=True))
    own = bool(_OWN.search(sentence))
    cue = {
        "own": own,
        "that": own and bool(_THAT.search(sentence)),
        "finding": role["finding"],
        "outcome": bool(_OUTCOME.search(sentence)),
        "figures": bool(_FIGURES.search(sentence)) and cues.has_figure(sentence),
        "title": title_share,
        "position": role["position"],
        "sums up": bool(_SUMS_UP.match(sentence)),
        "empty": bool(_EMPTY.search(sentence) or _BROKEN.search(sentence)),
        "gap": role["gap"] and not own,
        "aim": role["aim"] and not own,
        "earlier": role["earlier"] and not own,
        "sets out": bool(_SETS_OUT.search(sentence)) and not own,
        "vague": bool(_VAGUE.search(sentence)),
        "others": bool(_OTHERS.match(sentence)) and not own,
        "leans": bool(_LEANS.match(sentence)),
        "size": not _SHORTEST <= len(sentence) <= _LONGEST,
        "opening": not place and not own,
    }
    return sum(_WEIGHTS[name] * float(value) for name, value in cue.items())
