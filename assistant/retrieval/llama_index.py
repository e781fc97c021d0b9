"""A library -> a llama-index retriever: one node a paper, for any llama-index query engine."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.domain.records import Evidence
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.retrieval import retriever


class LibraryRetriever(BaseRetriever):  # type: ignore[misc]  # llama-index is not followed by the type checker
    """Finds papers by words and vectors as `assistant search` does; one node a paper, for any llama-index query engine.

    >>> engine = RetrieverQueryEngine.from_args(LibraryRetriever(library, embedder), llm=llm)  # doctest: +SKIP
    """

    def __init__(self, library: LibrarySnapshot, embedder: Embedder, limit: int = 8) -> None:
        """`limit` is how many papers a query gets at most."""
        super().__init__()
        self._library = library
        self._embedder = embedder
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        evidence = retriever.search(self._library, self._embedder, query_bundle.query_str, self._limit)
        return [NodeWithScore(node=_node(item), score=item.score) for item in evidence]


def _node(item: Evidence) -> TextNode:
    paper = item.paper
    facts = {"title": paper.title, "date": paper.date.isoformat() if paper.date else "", "key": item.key}
    return TextNode(id_=paper.id, text=f"{paper.title}\n{paper.abstract}", metadata=facts)
