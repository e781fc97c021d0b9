"""Run `python -m bench.embedding PAGES MODEL [ROUNDS]`: what embedding papers costs, ours against Chroma's, as a ratio.

PAGES is a folder of listing pages; each paper's title and abstract are one text. MODEL is the folder in which Chroma
keeps its all-MiniLM-L6-v2. Chroma's `ONNXMiniLM_L6_V2` runs as it is (floats, 32 texts a batch, padded to 256 tokens,
beyond which it reads nothing, as ours). The runs alternate, each is measured in processor time, and the
ratio is the median over the rounds: whatever else the machine does falls on both alike.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from assistant import ingest
from assistant.domain.records import Entry
from assistant.ingest import deduplicate
from assistant.models.onnx.local import local_embedder

TARGET = 0.6


def texts_of(pages: str) -> list[str]:
    """Title and abstract of every paper of some pages."""
    rows = [row for row in ingest.read([pages], None, date.today()) if isinstance(row, Entry)]
    return [f"{paper.title}. {paper.abstract}" for paper in deduplicate.merge(rows, ()).papers]


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return the processor time and the wall-clock time of some work."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def main(pages: str, model: str, rounds: str = "3") -> None:
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    texts = texts_of(pages)
    embedder = local_embedder(os.environ)
    stock = ONNXMiniLM_L6_V2()
    stock.DOWNLOAD_PATH = Path(model)
    stock(texts[:2])
    embedder.embed(texts[:2])
    ratios = []
    for _ in range(int(rounds)):
        (ours, our_wall), (theirs, their_wall) = seconds(lambda: embedder.embed(texts)), seconds(lambda: stock(texts))
        ratios.append(ours / theirs)
        print(
            f"processor: ours {ours:.1f} s, Chroma {theirs:.1f} s; wall: {our_wall:.1f}, {their_wall:.1f}", flush=True
        )
    print(f"{len(texts)} texts: ours / Chroma {statistics.median(ratios):.3f}   (at most {TARGET})")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
