"""Papers -> pages as the site writes them, rows of one paper, and what is read from them."""

import io
from datetime import date
from typing import Any

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest import read

TODAY = date(2026, 3, 1)
SPACED_HEAD = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
    "Daily Papers\n\nbyAK and the research community\n\nNov 11\n\n"
)
COMPACT_HEAD = (
    "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
)
TITLE = "On the Height of Trees"
ABSTRACT = "Trees grow until they stop."
ROW = {"title": TITLE, "abstract": ABSTRACT}
PAPERS = [
    (
        "Counting Rings: How Old Is That Tree?",
        "The age of a tree is usually read from its rings, which means cutting it down. We count them with sound"
        " instead, and on 40 oaks the count is wrong by less than two years. The device fits into a pocket.",
    ),
    (
        r"Faster $\alpha$-Pruning of Hedges with $O(n \log n)$ Cuts",
        "Hedges grow in every direction at once. This work orders the cuts so that none is made twice. In a garden of"
        " 12 hedges the order saves a third of the time, and it is never slower than cutting from left to right.",
    ),
    (
        "PATIENT-Ψ for Moss",
        "Moss is slow. Most methods give up before anything has happened, so their results describe the stones below."
        " We wait for three years and report what grew.",
    ),
]


def read_rows(text: str | bytes, as_of: date | None = None) -> list[Entry | Rejection]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return list(read(["-"], as_of, TODAY, io.BytesIO(data)))


def entry(line: int = 1, title: str = TITLE, abstract: str = ABSTRACT, **listing: Any) -> Entry:
    """What a row of the paper gives."""
    return Entry(Listing("-", line, title, **listing), abstract)


def texts(text: str) -> list[tuple[str, str]]:
    """Title and abstract of every paper, none of which may be rejected."""
    return [(row.listing.title, row.abstract) for row in read_rows(text) if isinstance(row, Entry)]


def spaced(papers: list[tuple[str, str]], *below: str) -> str:
    return "\n\n".join("\n\n".join((*paper, *below)) for paper in papers)


def compact(papers: list[tuple[str, str]]) -> str:
    return "\n".join("\n".join(paper) for paper in papers)
