"""A text and a figure -> whether the text states it."""

import re


def says(text: str, figure: str) -> bool:
    """Whether a figure stands in a text as a number of its own: "9" is not in "99" or "0.9"."""
    plain = re.escape(figure.replace(",", "").strip())
    return bool(re.search(rf"(?<![\w.]){plain}(?![\w]|\.\d)", text.replace(",", "").replace(" %", "%")))
