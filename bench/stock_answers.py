"""A library's papers and a chat model -> stock llama-index that answers with citations, for bench.model.

`CitationQueryEngine` over Chroma with its own prompts and defaults; the vectors are those that the library has of title
and abstract, so that both systems search with the same embedder. Nothing to run.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import chromadb
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import TextNode
from llama_index.core.utils import set_global_tokenizer
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel, Embedder, Message

_WORDS = re.compile(r"\w+|[^\w\s]").findall  # its own tokenizer and splitter want data that is downloaded
_SENTENCES = re.compile(r".+?(?:[.!?]\s+|$)", re.DOTALL).findall
_ROOM = 128_000  # tokens: no prompt is cut


@dataclass
class Usage:
    """What the requests for one answer took."""

    tokens: list[int] = field(default_factory=lambda: [0, 0])
    """Read and written."""
    began: float = 0.0
    first_word: float | None = None
    """Seconds from `began` to the first word of the first reply."""


class Endpoint(CustomLLM):  # type: ignore[misc, unused-ignore]
    """A chat model of ours, as llama-index calls one."""

    _model: Any = PrivateAttr()
    _usage: Usage = PrivateAttr(default_factory=Usage)

    def __init__(self, model: ChatModel) -> None:
        super().__init__()
        self._model = model

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=_ROOM, num_output=1_024, model_name=self._model.name)

    def restart(self) -> Usage:
        """Begin to count anew; return what will hold the count."""
        self._usage = Usage(began=time.perf_counter())
        return self._usage

    def complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:
        usage = self._usage

        def note(piece: str) -> None:
            if piece and usage.first_word is None:
                usage.first_word = time.perf_counter() - usage.began

        reply = self._model.reply([Message("user", prompt)], note)
        usage.tokens[0] += reply.input_tokens or 0
        usage.tokens[1] += reply.output_tokens or 0
        return CompletionResponse(text=reply.text)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponseGen:
        raise NotImplementedError("the engine is asked for whole answers")


class SameEmbedder(BaseEmbedding):  # type: ignore[misc, unused-ignore]
    """An embedder of ours, as llama-index calls one."""

    _embedder: Any = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self._embedder = embedder

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(number) for number in self._embedder.embed([text])[0]]

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(number) for number in self._embedder.embed_queries([query])[0]]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


@dataclass(frozen=True)
class StockAnswer:
    """What it wrote, and the ids of the papers under its numbers, from 1."""

    text: str
    papers: tuple[str, ...]
    usage: Usage


class Stock:
    """Stock llama-index with the papers of a library."""

    def __init__(self, library: LibrarySnapshot, embedder: Embedder, model: ChatModel, limit: int) -> None:
        """`limit` is how many papers it reads for a question."""
        set_global_tokenizer(_WORDS)
        collection = chromadb.EphemeralClient().create_collection("papers", metadata={"hnsw:space": "cosine"})
        store = ChromaVectorStore(chroma_collection=collection)
        store.add(_nodes(library, embedder))
        self._llm = Endpoint(model)
        splitter = SentenceSplitter(
            chunk_size=512, chunk_overlap=20, tokenizer=_WORDS, chunking_tokenizer_fn=_SENTENCES
        )
        self._engine = CitationQueryEngine.from_args(
            VectorStoreIndex.from_vector_store(store, embed_model=SameEmbedder(embedder)),
            llm=self._llm,
            similarity_top_k=limit,
            text_splitter=splitter,
        )

    def answer(self, question: str) -> StockAnswer:
        usage = self._llm.restart()
        response = self._engine.query(question)
        papers = tuple(str(node.node.metadata["paper"]) for node in response.source_nodes)
        return StockAnswer(str(response), papers, usage)


def _nodes(library: LibrarySnapshot, embedder: Embedder) -> Sequence[TextNode]:
    papers = library.papers()
    whole = abstracts.read(library, papers, embedder)
    return [
        TextNode(
            id_=paper.id,
            text=f"{paper.title}\n{paper.abstract}",
            embedding=[float(number) for number in whole[paper.id].whole],
            metadata={"paper": paper.id},
            excluded_llm_metadata_keys=["paper"],
        )
        for paper in papers
    ]
