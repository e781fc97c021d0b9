"""Paper -> its chunks: the whole paper first, then each sentence of the abstract, with stable ids and offsets."""

from dataclasses import dataclass

from assistant import sentences
from assistant.records import Paper

SCHEME = "whole+sentences/1"
"""Named in the library's fingerprint: another scheme means other vectors."""

MOST_SENTENCES = 40  # an abstract has about 8; the rest of a pasted full text stays searchable by words


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a paper that has a vector of its own."""

    paper_id: str
    number: int
    """0 for the whole paper, then 1, 2, ... for the sentences of its abstract."""
    start: int
    end: int
    """Offsets into `text(paper)`, end exclusive."""

    @property
    def id(self) -> str:
        """`<paper id>#<number>`: unique in a library."""
        return f"{self.paper_id}#{self.number}"


def text(paper: Paper) -> str:
    """Return what is embedded for a paper: its title, a line end, its abstract."""
    return f"{paper.title}\n{paper.abstract}"


def split(paper: Paper) -> tuple[Chunk, ...]:
    """Return the chunks of `paper`: the whole, then its first `MOST_SENTENCES` sentences."""
    offset = len(paper.title) + 1
    spans = sentences.split(paper.abstract)[:MOST_SENTENCES]
    whole = Chunk(paper.id, 0, 0, len(text(paper)))
    return (
        whole,
        *(Chunk(paper.id, number, offset + start, offset + end) for number, (start, end) in enumerate(spans, 1)),
    )
