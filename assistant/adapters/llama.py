"""A library -> a llama-index retriever, and a llama-index model -> a model that answers here."""

from collections.abc import Callable, Sequence

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant import evidence
from assistant.embedding.ports import Embedder
from assistant.errors import ModelError
from assistant.library.reader import Library
from assistant.model import Message, Reply
from assistant.records import Evidence
from assistant.terminal import line


class LibraryRetriever(BaseRetriever):  # type: ignore[misc]  # llama-index is not followed by the type checker
    """Finds papers by words and vectors as `assistant search` does; one node a paper, for any llama-index query engine.

    >>> engine = RetrieverQueryEngine.from_args(LibraryRetriever(library, embedder), llm=llm)  # doctest: +SKIP
    """

    def __init__(self, library: Library, embedder: Embedder, limit: int = 8) -> None:
        """`limit` is how many papers a query gets at most."""
        super().__init__()
        self._library = library
        self._embedder = embedder
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = evidence.gather(self._library, self._embedder, query_bundle.query_str, self._limit)
        return [NodeWithScore(node=_node(item), score=item.score) for item in found]


class LlamaModel:
    """Any llama-index LLM as an answering model."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.name = str(llm.metadata.model_name)

    def reply(self, messages: Sequence[Message], heard: Callable[[str], None] | None = None) -> Reply:
        """Return the whole reply; raises `ModelError` for whatever the LLM raises, or an empty reply."""
        turns = [ChatMessage(role=message.role, content=message.text) for message in messages]
        pieces: list[str] = []
        try:
            for piece in self._llm.stream_chat(turns):
                pieces.append(piece.delta or "")
                if heard:
                    heard(pieces[-1])
        except Exception as error:  # noqa: BLE001  each of the many integrations raises its own
            raise ModelError(
                f"the model {self.name} failed: {type(error).__name__}: {line(str(error))[:300]}"
            ) from None
        if not (text := "".join(pieces).strip()):
            raise ModelError(f"the model {self.name} failed: the reply is empty")
        return Reply(text, self.name)


def _node(item: Evidence) -> TextNode:
    paper = item.paper
    facts = {"title": paper.title, "date": paper.date.isoformat() if paper.date else "", "key": item.key}
    return TextNode(id_=paper.id, text=f"{paper.title}\n{paper.abstract}", metadata=facts)
