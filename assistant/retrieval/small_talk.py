"""What is typed -> the kind of small talk that it is and nothing else: thanks, a greeting, a farewell."""

import re
from collections.abc import Sequence
from typing import Literal

SmallTalk = Literal["thanks", "assent", "greeting", "farewell", "help"]

_KIND = r"(?:that(?:'s|\ is|\ was)\ (?:very\ |really\ )?(?:helpful|great|interesting|useful|good|nice|all|it|fine))"
_PATTERNS: Sequence[tuple[SmallTalk, str]] = (
    (
        "thanks",
        rf"""(?:(?:many|ok(?:ay)?|great|perfect|cool|alright|all\ right)[,\s]+)?
        (?:thanks?|thank\ you|thx|cheers|ty|much\ appreciated
        |merci(?:\ beaucoup)?|danke(?:\ schön|\ sehr)?|(?:muchas\ )?gracias|grazie(?:\ mille)?|obrigad[oa]|bedankt)
        (?:\s+(?:a\ lot|so\ much|very\ much|you|again|for\ (?:that|the\ help|your\ help)))?
        (?:[,.!\s]+(?:{_KIND}|bye|goodbye))?""",
    ),
    (
        "assent",
        rf"""(?:oh|ah|hm+|ok(?:ay)?|k|right|sure|fine|yes|yep|yeah|no|nope|cool|great|nice|perfect|awesome|good|wow
        |got\ it|i\ see|understood|makes\ sense|interesting|never\ ?mind|alright|all\ right|{_KIND}
        |very\ (?:good|nice|interesting))
        (?:[,\s]+(?:got\ it|good|great|i\ see|fine|then|cool|makes\ sense|{_KIND}))?""",
    ),
    (
        "greeting",
        r"""(?:hi|hello|hey|hallo|good\ (?:morning|afternoon|evening|day)|greetings|howdy|bonjour|hola|guten\ tag)
        (?:[,\s]+(?:there|assistant|everyone|again|you))?(?:[,.!\s]+how\ are\ you(?:\ doing)?(?:\ today)?)?
        |how\ are\ you(?:\ doing)?(?:\ today)?""",
    ),
    (
        "farewell",
        r"""(?:good\ ?bye|bye(?:[\s-]+bye)?|see\ you(?:\ later)?|exit|quit|:q|good\ night|ciao
        |tschüss|auf\ wiedersehen|au\ revoir|adi[oó]s
        |that(?:'s|\ is)\ all\ for\ (?:now|today))(?:[,\s]+(?:now|then|thanks|thank\ you))?|exit\(|quit\(""",
    ),
    (
        "help",
        r"""(?:help|help\ me|what\ (?:can|do)\ you\ do|what\ can\ i\ (?:ask|do)(?:\ (?:you|here))?|who\ are\ you
        |what\ are\ you|how\ do(?:es)?\ (?:this|it|you)\ work|how\ do\ i\ use\ (?:this|you|it))""",
    ),
)


def read(words: str) -> SmallTalk | None:
    """Return the kind of small talk that words on one line, without their mark, are; None for a question."""
    for kind, pattern in _PATTERNS:
        if re.fullmatch(pattern, words, re.IGNORECASE | re.VERBOSE):
            return kind
    return None
