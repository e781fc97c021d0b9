"""A library in llama-index (retriever, query engine, reader), and documents of llama-index in a library."""

import asyncio
import json
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import assistant
from assistant.domain.errors import UsageError
from assistant.ingest import documents
from assistant.library import editing
from assistant.testing import HashingEmbedder, ScriptedModel

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # llama-index's dependencies deprecate one another
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.embeddings import MockEmbedding
    from llama_index.core.llms import MockLLM
    from llama_index.core.node_parser import TokenTextSplitter
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.schema import Document, NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

    from assistant.app.llama_index import LibraryQueryEngine, LibraryReader, LibraryRetriever

YEAST, RENNET = "Yeast gives off gas, and dough rises.", "Milk sets into curd where rennet is added."
ROWS = (
    {"id": "k1", "title": "Yeast Raises Dough", "abstract": YEAST, "date": "2023-05-01", "authors": ["A. Baker"]},
    {"id": "k2", "title": "Rennet Sets Milk", "abstract": RENNET, "date": "2024-05-01", "url": "https://e.example/2"},
)


def opened(
    folder: Path, embedder: assistant.Embedder | None = None, model: str | assistant.ChatModel = "none"
) -> assistant.Library:
    embedder = embedder or HashingEmbedder(64)
    return assistant.open_library(folder, embedder=embedder, model=model, reranker="none", environment={})


@pytest.fixture
def library(tmp_path: Path) -> Iterator[assistant.Library]:
    (tmp_path / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    with opened(tmp_path / "library") as own:
        own.ingest(tmp_path / "rows.jsonl")
        yield own


# -- a library in llama-index


def test_a_retriever_gives_whole_papers_with_scores_those_that_the_filter_admits(library: assistant.Library) -> None:
    nodes = LibraryRetriever(library).retrieve("dough that rises")
    assert [node.node.node_id for node in nodes] == ["k1", "k2"]
    assert nodes[0].score > nodes[1].score
    assert nodes[0].node.text == f"Yeast Raises Dough\n{YEAST}"
    key = nodes[0].node.metadata.pop("key")
    assert key.startswith("P")
    assert nodes[0].node.metadata == {
        "id": "k1", "title": "Yeast Raises Dough", "date": "2023-05-01", "authors": "A. Baker", "sources": "rows.jsonl",
    }  # fmt: skip
    editing.annotate(library.settings.library, ["k2"], lambda words: words.with_tags(["cheese"], []), "tag", "cheese")
    found = [
        [node.node.node_id for node in LibraryRetriever(library, **which).retrieve("dough that rises")]
        for which in ({"since": "2024"}, {"until": "2023"}, {"source": "elsewhere"}, {"limit": 1}, {"tag": "cheese"})
    ]
    assert found == [["k2"], ["k1"], [], ["k1"], ["k2"]]
    assert [document.id_ for document in LibraryReader(library).lazy_load_data(tag="cheese")] == ["k2"]
    with pytest.raises(UsageError, match="is no date"):
        LibraryRetriever(library, since="soon").retrieve("dough")


def test_any_query_engine_of_llama_index_takes_the_retriever(library: assistant.Library) -> None:
    engine = RetrieverQueryEngine.from_args(LibraryRetriever(library, 1), llm=MockLLM())
    response = engine.query("dough that rises")
    assert [node.node.node_id for node in response.source_nodes] == ["k1"]
    assert YEAST in str(response)  # the mock repeats its prompt


def test_a_query_engine_answers_with_checked_claims_and_their_papers(library: assistant.Library) -> None:
    says = f"{YEAST[:-1]} [Yeast Raises Dough]. Rennet never sets milk [Rennet Sets Milk]."
    with opened(library.settings.library, model=ScriptedModel([says] * 3)) as own:
        response = LibraryQueryEngine(own, 2).query("Why does dough rise?")
    claims = response.metadata["claims"]
    assert response.metadata["status"] == "answered"
    assert [(claim["verdict"] in ("supported", "quoted"), claim["citations"]) for claim in claims] == [
        (True, ["1"]),
        (False, ["2"]),
    ]
    assert [(node.node.node_id, node.node.metadata["citation"]) for node in response.source_nodes] == [
        ("k1", 1),
        ("k2", 2),
    ]
    first, second = str(response).splitlines()
    assert first == f"{YEAST} [1]"
    assert f"({claims[1]['verdict']}" in second
    assert json.loads(json.dumps(response.metadata)) == response.metadata


def test_where_nothing_answers_the_response_says_so(library: assistant.Library) -> None:
    response = LibraryQueryEngine(library, since="2030").query("Why does dough rise?")
    assert (response.metadata["status"], response.source_nodes) == ("abstained", [])
    assert str(response) == "no sentence found that answers."


def test_what_is_awaited_does_not_block_the_loop(library: assistant.Library) -> None:
    """The embedder waits until the loop has done something else meanwhile: it would wait for ever in the loop."""
    went_on = threading.Event()

    class Waiting(HashingEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> Any:
            assert went_on.wait(60)
            return super().embed_queries(texts)

    async def asked(own: assistant.Library) -> tuple[Any, ...]:
        tasks = [
            asyncio.create_task(LibraryRetriever(own, 1).aretrieve("dough that rises")),
            asyncio.create_task(LibraryQueryEngine(own).aquery("Why does dough rise?")),
        ]
        await asyncio.sleep(0)
        went_on.set()
        return tuple(await asyncio.gather(*tasks))

    with opened(library.settings.library, embedder=Waiting(64)) as own:
        nodes, response = asyncio.run(asked(own))
    assert [node.node.node_id for node in nodes] == ["k1"]
    assert response.metadata["status"] in ("answered", "abstained")


def test_a_reader_loads_papers_that_llama_index_can_index(library: assistant.Library) -> None:
    loaded = LibraryReader(library).load_data()
    assert [(document.id_, document.metadata["title"]) for document in loaded] == [
        ("k1", "Yeast Raises Dough"),
        ("k2", "Rennet Sets Milk"),
    ]
    assert [own.id_ for own in LibraryReader(library.settings.library).lazy_load_data(since="2024")] == ["k2"]
    assert loaded[0].get_content(metadata_mode="embed").count("Yeast Raises Dough") == 1
    index = VectorStoreIndex.from_documents(loaded, embed_model=MockEmbedding(embed_dim=8))
    nodes: list[NodeWithScore] = index.as_retriever(similarity_top_k=2).retrieve("dough")
    assert {node.node.ref_doc_id for node in nodes} == {"k1", "k2"}


# -- llama-index in a library


def test_what_a_reader_loads_is_added_and_comes_back_the_same(library: assistant.Library, tmp_path: Path) -> None:
    with opened(tmp_path / "copy") as copy:
        report = copy.ingest(documents=LibraryReader(library).load_data())
        assert (len(report.added), report.rejected) == (2, ())
        again = copy.ingest(documents=LibraryReader(library).load_data())
        assert (len(again.added), again.unchanged) == (0, 2)
        facts = [(p.id, p.title, p.abstract, p.day, p.authors, p.url) for p in copy.papers()]
    assert facts == [(p.id, p.title, p.abstract, p.day, p.authors, p.url) for p in library.papers()]


def test_files_of_a_directory_reader_have_a_heading_or_a_function_that_gives_the_title(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text(f"# Yeast Raises Dough\n\n{YEAST}\n")
    (folder / "b.txt").write_text(RENNET)
    loaded = SimpleDirectoryReader(str(folder)).load_data()
    with opened(tmp_path / "library") as own:
        report = own.ingest(documents=loaded)
        assert [(paper.title, paper.abstract) for paper in report.added] == [("Yeast Raises Dough", YEAST)]
        assert [str(row) for row in report.rejected] == [
            "b.txt:2: has no title: set metadata['title'] of each, or pass title=, a function of a document"
        ]
        report = own.ingest(documents=loaded[1:], title=lambda document: f"Notes of {document.metadata['file_name']}")
        assert [(p.title, p.abstract, p.date) for p in report.added] == [("Notes of b.txt", RENNET, None)]
        with pytest.raises(UsageError, match=r"none of 1 documents has a title; set metadata\['title'\]"):
            own.ingest(documents=loaded[1:])
        with pytest.raises(UsageError, match="str is no document of llama-index"):
            own.ingest(documents=["a text"])


def test_nodes_of_one_document_are_one_paper_and_what_they_share_is_there_once() -> None:
    text = " ".join(f"Sentence number {number} is about dough." for number in range(120))
    whole = Document(text=text, metadata={"title": "A Long One", "year": 2024, "creation_date": "not read"})
    nodes = TokenTextSplitter(chunk_size=120, chunk_overlap=40).get_nodes_from_documents([whole])
    assert len(nodes) > 5
    [entry] = documents.entries(reversed(nodes))
    assert isinstance(entry, assistant.Entry)
    assert (entry.listing.title, entry.abstract, entry.listing.day) == ("A Long One", text, "2024-01-01")
    parts = [TextNode(text=part, metadata={"title": "T"}) for part in ("one", "two")]
    assert [row.abstract for row in documents.entries(parts) if isinstance(row, assistant.Entry)] == ["one", "two"]


def test_a_heading_is_looked_for_in_time_linear_in_the_text() -> None:
    texts = ("# A" + " " * 500_000 + "x", "# " + "\t" * 500_000, "# Yeast ##\r\nGas.", "# #\nGas.")
    rows = list(documents.entries([Document(text=text) for text in texts]))
    assert [row.listing.title for row in rows if isinstance(row, assistant.Entry)] == ["Yeast"]


def test_what_nobody_placed_is_kept_whole_and_so_is_an_abstract_that_begins_with_the_title() -> None:
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id="whole")}
    parts = [
        TextNode(text=text, start_char_idx=start, metadata={"title": "Yeast"}, relationships=source)
        for text, start in (("Yeast gives off gas.", None), ("Then dough rises.", 5))
    ]
    [entry] = [row for row in documents.entries(parts) if isinstance(row, assistant.Entry)]
    assert entry.abstract == "Yeast gives off gas. Then dough rises."
