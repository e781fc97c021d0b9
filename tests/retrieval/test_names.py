"""Questions that ask for a thing by name -> the names that nothing in the library has."""

from collections.abc import Iterator

import pytest
from support import libraries

from assistant.domain.records import Entry, Listing
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import names

ENTRIES = [
    Entry(Listing("a", 1, "MossNet Grows", organisation="Lab of Lichenology"), "Low-rank moss fits GPT-4.", "1"),
    Entry(
        Listing("a", 2, "Ferns"),
        "Stochastic moss descent unrolls a GPU. Rain drop tuning utilizes a model more.",
        "2",
        ("Ada Kalmus",),
    ),
]
UNKNOWN: dict[str, tuple[str, ...]] = {
    "How fast is MossNet?": (),
    "How fast is FernNet beside MossNet?": ("FernNet",),
    "What does BM25 find?": ("BM25",),
    "Does SMD need GPUs?": (),
    "Does the LoRM of ferns need QXZ here?": ("QXZ",),
    "Is GPT4 good?": (),
    "What did Kalmus et al. find?": (),
    "What did Lichenology say?": (),
    "What did Zaitsev et al. say about ferns?": ("Zaitsev",),
    "Zaitsev on ferns?": (),
    "Do ferns grow in France?": (),
    "I work with QtCreator. How do ferns unroll?": (),
    "How Fast Does Zaitsev Unroll Ferns?": (),
    "What is FernNet?": ("FernNet",),
    "How is RainDrop tuned?": (),
    "Do models of ferns beat ELMo?": ("ELMo",),
    "Is a fern good at Utilising moss?": (),
    "What is Stohcastic descent?": (),
    "Wie verbessert man die Genauigkeit von Farnen?": (),
    "What was found on ferns since Mai 2024?": ("Mai",),
    "What was found on ferns since May 2024?": (),
    "I am Tomasz; how do ferns unroll?": (),
    "Hello, I'm Tomasz Zaitsev from the University of Gdansk, how fast is FernNet?": ("FernNet",),
    "I am interested in Zaitsev; what did he find on ferns?": ("Zaitsev",),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibrarySnapshot]:
    folder = tmp_path_factory.mktemp("names") / "library"
    libraries.ingest(folder, ENTRIES)
    with LibrarySnapshot(folder) as snapshot:
        yield snapshot


@pytest.mark.parametrize("question", UNKNOWN)
def test_a_name_that_nothing_has_is_told_from_what_is_written_spelled_out_or_ordinary(
    library: LibrarySnapshot, question: str
) -> None:
    papers = library.papers(["1", "2"])
    evidence = list(abstracts.read(library, papers, libraries.HashedWords()).values())
    ordinary = {"france"}.__contains__
    assert names.unknown(question, library, evidence, ordinary) == UNKNOWN[question]


def test_where_it_is_not_known_what_english_has_a_name_is_what_is_written_as_one(library: LibrarySnapshot) -> None:
    assert names.unknown("What does BM25 find in France?", library, [], None) == ("BM25",)
