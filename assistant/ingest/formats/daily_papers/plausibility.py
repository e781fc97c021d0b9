"""Two texts of a page that proves itself by nothing else -> whether they read like the title and abstract of one."""

import re

from assistant.ingest.formats.daily_papers import segmentation

_LETTERS = 0.8  # of the characters of an abstract that convinces are letters or spaces
_SHORT, _LONG = 8, 40  # words of an abstract that convinces if it ends as a sentence does, and in any case
_TITLE = re.compile(r"""(?:\w|["“‘'$(*\\¿](?!""))""")  # how a title begins; headings, markup and code begin otherwise
_SENTENCE = re.compile(r"""["“‘'$(\\]*[^\W_a-z]""")  # how a sentence begins: neither small nor with a mark of a list


def convinces(title: str, abstract: str) -> bool:
    """Whether a page most of which is like this is a page of papers."""
    words = len(abstract.split())
    letters = sum(character.isalpha() or character == " " for character in abstract)
    is_prose = letters >= _LETTERS * len(abstract) and (
        words >= _LONG or (words >= _SHORT and segmentation.is_ended(abstract))
    )
    is_title = bool(_TITLE.match(title)) and (
        segmentation.title_score(title, dotted=title.endswith(".")) > 0 or len(abstract) > 2 * len(title)
    )
    return is_prose and is_title


def is_sure(title: str, abstract: str) -> bool:
    """Whether nothing is cut off or shouted either: the title is no half sentence, the abstract is whole ones."""
    capitals = sum(map(str.isupper, abstract))
    return (
        convinces(title, abstract)
        and segmentation.title_score(title) > 0
        and not title[:1].islower()
        and not title.endswith(tuple(".,:;({[="))
        and bool(_SENTENCE.match(abstract))
        and segmentation.is_ended(abstract)
        and 2 * capitals < len(abstract)
    )
