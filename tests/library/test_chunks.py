"""Paper -> its chunks, their vectors in one table, and the sentences of its abstract with theirs."""

import numpy as np
from support.libraries import HashedWords

from assistant.domain.records import Paper
from assistant.library import abstracts, bm25, chunks, embeddings
from assistant.library.abstracts import Abstract

SENTENCES = [
    f"Sentence {number} tells how moss {number} grows on the granite of wall {number}." for number in range(60)
]
SHORT = Paper("short", "Moss", " ".join(SENTENCES[:10]))
LONG = Paper("long", "Moss and granite", " ".join(SENTENCES))
BARE = Paper("bare", "Only a title", "")


def test_a_paper_is_one_chunk_and_a_long_one_has_passages_too() -> None:
    assert [(chunk.id, chunk.text) for chunk in chunks.split(SHORT)] == [("short#0", f"Moss\n{SHORT.abstract}")]
    assert [chunk.text for chunk in chunks.split(BARE)] == ["Only a title\n"]
    whole, *passages = chunks.split(LONG)
    assert whole.text == f"Moss and granite\n{LONG.abstract}"
    assert [chunk.id for chunk in passages] == [f"long#{number}" for number in range(1, len(passages) + 1)]
    titles, texts = zip(*(chunk.text.split("\n") for chunk in passages), strict=True)
    assert set(titles) == {"Moss and granite"}
    assert " ".join(texts) == " ".join(SENTENCES[: chunks.MOST_SENTENCES])
    assert max(len(chunk.text) for chunk in passages) <= 1_001
    assert chunks.sentences_of(LONG) == tuple(SENTENCES[: chunks.MOST_SENTENCES])


def test_the_cosine_of_a_paper_is_that_of_its_nearest_chunk() -> None:
    embedder, papers = HashedWords(), [SHORT, LONG, BARE, LONG]
    matrices = [embedder.embed([chunk.text for chunk in chunks.split(paper)]) for paper in papers]
    rows = [(str(number), embeddings.encode(matrix)) for number, matrix in enumerate(matrices)]
    table = embeddings.vector_table([*rows, ("gone", None)], embedder.dimension)
    assert table.ids == ("0", "1", "2", "3", "gone")
    assert np.allclose(table.wholes[:4], [matrix[0] for matrix in matrices], atol=1e-3)
    questions = embedder.embed([SENTENCES[33], "moss", "a title"])
    expected = [[float((matrix @ question).max()) for matrix in matrices] + [0.0] for question in questions]
    assert np.allclose(table.cosines(questions), expected, atol=1e-3)
    assert np.allclose(table.cosines(questions[0]), expected[0], atol=1e-3)
    assert table.cosines(questions[0])[1] > float(table.wholes[1] @ questions[0])


def test_vectors_of_sentences_are_computed_when_asked_for_and_once() -> None:
    embedder = HashedWords()
    papers = [SHORT, BARE, LONG]
    whole, words = np.zeros(32, np.float32), bm25.build_index([], None)
    read = [Abstract(paper, chunks.sentences_of(paper), whole, embedder, words) for paper in papers]
    assert embedder.read == []
    abstracts.embed_sentences(read)
    assert embedder.read == [*SENTENCES[:10], *SENTENCES[: chunks.MOST_SENTENCES]]
    assert [abstract.vectors.shape for abstract in read] == [(10, 32), (0, 32), (40, 32)]
    abstracts.embed_sentences(read)
    assert len(embedder.read) == 50
    assert np.array_equal(read[2].vectors, HashedWords().embed(SENTENCES[: chunks.MOST_SENTENCES]))
