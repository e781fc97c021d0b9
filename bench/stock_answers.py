"""A library's papers and a chat model -> stock llama-index that answers with citations, for bench.model.

`CitationQueryEngine` over Chroma with its own prompts and defaults; the vectors are those that the library has of title
and abstract, so that both systems search with the same embedder. Nothing to run.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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


class Endpoint(CustomLLM):  # type: ignore[misc, unused-ignore]
    """A chat model of ours, as llama-index calls one."""

    _model: Any = PrivateAttr()

    def __init__(self, model: ChatModel) -> None:
        super().__init__()
        self._model = model

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=_ROOM, num_output=1_024, model_name=self._model.name)

    def complete(self, prompt: str, formatted: bool = False, **_: object) -> CompletionResponse:
        return CompletionResponse(text=self._model.reply([Message("user", prompt)]).text)

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


class Stock:
    """Stock llama-index with the papers of a library."""

    def __init__(self, library: LibrarySnapshot, embedder: Embedder, model: ChatModel, limit: int) -> None:
        """`limit` is how many papers it reads for a question."""
        set_global_tokenizer(_WORDS)
        collection = chromadb.EphemeralClient().create_collection("papers", metadata={"hnsw:space": "cosine"})
        store = ChromaVectorStore(chroma_collection=collection)
        store.add(_nodes(library, embedder))
        splitter = SentenceSplitter(
            chunk_size=512, chunk_overlap=20, tokenizer=_WORDS, chunking_tokenizer_fn=_SENTENCES
        )
        self._engine = CitationQueryEngine.from_args(
            VectorStoreIndex.from_vector_store(store, embed_model=SameEmbedder(embedder)),
            llm=Endpoint(model),
            similarity_top_k=limit,
            text_splitter=splitter,
        )

    def answer(self, question: str) -> StockAnswer:
        response = self._engine.query(question)
        papers = tuple(str(node.node.metadata["paper"]) for node in response.source_nodes)
        return StockAnswer(str(response), papers)


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
