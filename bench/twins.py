"""Run `python -m bench.twins LIBRARY [--show dev] [--reranker none]`: true claims and their false twins, verified.

The library is one of the five Daily Papers pages, LIBRARY the folder of it. `evals/twins.jsonl` has pairs of a true and
a false claim, some as edits of a sentence of the abstract (start, length, replacement), and good claims without a
twin. Printed by half: the shares of each verdict, of false claims by kind, and of true ones that fail; `--show` lists
what a half has wrong.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assistant
from assistant.domain.records import Claim
from assistant.verification import documents
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.verifier import FAILING

PAIRS = Path(__file__).parents[1] / "evals" / "twins.jsonl"


@dataclass(frozen=True)
class Twin:
    """One claim with what is known of it."""

    split: str
    kind: str
    """What makes the false one false; "good" for a claim without a twin."""
    is_true: bool
    paper: str
    claim: str


def read(library: "assistant.Library") -> Iterator[Twin]:
    """Yield every claim; raises `ValueError` where an abstract is not the one that a pair was made from."""
    papers = {paper.title: paper for paper in library.papers()}
    for row in map(json.loads, PAIRS.read_text("utf-8").splitlines()):
        for field in ("true", "false"):
            if field in row:
                text = row[field] if isinstance(row[field], str) else _edited(row, field, papers[row["paper"]].abstract)
                yield Twin(row["split"], row["kind"], field == "true", row["paper"], text)


def _edited(row: dict[str, Any], field: str, abstract: str) -> str:
    digest = hashlib.sha256(abstract.encode()).hexdigest()
    if not digest.startswith(row["abstract"]):
        raise ValueError(f"{row['id']}: made from another abstract of “{row['paper']}”")
    start, end = row["span"]
    text = abstract[start:end]
    for place, length, words in sorted(row[field], reverse=True):
        text = text[:place] + words + text[place + length :]
    return text


def verify(library: "assistant.Library", twins: Sequence[Twin]) -> list[Claim]:
    """Return each claim with its verdict."""
    statements = [Statement(twin.claim, (CitationMark(twin.paper, wellformed=True),)) for twin in twins]
    return list(documents.verify_claims(library.verifier(), statements))


def table(twins: Sequence[Twin], claims: Sequence[Claim], split: str) -> None:
    """Print the verdicts of one half."""
    rows = [(twin, claim) for twin, claim in zip(twins, claims, strict=True) if twin.split == split]
    groups = {
        "good": [pair for pair in rows if pair[0].kind == "good"],
        "true": [pair for pair in rows if pair[0].kind != "good" and pair[0].is_true],
        "false": [pair for pair in rows if not pair[0].is_true],
    }
    groups |= {f"  {kind}": [pair for pair in groups["false"] if pair[0].kind == kind] for kind in kinds(twins)}
    print(f"{split:22}{'n':>5}{'✓':>8}{'≈':>8}{'fails':>8}")
    for name, pairs in groups.items():
        counts = Counter(claim.verdict for _, claim in pairs)
        fails = sum(counts[verdict] for verdict in FAILING)
        shares = (count / max(len(pairs), 1) for count in (counts["supported"], counts["located"], fails))
        print(f"{name:22}{len(pairs):5}{''.join(f'{share:8.3f}' for share in shares)}   {dict(counts)}")


def kinds(twins: Sequence[Twin]) -> list[str]:
    """Return the kinds of false claims."""
    return sorted({twin.kind for twin in twins if not twin.is_true})


def show(twins: Sequence[Twin], claims: Sequence[Claim], split: str) -> None:
    """Print what one half has wrong: true claims that fail, false ones that do not."""
    for twin, claim in zip(twins, claims, strict=True):
        if twin.split == split and twin.is_true == (claim.verdict in FAILING):
            quote = claim.best.quote if claim.best else ""
            print(
                f"\n{twin.kind} {'true' if twin.is_true else 'false'}: {claim.verdict} by {claim.step}: {claim.reason}"
            )
            print(f"  claim    {twin.claim}\n  sentence {quote}")


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("--show", default="")
    parser.add_argument("--reranker", default=None)
    parser.add_argument("--embedder", default=None)
    options = parser.parse_args()
    with assistant.open_library(
        options.library, model="none", reranker=options.reranker, embedder=options.embedder
    ) as library:
        twins = list(read(library))
        claims = verify(library, twins)
    for split in ("dev", "test"):
        table(twins, claims, split)
    show(twins, claims, options.show)


if __name__ == "__main__":
    main()
