"""Run `python -m bench.stock LISTING MODEL STORE`: papers into Chroma by stock llama-index, for bench.ingest.

Nothing of this project is imported. LISTING is JSON. MODEL is a folder with the files that Chroma's embedding function
would download.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import chromadb
from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
from llama_index.core import Document
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr


class ChromaEmbedding(BaseEmbedding):  # type: ignore[misc, unused-ignore]
    """Chroma's default embedding function, as llama-index calls it."""

    _function: Any = PrivateAttr()

    def __init__(self, model: Path) -> None:
        super().__init__()
        self._function = ONNXMiniLM_L6_V2()
        self._function.DOWNLOAD_PATH = model

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [vector.tolist() for vector in self._function(texts)]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def main(listing: str, model: str, store: str) -> None:
    papers = json.loads(Path(listing).read_text())
    documents = [Document(text=f"{paper['title']}\n{paper['abstract']}") for paper in papers]
    collection = chromadb.PersistentClient(store).create_collection("papers", metadata={"hnsw:space": "cosine"})
    splitter = SentenceSplitter(  # its own defaults want tiktoken's and nltk's data, which are downloads
        tokenizer=re.compile(r"\w+|[^\w\s]").findall,
        chunking_tokenizer_fn=re.compile(r".+?(?:[.!?]\s+|$)", re.DOTALL).findall,
    )
    embedding = ChromaEmbedding(Path(model))
    vectors = ChromaVectorStore(chroma_collection=collection)
    IngestionPipeline(transformations=[splitter, embedding], vector_store=vectors).run(documents=documents)
    print(collection.count())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
