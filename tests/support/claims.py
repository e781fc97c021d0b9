"""A small library in words of our own, claims about it, and their verdicts, for the tests of verification."""

from collections.abc import Sequence
from pathlib import Path

from support.libraries import HashedWords, ingest

from assistant.domain.records import Claim, Entry, Listing
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.finder import PaperIndex
from assistant.verification import documents
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.documents import DocumentVerifier
from assistant.verification.support import SupportScorer

PAPERS = {
    "moss": (
        "Moss on granite walls",
        "We study how moss spreads on granite walls. Moss covered 42% of the granite after three winters. "
        "North-facing walls were covered twice as fast as south-facing walls. Lichen did not slow the moss.",
    ),
    "violin": (
        "Varnish and the tone of violins",
        "Varnish is said to shape the tone of violins. We played 12 violins before and after removing the varnish. "
        "Listeners could not tell varnished violins from bare violins. The wood of the bridge changed the tone more.",
    ),
    "glacier": (
        "Glacier melt seen by radar",
        "Glaciers lose ice in summer. Synthetic aperture radar (SAR) images show glacier melt every six days. "
        "The Frobo glacier lost 1,200 metres of length since 1995. Melt began 3-5 weeks earlier than in old records.",
    ),
    "comet": (
        "Dust tails of comets",
        "Comets grow dust tails near the sun. The XR-7 camera recorded dust tails of nine comets. "
        "Tail length depends on grain size rather than on comet mass. Small grains leave the tail first.",
    ),
    "bridge": (
        "Cable wear on hanging bridges",
        "Hanging bridges carry load on cables. Salt water doubled the wear of bridge cables. "
        "Painted cables lasted eight years longer. Traffic had no effect on cable wear.",
    ),
    "fern": (
        "Ferns under dim light",
        "Ferns grow in dim light. Ferns under blue light unrolled their leaves sooner than ferns under red light. "
        "Watering twice a day rotted the roots of ferns. Growth stopped below four degrees.",
    ),
    "silent": ("A paper of which only the title about tides and moons is known", ""),
}

CLAIMS = {
    "moss": "Moss covered 42% of the granite walls after three winters.",
    "violin": "Listeners could not tell varnished violins from bare ones.",
    "glacier": "The Frobo glacier lost 1,200 metres of its length since 1995.",
    "comet": "The tail length of comets depends on grain size rather than on mass.",
    "bridge": "Salt water doubled the wear of the cables of bridges.",
    "fern": "Ferns under blue light unrolled leaves sooner than under red light.",
}


def make(folder: Path, papers: dict[str, tuple[str, str]] = PAPERS) -> Path:
    rows = [
        Entry(Listing("own.jsonl", number, title), abstract, id)
        for number, (id, (title, abstract)) in enumerate(papers.items(), 1)
    ]
    ingest(folder, rows, HashedWords(256))
    return folder


def opened(folder: Path) -> DocumentVerifier:
    library, embedder = LibrarySnapshot(folder), HashedWords(256)
    scorer = SupportScorer.fitted(library.words, embedder)
    return DocumentVerifier(library, embedder, PaperIndex(library.papers()), scorer)


def check(document: DocumentVerifier, claim: str, *names: str) -> Claim:
    return check_all(document, [(claim, names)])[0]


def check_all(document: DocumentVerifier, claims: Sequence[tuple[str, Sequence[str]]]) -> list[Claim]:
    return list(documents.verify_claims(document, [statement(claim, *names) for claim, names in claims]))


def statement(claim: str, *names: str) -> Statement:
    return Statement(claim, tuple(CitationMark(name, wellformed=True) for name in names))
