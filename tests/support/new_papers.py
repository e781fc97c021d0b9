"""A library about three things that have nothing in common, made by rule, with a title that acts where it can."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from support import libraries
from support.libraries import HashedWords

from assistant.domain.records import Entry, Listing

SUBJECTS = {
    "sourdough bread": "Flour and yeast ferment. We show that sourdough bread rises {n} percent more with warm water.",
    "honey bees": "Hives and nectar are counted. We find that honey bees visit {n} flowers more on warm days.",
    "tidal rivers": "Sluices hold the water. We observe that tidal rivers carry {n} tons more silt in spring.",
}
"""Subject -> the abstracts about it."""
EVIL = "</script><script>alert(1)</script>\x1b[31m <img src=x onerror=alert(2)> honey bees"
"""A title that would act if it could."""
EACH = 5


def entries() -> list[Entry]:
    """Five papers a subject, the first of each without a date, the others ten days apart from 2025-01-01."""
    rows = []
    for place, (subject, abstract) in enumerate(SUBJECTS.items()):
        for number in range(EACH):
            line = place * EACH + number + 1
            day = date(2025, 1, 1) + timedelta(10 * line) if number else None
            title = EVIL if (place, number) == (1, 4) else f"Part {line} of notes on {subject}"
            rows.append(
                Entry(Listing("made.jsonl", line, title, day), abstract.format(n=line), f"id{line}", url=_url(line))
            )
    return rows


def _url(line: int) -> str | None:
    return "javascript:alert(3)" if line == 2 else f"https://example.org/{line}" if line % 2 else None


def made(folder: Path, rows: Sequence[Entry] | None = None) -> Path:
    """Put the library into a folder; the embedder is that of `ASSISTANT_EMBEDDER=hashing` with fewer numbers."""
    libraries.ingest(folder, entries() if rows is None else rows, HashedWords(256))
    return folder
