"""What readers say of a paper: tags, notes, and that it was read; and what may be a tag or a note."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.domain.errors import UsageError
from assistant.domain.limits import excess
from assistant.domain.sanitize import sanitize

TAG_LIMIT = 100
"""Characters of a tag."""
NOTE_LIMIT = 20_000
"""Characters of a note; a page of text has some 3,000."""
NOTES_LIMIT = 200
"""Notes of a paper."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader wrote about a paper."""

    text: str
    at: datetime
    """When it was written, with its zone."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """All that readers say of one paper; the default is nothing."""

    tags: tuple[str, ...] = ()
    """In the order in which they were added. A tag with a slash is within another: "thesis/chapter 2"."""
    notes: tuple[Note, ...] = ()
    """In the order in which they were written."""
    read: datetime | None = None
    """When it was marked as read, with its zone; None where it is not."""

    @property
    def is_empty(self) -> bool:
        """Whether they say nothing."""
        return not (self.tags or self.notes or self.read)

    @property
    def texts(self) -> tuple[str, ...]:
        """All words of them: tags, then notes."""
        return (*self.tags, *(note.text for note in self.notes))

    def with_tags(self, add: Iterable[str] = (), remove: Iterable[str] = ()) -> "Annotations":
        """Return these with tags more and less, whatever their case.

        >>> Annotations(("RLHF", "to read")).with_tags(["rlhf", "thesis"], ["To Read"]).tags
        ('RLHF', 'thesis')
        """
        gone = {tag_key(tag) for tag in remove}
        tags = {tag_key(tag): tag for tag in reversed((*self.tags, *add))}
        order = dict.fromkeys(tag_key(tag) for tag in (*self.tags, *add))
        return replace(self, tags=tuple(tags[key] for key in order if key not in gone))

    def joined(self, other: "Annotations") -> "Annotations":
        """Return what is said of a paper that turns out to be the same as another: everything, each once."""
        notes = tuple(sorted(dict.fromkeys((*self.notes, *other.notes)), key=lambda note: note.at))
        read = min((at for at in (self.read, other.read) if at), default=None)
        return replace(self.with_tags(other.tags), notes=notes, read=read)


NOTHING = Annotations()
"""What is said of a paper that nobody has said anything of."""


def clean_tag(typed: str) -> str:
    """Return a tag as it is kept: on one line, without white space around its parts; raises `UsageError` for none.

    >>> clean_tag("  thesis / chapter  2 ")
    'thesis/chapter 2'
    """
    if sanitize(typed) != typed or "\n" in typed:
        raise UsageError(f"{typed[:40]!r} is no tag", cause="it has characters that cannot be seen")
    parts = [" ".join(part.split()) for part in unicodedata.normalize("NFC", typed).split("/")]
    if not all(parts):
        raise UsageError(f"{typed[:40]!r} is no tag", cure="write it like thesis, or thesis/methods within thesis")
    tag = "/".join(parts)
    if reason := excess(tag, TAG_LIMIT):
        raise UsageError(f"the tag {tag[:40]!r}… {reason}")
    return tag


def clean_note(typed: str) -> str:
    """Return the text of a note as it is kept; raises `UsageError` for one that is empty or too long."""
    text = sanitize(typed).strip()
    if not text:
        raise UsageError("the note is empty")
    if reason := excess(text, NOTE_LIMIT):
        raise UsageError(f"the note {reason}")
    return text


def tag_key(tag: str) -> str:
    """Return what two spellings of one tag have in common.

    >>> tag_key("RLHF") == tag_key("rlhf")
    True
    """
    return tag.casefold()


def is_within(tag: str, outer: str) -> bool:
    """Whether a tag is another, in any case, or within it.

    >>> is_within("Thesis/methods", "thesis"), is_within("theses", "thesis")
    (True, False)
    """
    return f"{tag_key(tag)}/".startswith(f"{tag_key(outer)}/")
