"""The words of a question -> what they refer back to: numbers, places in a list, pronouns, things left out."""

import re

_FLAGS = re.IGNORECASE | re.VERBOSE

NUMBER = re.compile(r"\[(\d{1,4})\] | \b(?:papers?|sources?|citations?|references?)\s+\#?(\d{1,3})\b", _FLAGS)
"""A paper named by its number: "[2]", "paper 2"."""

PLACES = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "ninth": 8, "9th": 8,
    "tenth": 9, "10th": 9, "last": -1,
}  # fmt: skip
"""Word -> place in a list, 0-based."""

_THINGS = r"""(?:papers?|ones?|stud(?:y|ies)|works?|articles?|methods?|approach(?:es)?|techniques?|systems?|results?
  |sources?|citations?|references?|of\s+(?:them|those|these))"""
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5}
SEVERAL = re.compile(rf"\bthe\s+(?P<end>first|last|top)\s+(?P<count>{'|'.join(_COUNTS)}|[2-9])\b", _FLAGS)
"""Papers named by their places together: "the first two"."""

PLACE = re.compile(
    rf"""\b(?:the|that|your)\s+(?:very\s+)?(?!(?:first|last)\s+(?:{"|".join(_COUNTS)}|\d)\b)
    (?:(?P<place>{"|".join(PLACES)})\s*
       (?:{_THINGS}\b(?!\s+(?:on|of|about|in|for|to|that|which|with|by)\b)|(?=[?.,;:!]|$|(?:and|or)\b|(?:use|do)\s*[?.!,]))
    |(?P<pair>former|latter)\b)""",
    _FLAGS,
)
"""A paper named by its place: "the second one", "the latter"."""

BACK = re.compile(r"\b(?:back\s+to|earlier|at\s+the\s+(?:start|beginning)|originally|(?:very|your)\s+first)\b", _FLAGS)
"""What makes a place one of the whole conversation rather than of the last answer."""

BOTH = re.compile(
    r"""\b(?:(?:both|the\s+two)(?=\s*(?:[?.!,;:]|$|papers?\b|works\b|studies\b|methods\b|approaches\b|of\s+(?:them|these)\b))
    |these\s+two|those\s+two|all\s+of\s+(?:them|these)|any\s+of\s+(?:them|these))""",
    _FLAGS,
)
"""All papers of the last answer."""

CITE = re.compile(
    r"""\b(?:cite|citation|source|reference|(?:which|what)\s+paper
    |who\s+(?:says|said|showed|shows|found|proposed|wrote|claims?)
    |where\s+(?:is|was|does)\s+(?:that|this|it)|according\s+to\s+whom)\b""",
    _FLAGS,
)
"""What asks where something was said."""

REJECTED = re.compile(r"\b(?:not|rather\s+than|instead\s+of)\s+(?:the\s+)?([\w-]+)", _FLAGS)
"""What a correction takes back."""

ANNOUNCED = re.compile(
    r"""^\s*(?:ok(?:ay)?|right|thanks?|thank\s+you|great|fine|now|next|anyway|cool)?[\s,.;:!-]*
    (?:(?:an?\s+)?(?:completely\s+|totally\s+)?
       (?:different|another|new|unrelated|separate|other)\s+(?:question|topic|thing|subject)
    |chang(?:e\s+of|ing)\s+(?:topic|subject)|switching\s+(?:topics?|gears|subjects?)|moving\s+on|something\s+else
    |unrelated(?:ly)?|on\s+another\s+(?:note|topic)|next\s+topic)\s*(?:[,.;:!]+\s*|[-–—]+\s+)""",
    _FLAGS,
)
"""The words that announce a new subject."""

_BEFORE = r"^\s*(?:(?:ok(?:ay)?|hmm+|thanks|right|cool|great|interesting)[,.;:!\s]+)*"
ELLIPSIS = re.compile(
    _BEFORE
    + r"""(?:and\b|but\b|or\b|so\b|also\b|then\b|(?:what|how)\s+about\b|which\s+(?:ones?|of)\b|what\s+else\b
    |any(?:thing)?\s+else\b|same\s+(?:for|question|thing)\b
    |(?:with|without|for|in|on|using|under|from|at|by|through|via|until|since|during|after|before|of|to)\s+(?:[\w'-]+\s+){0,3}[\w'-]+\s*\?*\s*$)""",
    _FLAGS,
)
"""How a question begins that leaves out what it is about."""

MAYBE_ELLIPSIS = re.compile(
    _BEFORE
    + r"""(?:why\b|how\s+so\b|how\s+come\b|more\b|for\s+(?:what|which|whom)\b|on\s+(?:what|which)\b
    |(?:by\s+)?how\s+much\b|in\s+what\b|anything\b)""",
    _FLAGS,
)
"""How a question begins that leaves out what it is about, unless it says that itself."""

DEFINITION = re.compile(
    r"^\s*(?:what\s+(?:is|are)|explain|define|describe)\s+(?!(?:the|its|their|that|this|these|those|it|they|them)\b)",
    _FLAGS,
)
"""What asks for a term by its name."""

_AFTER = r"""(?=\s*[?.!,;:]|\s*$|\s+(?:is|are|was|were|does|do|did|need|use|used|work|works|require|have|has|with|for|on
  |in|to|handle|help|scale|compare|differ|say|report|perform|evaluated|tested|trained|than|and|or|itself)\b)"""
PRONOUN = re.compile(
    rf"""\b(?:it|its|itself|they|them|their|theirs|he|she|his|her)\b
    |\b(?:this|that|these|those|such|said)\s+(?:same\s+)?
      (?:papers?|authors?|methods?|approach(?:es)?|stud(?:y|ies)|works?|techniques?|results?|findings?|idea|framework
      |systems?|benchmark|datasets?|data\s+set|model|algorithm|ones?|claim|trick|survey)\b
    |\bthe\s+(?:same\s+)?(?:papers?|authors?|methods?|approach(?:es)?|stud(?:y|ies)|techniques?|survey|ones?){_AFTER}
    |\b(?:this|that|these|those)(?=\s*[?.!,;]|\s*$|\s+(?:is|are|was|were|does|do|did|work|works|compare|differ|mean
      |help|need|hold|scale|with|for|on|in|to|be|also|too|still)\b)
    |\b(?:does|is|are|do|did|was|can|could|would|why|how|has|have)\s+(?:this|that|these|those)\b
    |\b(?:others?|another|else|instead|similar(?:ly)?|alternatives?|the\s+same|as\s+well|too)\b""",
    _FLAGS,
)
"""What stands for something said before, unless that is in the question itself."""

SUBJECT = re.compile(
    r"""\b(?:do|does|did|is|are|was|were|can|could|will|would|have|has|had|should|might|may)(?:n't)?\s+
    (?:it|they|he|she|this|that|these|those)\b""",
    _FLAGS,
)
"""A pronoun as the subject of a question: what it stands for is not in the same clause."""

FUNCTION = re.compile(
    r"""\b(?:how|many|much|often|long|well|far|what|which|who|whom|whose|when|where|why|do|does|did|done|can|could|will
    |would|should|may|might|must|have|has|had|i|we|you|one|my|our|your|me|us|any|some|more|most|than|then|so|also|just
    |really|exactly|actually|please|ok|okay|about|there|here|from|other|get|got|say|says|tell|give|use|used|work|works
    |paper|papers|method|methods|approach|approaches|result|results)\b""",
    _FLAGS,
)
"""Words that say nothing of a subject, beyond those that the word index leaves out."""

GENERIC = re.compile(
    r"\b(?:models?|learning|networks?|data|training|language|neural|large|deep|tasks?|systems?|algorithms?|agents?)\b",
    re.IGNORECASE,
)
"""Words that so many subjects share that they tell none from another."""

POINTERS = re.compile(
    r"""\[\d+\]|\b(?:first|second|third|fourth|fifth|last|former|latter|ones?|two|three|both|compare[ds]?|differ\w*|tell|like|true
    |summar\w*|gist|really|also|even|too|still|same|happen\w*|occur\w*|instead|others?|else|why|mean\w*|do|them|those|these|its|under
    |propos\w*|suggest\w*|show\w*|find|finds|found|claim\w*|introduc\w*|present\w*|conclud\w*|argu\w*|stud(?:y|ies|ied)
    |explain\w*|report\w*|discuss\w*|describ\w*|before|previous|earlier|above|next|authors?|kinds?|types?|sorts?|things?|exactly|precisely)\b""",
    _FLAGS,
)
"""Words of a follow-up that point back or join, and name nothing."""

MEANS = re.compile(
    r"\b(?:ways?|means|methods?|techniques?|approach(?:es)?|tricks?|solutions?|attempts?|how)\s+(?:to|of|for)\s+\w+(?:\s+\w+)?\s*$",
    re.IGNORECASE,
)
"""What ends before a pronoun and holds nothing that it may stand for: "ways to speed" before "it up"."""

EXPLETIVE = re.compile(
    r"""\b(?:is|was|would|could|can|may|might)\s+it\s+(?:be\s+)?(?:even\s+|ever\s+|always\s+)?
      (?:possible|impossible|worth|useful|better|best|enough|true|safe|necessary|hard|easy|feasible|wise|helpful|harmful
      |common|known|likely)\b
    |\bdoes\s+it\s+(?:make\s+sense|matter|help|pay|hurt|work)\s+(?:to|if|when|whether|that)\b
    |\bit\s+(?:is|was|would\s+be|might\s+be)\s+\w+\s+(?:to|that|for)\b
    |\bmak(?:e|es|ing)\s+it\s+(?:\w+\s+){0,2}(?:to|for|that)\b""",
    _FLAGS,
)
"""An "it" that stands for nothing."""


def before_means(words: str) -> str:
    """Return of the words before a pronoun those that may name what it stands for.

    >>> before_means("Which moss papers propose ways to speed"), before_means("Why does moss grow where")
    ('Which moss papers   ', 'Why does moss grow where')
    """
    means = MEANS.search(words)
    return POINTERS.sub(" ", words[: means.start()]) if means else words


def count(match: re.Match[str]) -> int:
    """Return how many papers a match of `SEVERAL` means."""
    return _COUNTS.get(match["count"].lower()) or int(match["count"])


def several(match: re.Match[str]) -> slice:
    """Return which part of a list a match of `SEVERAL` means."""
    return slice(-count(match), None) if match["end"].lower() == "last" else slice(0, count(match))
