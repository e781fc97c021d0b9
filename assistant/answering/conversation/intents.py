"""The words of a follow-up -> what it wants of the answer before it: others, more, a reason, fewer, another subject."""

import re
from dataclasses import dataclass

from assistant.answering.conversation.turns import Intent

_FLAGS = re.IGNORECASE | re.VERBOSE
_LEAD = re.compile(
    r"^(?:(?:and|but|or|so|ok(?:ay)?|then|now|also|thanks|thank\s+you|great|cool|interesting|right|hm+|well|please"
    r"|yes|sure|fine)\b[\s,.;:!-]*)+",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?<![\s?.!,;:])[\s?.!,;:]+$|(?<![\s,])[\s,]+(?:please|then|though|too|as\s+well)[\s?.!]*$", re.IGNORECASE
)
"""Looks behind itself: a run of marks is read from its beginning only."""
_WORKS = (
    r"(?:papers?|works?|stud(?:y|ies)|articles?|publications?|research|literature|ones?|sources?|authors?|examples?)"
)
_POINTER = r"(?:this|that|it|them|these|those|the\s+(?:same\s+)?(?:topic|subject|matter|question|same))"
_MORE = r"(?:other|others|more|further|another|additional|similar|different)"
_LET_SEE = (
    r"(?:(?:show|give|tell|find|list|name|get)\s+(?:me\s+|us\s+)?"
    r"|(?:are|is)\s+there\s+|do\s+you\s+have\s+|what\s+are\s+)?"
)

_OTHERS = re.compile(
    rf"""^(?:
    {_LET_SEE}(?:any|some|the|all|a\s+few|still|yet)?\s*{_MORE}(?:\s+{_WORKS})?(?:\s+(?:are\s+there|exist))?
    |{_LET_SEE}(?:(?:any|some)\s+)?more\s+{_WORKS}
    |{_LET_SEE}(?:the\s+)?(?:rest|remaining\s+{_WORKS}|remainder|next(?:\s+ones?)?)
    |{_LET_SEE}all(?:\s+of\s+(?:them|these))?
    |(?:which|what)\s+(?:are\s+the\s+)?{_MORE}(?:\s+{_WORKS})?(?:\s+(?:are\s+there|exist|do\s+you\s+have))?
    |(?:who|what|which|any(?:one|body|thing)|some(?:one|body|thing)|nobody)\s+else\b(?P<does>.*?)
    |(?:is|are|has|have|did|does)\s+(?:there\s+)?any(?:one|body|thing)\s+else\b(?P<does2>.*?)
    |more\s+like\s+(?:this|that|these|it)
    )(?:\s+(?:on|about|for|like|to|regarding|in)\s+(?P<topic>.+))?$""",
    _FLAGS,
)
"""What asks for papers beyond those that were shown."""

_MORE_OF_IT = re.compile(
    rf"""^(?:
    (?:can\s+you\s+|could\s+you\s+)?(?:tell|say|explain|show|give)\s+(?:me\s+|us\s+)?(?:a\s+(?:bit|little)\s+|some\s+)?more
      (?:\s+(?:details?|information|of\s+it))?
    |(?:some\s+|any\s+)?more(?:\s+details?|\s+information|\s+please)?|go\s+on|continue|elaborate|keep\s+going|(?:in\s+)?more\s+detail
    |(?:can\s+you\s+|could\s+you\s+)?(?:elaborate|expand)|what\s+(?:else|more)\s+(?:does|do)\s+(?:it|they|{_POINTER}|the\s+{_WORKS})\s+say
    |i(?:'d|\s+would)\s+like\s+to\s+know\s+more|details?
    )(?:\s+(?:about|on|of)\s+(?P<topic>.+))?$""",
    _FLAGS,
)
"""What asks for more of what was said."""

_WHY = re.compile(
    rf"""^(?:why|how\s+come|how\s+so|what(?:'s|\s+is)\s+the\s+(?:reason|cause)(?:\s+(?:for|of)\s+{_POINTER})?
    |why\s+(?:is|was|does|do|did|are|were|would|should|not)\s*(?:{_POINTER}|they|so)?
      (?:\s+(?:so|the\s+case|happen\w*|work\w*|help\w*|matter\w*|that\s+way|be))*
    |what\s+causes?\s+{_POINTER}|what\s+explains\s+{_POINTER}|for\s+what\s+reason)$""",
    _FLAGS,
)
"""What asks for the reason of what was said, and of nothing else."""

_DOUBT = re.compile(
    rf"""^(?:(?:is|are|was|were)\s+(?:{_POINTER}|they|you|we)\s+(?:really\s+|actually\s+|always\s+|generally\s+)?
      (?:true|right|correct|so|certain|sure|the\s+case|proven|established|real|reliable)(?:\s+(?:about\s+{_POINTER}|in\s+general))?
    |really|seriously|true|sure|are\s+you\s+sure|is\s+it|does\s+it(?:\s+really)?|do\s+they(?:\s+really)?|how\s+sure\s+(?:is|are)\s+.{{1,20}}
    |can\s+(?:i|we|one)\s+(?:trust|believe)\s+{_POINTER})$""",
    _FLAGS,
)
"""What asks whether what was said holds."""

_HOLDS = re.compile(
    r"^(?:is|are)\s+(?:it|that|this)\s+(?:really\s+|actually\s+)?(?:true|right|so)\s+(?P<rest>.+)$", re.I
)
"""What asks whether something holds that goes on with what was said."""

_WHICH = re.compile(
    rf"\b(?:which|who|what|any|one|some|none|how\s+many|do\s+any|does\s+any)\s+(?:ones?\s+)?of\s+"
    rf"(?:them|these|those|the(?:se|m)?\s+(?:\w+\s+)?{_WORKS})\b",
    re.IGNORECASE,
)
"""What asks for some of the papers that were shown."""

_NARROW = re.compile(
    rf"""^(?:(?:only|just|limit(?:ed)?\s+(?:it\s+|them\s+|that\s+)?to|restrict(?:ed)?\s+(?:it\s+|them\s+|that\s+)?to)\b\s*
      (?:the\s+|those\s+|these\s+)?(?:{_WORKS}\s+)?(?:that\s+are\s+|which\s+are\s+)?(?P<rest>.+)
    |(?:those|the\s+ones|the\s+papers)\s+(?P<rest2>.+))$""",
    _FLAGS,
)
"""What wants fewer of the papers that were shown."""

_CORRECTION = re.compile(
    r"""^(?:(?:no+(?!-)|nope|sorry|actually|rather|wait|oops|correction|ah|oh|hm+|not\s+quite)\b[\s,.;:!-]*
    |(?:that(?:'s|\s+is)\s+not\s+(?:it|what\s+i\s+(?:meant|asked))|(?:i\s+)?forgot\s+to\s+say)\b[\s,.;:!-]*
    |i\s+(?:mean|meant|was\s+asking|wanted\s+to\s+(?:know|ask)|am\s+asking)\b\s*(?:about\b\s*)?[\s,.;:!-]*)+""",
    _FLAGS,
)
"""What begins a question that mends the one before; the longest such beginning."""
_INSTEAD = re.compile(
    r"^not\s+(?:[^,;.]+?\s+but|[^,;.]+[,;.]+\s*(?:but|i\s+(?:mean|meant|was\s+asking\s+about)))\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_SIBLING = re.compile(r"^(?:what|how)\s+about\s+(?P<topic>.+)$", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:compar\w+|differ\w*|versus|vs|in\s+common|contrast\w*|agree\w*|contradict\w*)\b", re.IGNORECASE
)
_AGAIN = re.compile(r"\b(?:again|repeat|once\s+more|say\s+that\s+again|quote\s+(?:it|that)\s+again)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a follow-up wants, and the words of it that name something."""

    intent: Intent = "continue"
    words: str = ""
    """What it is about, without the words that say what it wants; "" where it names nothing."""


def read(question: str) -> FollowUp:
    """Return what a question on one line wants of the answer before it."""
    plain = _END.sub("", _LEAD.sub("", question)).strip()
    about = _SIBLING.match(plain)
    if about and _OTHERS.match(about["topic"]):
        plain = about["topic"]
    if _AGAIN.search(plain):
        return FollowUp("again", plain)
    match = _CORRECTION.match(plain)
    rest = plain[match.end() :] if match else plain
    instead = _INSTEAD.match(rest)
    if match or instead:
        return FollowUp("correction", (instead["rest"] if instead else rest) or plain)
    if match := _MORE_OF_IT.match(plain):
        return FollowUp("more", _named(match["topic"]))
    if _WHICH.search(plain):
        return FollowUp("which", plain)
    if match := _OTHERS.match(plain):
        return FollowUp("others", _named(match["topic"]))
    if _WHY.match(plain):
        return FollowUp("why")
    if _DOUBT.match(plain):
        return FollowUp("doubt")
    if match := _HOLDS.match(plain):
        return FollowUp("holds", match["rest"].removeprefix("that "))
    if match := _NARROW.match(plain):
        return FollowUp("narrow", match["rest"] or match["rest2"])
    if _COMPARES.search(plain):
        return FollowUp("compare", plain)
    return FollowUp("continue", about["topic"] if about else plain)


def _named(topic: str | None) -> str:
    """Return a topic, "" for one that only points back."""
    return "" if not topic or re.fullmatch(_POINTER, topic, re.IGNORECASE) else topic
