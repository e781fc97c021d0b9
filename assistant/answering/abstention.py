"""A sentence of a model's answer -> whether it says that the sources hold no answer, in whatever words.

Read in English, German, French and Spanish. A sentence that says so beside an answer tells what is missing; it is no
claim about a paper, unless it repeats what a paper denies.
"""

import re

_SOURCES = (
    r"(?:(?:the|these|this|those|any|none|no|of|provided|given|above|numbered|available|listed|retrieved|cited) ){0,4}"
    r"(?:sources?|abstracts?|papers?|documents?|texts?|passages?|contexts?|excerpts?|sentences|library|information)"
)
_HOLD = (
    r"(?:hold|contain|provide|include|mention|answer|address|discuss|specify|state|say|give|report|cover|describe"
    r"|indicate|offer|disclose|explain|compare|clarify|identify|detail|list|name|reveal|tell)(?:s|es|d|ed)?"
)
_HELD = (
    r"(?:mentioned|found|stated|specified|provided|given|addressed|answered|discussed|described|covered|included"
    r"|reported|available|contained|present|disclosed|explained|listed)"
)
_OPENINGS = (
    r"(?:(?:unfortunately|however|but|sorry|i[’']?m sorry|based on [^,]{1,60}|according to [^,]{1,60}|in short"
    r"|the answer:?),? )*"
)
_NOT = r"(?:(?:do|does|did|is|are|was|were|can|could|has|have)(?: not|n[’']t)|cannot|never|fails? to|lacks?)"
_I_CANNOT = (
    r"(?:cannot|can[’']t|can not|could not|couldn[’']t|am unable to|are unable to|was unable to|do not|don[’']t"
    r"|did not|didn[’']t)"
)
_THERE_IS_NO = r"there(?: is|[’']s| was| are) (?:no|not (?:enough|any|sufficient)|insufficient)"
_FACTS = r"(?:information|answer|mention|evidence|data|details?|sources?|statement|indication)"
_PATTERNS = (
    rf"^{_OPENINGS}{_SOURCES}(?: \w+){{0,2}}? {_NOT}(?: \w+){{0,3}}? (?:{_HOLD}|enough|sufficient|any)\b",
    rf"^{_OPENINGS}{_SOURCES} (?:says?|holds?|contains?|gives?|tells?|offers?|has|have) (?:nothing|no)\b",
    rf"\b(?:none|neither|nothing) (?:of|in|from) {_SOURCES}\b",
    rf"\bno {_SOURCES} (?:\w+ ){{0,3}}?{_HOLD}\b",
    rf"\b(?:not|n[’']t|never|nowhere)(?: \w+){{0,3}}? {_HELD}(?: \w+){{0,3}}? (?:in|by|from|within) {_SOURCES}\b",
    rf"\b(?:i|we) {_I_CANNOT} (?:\w+ ){{0,2}}?(?:find|answer|determine|provide|know|see|locate|identify|tell|have)\b",
    rf"\b{_THERE_IS_NO} (?:\w+ ){{0,3}}?{_FACTS}\b",
    r"\bno (?:specific |direct |relevant |explicit |such )*(?:information|answer|mention|details?)(?: \w+){0,6}?"
    r" (?:is|are|was|were|has been|can be)\b",
    rf"^(?:not|none) {_HELD}\b",
    r"^(?:the )?answer (?:is not|isn[’']t|cannot be|can[’']t be|could not be)\b",
    r"\b(?:is|was) not possible to (?:answer|determine|say|tell)\b",
    r"^(?:no answer|none|unknown|insufficient (?:information|evidence)|n/?a|no information)\W*$",
    # German
    r"\b(?:die|diese|den) (?:\w+ )?(?:quellen|texten?|abstracts|artikeln?|arbeiten|bibliothek)\b.{0,60}\b"
    r"(?:nicht|keine?n?)\b",
    r"\bich kann\b.{0,60}\b(?:nicht|keine)\b.{0,40}\b(?:finden|beantworten)\b",
    r"\bkeine (?:antwort|angaben|information(?:en)?)\b",
    # French
    r"\b(?:les|ces) (?:sources|textes|résumés|articles|documents)\b.{0,40}\bne\b.{0,40}\bpas\b",
    r"\bje ne (?:peux|trouve|sais)\b.{0,30}\bpas\b|\baucune (?:information|réponse|source)\b",
    # Spanish
    r"\b(?:las|los|estas|estos) (?:fuentes|textos|resúmenes|artículos|documentos)(?: \w+){0,2} no\b",
    r"\bno (?:puedo|encuentro|se encuentra|se menciona)\b|\bninguna (?:información|respuesta|fuente)\b",
)
_ABSTAINS = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.IGNORECASE)
_NO_EVIDENCE = re.compile(r"\bno (?:\w+ ){0,3}?(?:evidence|indication)\b", re.IGNORECASE)
_OF_SOURCES = re.compile(rf"\b{_SOURCES}\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:no|not|cannot|none|never|neither|nor|nothing|without|lacks?|fail(?:s|ed)?|absence)\b|n[’']t\b", re.IGNORECASE
)
_LONGEST = 600
"""Characters of such a sentence; what is longer says something."""


def says_missing(sentence: str) -> bool:
    """Whether a sentence says that the sources do not answer, or not a part of the question.

    >>> [says_missing(text) for text in ("I cannot find it in the sources.", "The model does not mention its size.")]
    [True, False]
    """
    words = " ".join(sentence.split()).strip("*_\"'“” ")
    return len(words) <= _LONGEST and _ABSTAINS.search(words) is not None


def repeats(sentence: str, source: str) -> bool:
    """Whether a sentence that says so and cites a sentence of a source may repeat what that one denies.

    >>> repeats("There is no evidence of overfitting.", "We do not observe overfitting.")
    True
    >>> repeats("There is no evidence of it in the sources.", "We do not observe overfitting.")
    False
    """
    if says_missing(source):
        return True
    speaks_of_sources = _OF_SOURCES.search(sentence) is not None
    return bool(_NO_EVIDENCE.search(sentence) and _DENIES.search(source)) and not speaks_of_sources
