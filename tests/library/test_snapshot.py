"""What opening a library imports and obeys, and how other programs read it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import libraries

from assistant.library.snapshot import LibrarySnapshot

ROOT = Path(__file__).parents[2]
HOSTILE = """
IS_PERSISTENT=notabool
MIGRATIONS=none
CHROMA_API_IMPL=chromadb.api.segment.SegmentAPI
ALLOW_RESET=true
ANONYMIZED_TELEMETRY=maybe
"""


def run(code: str, *words: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, cwd=cwd, check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


READ = """
import json, sys
import assistant.library.snapshot
heavy = {"chromadb", "llama_index", "openai", "onnxruntime", "tantivy"}
after_import = sorted(heavy & set(sys.modules))
with assistant.library.snapshot.LibrarySnapshot(__import__("pathlib").Path(sys.argv[1])) as library:
    papers, rows = len(library.papers()), len(library.table.wholes)
    after_vectors = sorted(heavy & set(sys.modules))
    library.words.search("moss", 5)
print(json.dumps([after_import, papers, rows, after_vectors, sorted(heavy & set(sys.modules))]))
"""


def test_reading_imports_no_more_than_it_needs(folder: Path) -> None:
    assert json.loads(run(READ, folder)) == [[], libraries.MADE, libraries.MADE, [], ["tantivy"]]


INGEST = """
import contextlib, sys
from pathlib import Path
from assistant.library.snapshot import LibrarySnapshot
from assistant.library.chroma import ChromaIndex
from support import libraries

folder = Path(sys.argv[1])
libraries.ingest(folder, libraries.entries(0, libraries.MADE))
with LibrarySnapshot(folder, on_message=print) as library:
    print(libraries.results(library))
    with contextlib.closing(ChromaIndex(library.vector_index_folder)) as vectors:
        print(vectors.count())
print(libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3))
"""


def test_a_hostile_env_file_in_the_working_folder_changes_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(HOSTILE)
    with LibrarySnapshot(folder) as library:
        expected = libraries.results(library)
    assert run(INGEST, tmp_path / "another", cwd=tmp_path).splitlines() == [str(expected), str(libraries.MADE), "True"]


# llama-index 0.14 and what it imports use names that pydantic and others have deprecated; it is not ours to mend.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")
def test_stock_llama_index_reads_the_vector_index(folder: Path) -> None:
    import chromadb
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    class Hashed(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embedding(self, text: str) -> list[float]:
            return [float(number) for number in libraries.HashedWords().embed([text])[0]]

        _get_query_embedding = _get_text_embedding

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    with LibrarySnapshot(folder) as library:
        chroma = library.vector_index_folder
        [paper] = library.papers(["id17"])
    client = chromadb.PersistentClient(str(chroma))
    store = ChromaVectorStore(chroma_collection=client.get_collection("papers"))
    index = VectorStoreIndex.from_vector_store(store, embed_model=Hashed())
    [hit] = index.as_retriever(similarity_top_k=1).retrieve(f"{paper.title} {paper.abstract}")
    assert hit.node.ref_doc_id == paper.id == "id17"
    assert hit.node.get_content() == f"{paper.title}\n{paper.abstract}"
    assert hit.node.metadata == {"title": paper.title, "date": "2024-01-18"}
    client.close()
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:  # what llama-index left in the folder is no damage
        assert libraries.examined(library) == []
