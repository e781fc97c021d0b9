"""Run `python -m bench.twins LIBRARY [dev|test]`: true claims, their false twins and good claims, by verdict.

LIBRARY holds the papers of the five pages, which evals/twins.jsonl is about; only the public commands are used. Of the
pairs, what is shown of the false ones as ✓ or ≈ is counted, and what is shown failing of the true ones; of the good
claims, written as a strong model would, what is shown failing. It ends with 4 where a share is above its ceiling.

A near-verbatim claim is a sentence of its abstract, named by span and digest, with edits of [offset, length, new text].
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evaluation import marked_sentences

TWINS = Path(__file__).parents[1] / "evals" / "twins.jsonl"
AFFIRMED = frozenset({"supported", "quoted"})
"""Verdicts that say: this is in the paper."""
LOCATED = frozenset({"located", "weak"})
"""Verdicts that say: something near is in the paper, and nobody judged whether it says so."""
CEILINGS = {"false ✓": 0.02, "false ≈": 0.60, "true failing": 0.05, "good failing": 0.02}
"""Most of each share, by the order in which they are printed."""


@dataclass(frozen=True)
class LabelledClaim:
    """A claim about a paper, and what it is known to be."""

    pair: str
    """The id of its row."""
    paper: str
    kind: str
    """How the false one of the pair differs; "good" for claims without a twin."""
    wording: str
    """Whether it is in words of its own, or in those of the abstract."""
    truth: str
    """true, false or good."""
    text: str


def edited(sentence: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return a sentence with each [offset, length] replaced; edits are in order and apart from one another."""
    for offset, length, new in reversed(list(edits)):
        sentence = sentence[:offset] + new + sentence[offset + length :]
    return sentence


def read(abstracts: Mapping[str, str], split: str | None = None) -> list[LabelledClaim]:
    """Return the claims of a half, or all; `abstracts` has the text of each paper by title.

    Raises `ValueError` where a paper is missing, or has another text than the one that spans were marked in.
    """
    claims = []
    for line in TWINS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if split in (None, row["split"]):
            for truth in ("true", "false"):
                if truth in row:
                    name = "good" if row["kind"] == "good" else truth
                    text = _text(row, row[truth], abstracts)
                    about = (row["id"], row["paper"], row["kind"], row["wording"])
                    claims.append(LabelledClaim(*about, name, text))
    return claims


def _text(row: Mapping[str, Any], claim: Any, abstracts: Mapping[str, str]) -> str:
    if row["paper"] not in abstracts:
        raise ValueError(f"{row['id']}: the library has no {row['paper']!r}; ingest the five pages")
    if isinstance(claim, str):
        return claim
    abstract = abstracts[row["paper"]]
    if marked_sentences.digest(abstract) != row["abstract"]:
        raise ValueError(f"{row['id']}: the abstract of {row['paper']!r} is not the one that the span was marked in")
    return edited(abstract[slice(*row["span"])], claim)


def sign(verdict: str) -> str:
    """Return what a verdict means to a reader, by the sign that it is shown with."""
    return "✓" if verdict in AFFIRMED else "≈" if verdict in LOCATED else "✗"


def shares(claims: Sequence[LabelledClaim], signs: Sequence[str]) -> dict[str, float]:
    """Return the shares that have ceilings."""
    by_truth: dict[str, list[str]] = defaultdict(list)
    for claim, shown in zip(claims, signs, strict=True):
        by_truth[claim.truth].append(shown)
    counted = {"false ✓": ("false", "✓"), "false ≈": ("false", "≈"), "true failing": ("true", "✗")}
    counted["good failing"] = ("good", "✗")
    return {name: by_truth[truth].count(shown) / len(by_truth[truth]) for name, (truth, shown) in counted.items()}


def _assistant(*words: str, typed: str = "") -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "assistant", *words]
    done = subprocess.run(command, input=typed, text=True, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _table(claims: Sequence[LabelledClaim], signs: Sequence[str]) -> None:
    counts: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for claim, shown in zip(claims, signs, strict=True):
        for kind in (claim.kind, "(all)"):
            for wording in dict.fromkeys((claim.wording, "(both)")):
                counts[kind, wording, claim.truth].append(shown)
    print(f"{'kind':18}{'wording':15}{'truth':7}{'claims':>6}{'✓':>7}{'≈':>7}{'✗⇄':>7}")
    for (kind, wording, truth), seen in sorted(counts.items()):
        row = "".join(f"{seen.count(shown) / len(seen):7.2f}" for shown in "✓≈✗")
        print(f"{kind:18}{wording:15}{truth:7}{len(seen):6}{row}")


def main(library: str, split: str | None) -> int:
    papers = _assistant("papers", "--json", "--library", library)
    claims = read({paper["title"]: paper["abstract"] for paper in papers}, split)
    typed = "\n".join(json.dumps({"claim": claim.text, "papers": [claim.paper]}) for claim in claims)
    verdicts = _assistant("verify", "--stdin", "--json", "--library", library, typed=typed)
    signs = [sign(verdict["verdict"]) for verdict in verdicts]
    _table(claims, signs)
    measured = shares(claims, signs)
    for name, share in measured.items():
        print(f"{name:13} {share:.3f}  (at most {CEILINGS[name]}){'  FAILED' * (share > CEILINGS[name])}")
    for claim, verdict, shown in zip(claims, verdicts, signs, strict=True):
        if (claim.truth, shown) in (("true", "✗"), ("good", "✗")) and claim.wording == "own_words":
            print(f"  {claim.pair} {verdict['verdict']} by {verdict['step']}: {claim.text}")
    return 4 if any(share > CEILINGS[name] for name, share in measured.items()) else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-") or sys.argv[2:] not in ([], ["dev"], ["test"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2] if sys.argv[2:] else None))
