"""Paper -> its chunks, which have a vector each: title and abstract, passages of an abstract that is longer than
embedders read, and the passages of its full text."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain import sentences
from assistant.domain.full_texts import PASSAGE, Passage
from assistant.domain.records import Paper

SCHEME = "paper+passages/1"
"""Named in the library's fingerprint: another scheme means other vectors."""

MOST_SENTENCES = 40
"""Sentences of an abstract that are searched for support and cut into passages; an abstract has about 8. The rest of a
pasted full text stays searchable by words."""
_WHOLE = 2_200
"""Characters of a text that is one chunk: in the vocabulary of BERT about 480 tokens, as nine in ten abstracts. An
embedder that reads the first half of such a text finds it as well (see models/onnx/published.py)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a paper that has a vector of its own."""

    paper_id: str
    number: int
    """0 for title and abstract, then 1, 2, ... for the passages of a long one, then those of the full text."""
    text: str
    """What is embedded: the title, and the abstract or a passage."""

    @property
    def id(self) -> str:
        """`<paper id>#<number>`: unique in a library."""
        return chunk_id(self.paper_id, self.number)


def chunk_id(paper_id: str, number: int) -> str:
    """Return the id of a chunk of a paper."""
    return f"{paper_id}#{number}"


def split(paper: Paper, passages: Sequence[Passage] = ()) -> tuple[Chunk, ...]:
    """Return the chunks of `paper`: title and abstract, passages of whole sentences where these are long, and the
    `passages` of its full text."""
    texts = _of_abstract(paper.title, paper.abstract)
    texts += [f"{paper.title}\n{passage.text}" for passage in passages]
    return tuple(Chunk(paper.id, number, text) for number, text in enumerate(texts))


def count(title: str, abstract: str, passages: int) -> int:
    """Return how many chunks a paper has with this title and abstract, and so many passages of its full text."""
    return len(_of_abstract(title, abstract)) + passages


def count_of(paper: Paper) -> int:
    """Return how many chunks a paper has."""
    return count(paper.title, paper.abstract, paper.full_text.count if paper.full_text else 0)


def sentences_of(paper: Paper) -> tuple[str, ...]:
    """Return the sentences of the abstract, at most `MOST_SENTENCES`."""
    return tuple(paper.abstract[start:end] for start, end in sentences.split(paper.abstract)[:MOST_SENTENCES])


def _of_abstract(title: str, abstract: str) -> list[str]:
    return [f"{title}\n{abstract}", *(f"{title}\n{passage}" for passage in _passages(title, abstract))]


def _passages(title: str, abstract: str) -> list[str]:
    """Return the first `MOST_SENTENCES` of a long text in runs of at least one, which with the title are no longer than
    a passage; none of a text that is one chunk."""
    if len(title) + 1 + len(abstract) <= _WHOLE:
        return []
    most = PASSAGE - len(title)
    runs: list[tuple[int, int]] = []
    for start, end in sentences.split(abstract)[:MOST_SENTENCES]:
        if runs and end - runs[-1][0] <= most:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [abstract[start:end] for start, end in runs]
