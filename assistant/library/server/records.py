"""Papers with their vectors <-> records of a Chroma collection: one a paper, and one for each passage of a long one.

The document is the title and the abstract, then the paper's index terms as `|robust|reward|`, which the full-text
search of a server finds as they are, and its sources. What else is known of the paper is in the metadata.
"""

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.domain import identifiers
from assistant.domain.records import Paper
from assistant.library import bm25, embeddings, names, rows
from assistant.library.bm25 import K1, B
from assistant.library.rows import StoredPaper
from assistant.library.server.client import SPARSE_KEY, Metadata
from assistant.library.server.collection import Row, Where

NEVER = 2**53
"""The version from which on a staged record is visible, and up to which any is, until a writer says another."""
DRAWS = 2**20
"""Each paper has a number below this, made from its id: those below a part of it are a sample of the papers."""
KEY_DIGITS = 4
"""Hex digits that all keys of a paper begin with."""
_IDS = 4  # names of a paper's ids that it is looked up by; one that has more is looked at whatever is looked up
_LONGEST = 4_000  # characters of a value, of which Chroma Cloud allows 4,096 bytes
_SPARSE_LENGTH = 180  # index terms that a paper has, about; a sparse vector cannot change with the mean of all

Terms = Callable[[str], list[str]]
"""The index terms of a text, one for each of its words."""


@dataclass(frozen=True, slots=True)
class ServedPaper:
    """A paper to be stored, or as it is stored."""

    stored: StoredPaper
    position: int
    matrix: NDArray[np.float32]
    """Its vectors, one row a chunk."""
    added: str = ""
    """When it was added, in ISO form; "" where nobody knows."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What some papers add to the numbers that a version of the library notes."""

    papers: int = 0
    listings: int = 0
    undated: int = 0
    vectors: int = 0
    terms: int = 0
    """Index terms of all papers, with repetitions: the mean length of BM25 comes of it."""

    def changed(self, minus: "Counts", plus: "Counts") -> "Counts":
        """Return these less those of some papers, and with those of others."""
        return Counts(*(a - b + c for a, b, c in zip(astuple(self), astuple(minus), astuple(plus), strict=True)))


def is_visible(metadata: Metadata, version: int) -> bool:
    """Whether a record is one of a version of the library."""
    return bool(metadata.get("since", NEVER) <= version < metadata.get("until", 0))


def visible(version: int, *conditions: Where) -> Where:
    """Return what holds of the records of a version, for which these conditions hold too."""
    return {"$and": [{"since": {"$lte": version}}, {"until": {"$gt": version}}, *conditions]}


def hidden(version: int) -> Where:
    """Return what holds of the records that are none of a version: those staged, and those superseded."""
    return {"$or": [{"since": {"$gt": version}}, {"until": {"$lte": version}}]}


def of_papers(ids: Sequence[str]) -> Where:
    """Return what holds of the records of these papers."""
    return {"paper": {"$in": list(ids)}}


def named(some: Iterable[names.Name], ids: Iterable[str]) -> Where:
    """Return what holds of the papers that have one of these names or ids, and perhaps of some others."""
    by_kind: dict[int, list[int]] = {}
    for kind, number in some:
        by_kind.setdefault(kind, []).append(number)
    conditions: list[Where] = [{"more": 1}, of_papers(list(ids))]
    if titles := by_kind.get(names.TITLE):
        conditions.append({"t": {"$in": titles}})
    if numbers := by_kind.get(names.ID):
        conditions += [{f"i{place}": {"$in": numbers}} for place in range(_IDS)]
    return {"$or": conditions}


def paper_of(record_id: str) -> str:
    """Return the id of the paper that a record is of."""
    return record_id.rpartition("@")[0].rpartition("#")[0]


def day(moment: date | None) -> int:
    """Return a date as a number that grows with it; 0 for none."""
    return int(moment.strftime("%Y%m%d")) if moment else 0


def staged(paper: ServedPaper, commit: str, terms: Terms, now: int, *, sparse: bool) -> list[Row]:
    """Return the records of a paper, which no version of the library shows yet."""
    of, matrix = paper.stored.paper, paper.matrix
    shared = {"paper": of.id, "commit": commit, "since": NEVER, "until": NEVER, "staged": now}
    facts, document = _whole(paper, terms, sparse=sparse)
    whole = Row(f"{of.id}#0@{commit}", {**shared, "part": 0, **facts}, document, matrix[0])
    passages = [
        Row(f"{of.id}#{part}@{commit}", {**shared, "part": part}, "", matrix[part]) for part in range(1, len(matrix))
    ]
    return [whole, *passages]


def tombstone(id: str, commit: str, dimension: int, now: int) -> Row:
    """Return the record that says that a paper is to go, which no version shows."""
    metadata = {"paper": id, "commit": commit, "since": NEVER, "until": NEVER, "staged": now, "part": -1}
    return Row(f"{id}#gone@{commit}", metadata, "", np.eye(1, dimension, dtype=np.float32)[0])


def is_tombstone(record_id: str) -> bool:
    """Whether a record says that its paper is to go."""
    return record_id.rpartition("@")[0].endswith("#gone")


def counts(metadatas: Iterable[Metadata]) -> Counts:
    """Return what the whole papers among these records add to the numbers of a version."""
    whole = [metadata for metadata in metadatas if metadata.get("part") == 0]
    return Counts(
        len(whole),
        sum(metadata["listings"] for metadata in whole),
        sum(metadata["day"] == 0 for metadata in whole),
        sum(metadata["parts"] for metadata in whole),
        sum(metadata["length"] for metadata in whole),
    )


def read(row: Row) -> StoredPaper:
    """Read a whole paper with its document, and judge whether it is as it was written."""
    metadata = row.metadata
    title, chars = str(metadata.get("title", "")), metadata.get("abstract", 0)
    abstract = row.document[len(title) + 1 : len(title) + 1 + chars]
    try:
        facts = json.loads("".join(str(metadata.get(f"facts{place}", "")) for place in range(_pieces(metadata))))
        paper, listings = facts["paper"], facts["listings"]
        recorded = str(metadata.get("checksum", ""))
        return rows.read((paper_of(row.id), title, abstract, *paper), listings, str(metadata["content"]), recorded, "")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"cannot be read: {type(error).__name__}"
        return StoredPaper(Paper(paper_of(row.id), title, abstract), "", problem)


def text(row: Row) -> str:
    """Return the words of a record's document that BM25 counts."""
    title, chars = str(row.metadata.get("title", "")), row.metadata.get("abstract", 0)
    return bm25.indexed_text(title, row.document[len(title) + 1 : len(title) + 1 + chars])


def blob(parts: Mapping[int, Row]) -> bytes | None:
    """Return the vectors of a paper as a catalogue stores them, of its records by part; None where some are missing, or
    not as they were stored."""
    whole = parts.get(0)
    if whole is None or any(part not in parts for part in range(whole.metadata.get("parts", 1))):
        return None
    vectors = [parts[part].vector for part in range(whole.metadata.get("parts", 1))]
    matrix = np.stack([vector for vector in vectors if vector is not None])
    stored = embeddings.encode(matrix)
    sound = embeddings.checksum(str(whole.metadata.get("content")), stored) == whole.metadata.get("vectors")
    return stored if sound else None


def containing(term: str) -> Where:
    """Return what holds of the documents that have an index term."""
    return {"$contains": f"|{term}|"}


def sparse_terms(counts: Mapping[str, int]) -> tuple[list[int], list[float]]:
    """Return the sparse vector of a paper with so many of each index term: what BM25 gives each but its rarity, which
    the server knows. Its indices are hashes of the terms, in their order."""
    length = sum(counts.values())
    weights: dict[int, float] = {}
    for term, count in counts.items():
        weight = count * (K1 + 1) / (count + K1 * (1 - B + B * length / _SPARSE_LENGTH))
        index = zlib.crc32(term.encode())
        weights[index] = max(weight, weights.get(index, 0.0))
    indices = sorted(weights)
    return indices, [weights[index] for index in indices]


def sparse_query(terms: Iterable[str]) -> tuple[list[int], list[float]]:
    """Return the sparse vector of the index terms of a question, each once."""
    indices = sorted({zlib.crc32(term.encode()) for term in terms})
    return indices, [1.0] * len(indices)


def _whole(paper: ServedPaper, terms: Terms, *, sparse: bool) -> tuple[dict[str, object], str]:
    """Return the metadata and the document of a whole paper."""
    of, stored = paper.stored.paper, embeddings.encode(paper.matrix)
    row, listings = rows.paper_row(of), [rows.listing_row(listing) for listing in of.listings]
    occurrences = Counter(terms(bm25.indexed_text(of.title, of.abstract)))
    facts = json.dumps({"paper": row[3:], "listings": listings})
    pieces = [facts[start : start + _LONGEST] for start in range(0, len(facts), _LONGEST)]
    numbers = sorted(number for kind, number in names.of_paper(of) if kind == names.ID)
    metadata: dict[str, object] = {
        "position": paper.position,
        "content": paper.stored.content,
        "checksum": rows.checksum(row, listings),
        "vectors": embeddings.checksum(paper.stored.content, stored),
        "title": of.title,
        "abstract": len(of.abstract),
        "day": day(of.date),
        "key": identifiers.digest(of.id)[:KEY_DIGITS],
        "draw": int(hashlib.sha256(b"draw" + of.id.encode("utf-8", "surrogatepass")).hexdigest(), 16) % DRAWS,
        "listings": len(listings),
        "parts": len(paper.matrix),
        "length": sum(occurrences.values()),
        "t": next(number for kind, number in names.of_paper(of) if kind == names.TITLE),
        "more": int(len(numbers) > _IDS),
        "facts": len(pieces),
    }
    metadata |= {f"i{place}": number for place, number in enumerate(numbers[:_IDS])}
    metadata |= {f"facts{place}": piece for place, piece in enumerate(pieces)}
    if paper.added:
        metadata["added"] = paper.added
    if sparse:
        metadata[SPARSE_KEY] = sparse_terms(occurrences)
    sources = "@".join(dict.fromkeys(listing.source.casefold().replace("@", " ") for listing in of.listings))
    return metadata, f"{of.title}\n{of.abstract}\n|{'|'.join(occurrences)}|\n@{sources}@"


def _pieces(metadata: Metadata) -> int:
    pieces = metadata.get("facts", 0)
    return pieces if isinstance(pieces, int) else 0
