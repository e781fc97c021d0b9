"""Paper -> its chunks, which have a vector each: the whole, and passages where a text is longer than embedders read."""

from dataclasses import dataclass

from assistant.domain import sentences
from assistant.domain.records import Paper

SCHEME = "paper+passages/1"
"""Named in the library's fingerprint: another scheme means other vectors."""

MOST_SENTENCES = 40
"""Sentences of an abstract that are searched for support and cut into passages; an abstract has about 8. The rest of a
pasted full text stays searchable by words."""
_WHOLE = 2_200
"""Characters of a text that is one chunk: in the vocabulary of BERT about 480 tokens, as nine in ten abstracts. An
embedder that reads the first half of such a text finds it as well (see models/onnx/published.py)."""
_PASSAGE = 1_000
"""Characters of a passage of a longer one, its title included: about 220 tokens, which all embedders read."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a paper that has a vector of its own."""

    paper_id: str
    number: int
    """0 for the whole paper, then 1, 2, ... for the passages of a long one."""
    text: str
    """What is embedded: the title, and the abstract or a passage of it."""

    @property
    def id(self) -> str:
        """`<paper id>#<number>`: unique in a library."""
        return f"{self.paper_id}#{self.number}"


def split(paper: Paper) -> tuple[Chunk, ...]:
    """Return the chunks of `paper`: the whole, then passages of whole sentences where the text is long."""
    return of_text(paper.id, paper.title, paper.abstract)


def of_text(id: str, title: str, abstract: str) -> tuple[Chunk, ...]:
    """Return the chunks of the paper with this id, title and abstract."""
    whole = f"{title}\n{abstract}"
    texts = [whole, *(f"{title}\n{passage}" for passage in _passages(title, abstract))]
    return tuple(Chunk(id, number, text) for number, text in enumerate(texts))


def sentences_of(paper: Paper) -> tuple[str, ...]:
    """Return the sentences of the abstract, at most `MOST_SENTENCES`."""
    return tuple(paper.abstract[start:end] for start, end in sentences.split(paper.abstract)[:MOST_SENTENCES])


def _passages(title: str, abstract: str) -> list[str]:
    """Return the first `MOST_SENTENCES` of a long text in runs of at least one, which with the title are no longer than
    a passage; none of a text that is one chunk."""
    if len(title) + 1 + len(abstract) <= _WHOLE:
        return []
    most = _PASSAGE - len(title)
    runs: list[tuple[int, int]] = []
    for start, end in sentences.split(abstract)[:MOST_SENTENCES]:
        if runs and end - runs[-1][0] <= most:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [abstract[start:end] for start, end in runs]
