"""Run `python -m bench.checkers REPLIES LIBRARY [SCIFACT]`: what a checker makes of true and of false claims.

LIBRARY holds the papers of the five pages, SCIFACT the files of SciFact; a set whose papers are missing is left out and
told. The checker is that of the environment (OPENAI_BASE_URL, ASSISTANT_CHECKER, or ASSISTANT_MODEL with
ASSISTANT_CHECK=model); where that names none, claims are counted as they are without one. What a model replied is kept
in the file REPLIES, by digests of what it read, and it is not asked again.

AFFIRM=1 stands for the worst checker, which affirms all that it is asked of: what rules keep from a ✓ then, of the
false claims and of the true ones, they keep from it whatever the checker is.

SETS=twins,free,claims,pairs,scifact (free: the good claims of evals/twins.jsonl, left out unless it is named),
SPLIT=dev or test (of twins, free and claims) and MOST=20 (claims of each truth, drawn by SEED=1) narrow it. Counted are
the false claims shown as ✓, the true ones kept as ✓, and the good ones shown failing.
"""

import copy
import hashlib
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from assistant.answering.model_checkers import ChatChecker, FactChecker
from assistant.app.handle import Library
from assistant.app.opening import open_library
from assistant.domain.callbacks import OnToken
from assistant.models.base import ChatModel, Checker, Judgement, Message, Reply
from assistant.verification import documents
from assistant.verification.claims import CitationMark, Statement
from bench import evidence_sentences, twins

Row = TypeVar("Row")

_EVALS = Path(__file__).parents[1] / "evals"
_GOALS = {"false ✓": "at most 0.20", "true ✓": "at least 0.80", "good ✗": "at most 0.02"}


@dataclass(frozen=True)
class Case:
    """A claim, the paper it cites, and whether that paper says so: true, false or good (true, and nobody's quote)."""

    truth: str
    kind: str
    claim: str
    paper: str


class RememberingModel:
    """Asks a model what is not in the file, and writes there what it replied."""

    def __init__(self, model: ChatModel, path: Path) -> None:
        self.name = model.name
        self.asked = 0
        self._model = model
        self._path = path
        rows = path.read_text("utf-8").splitlines() if path.exists() else []
        self._replies = {digest: Reply(**fields) for digest, fields in map(json.loads, rows)}

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        asked = json.dumps([self.name, *(message.text for message in messages)])
        digest = hashlib.sha256(asked.encode()).hexdigest()[:20]
        if digest not in self._replies:
            reply = self._replies[digest] = self._model.reply(messages, on_token, schema)
            self.asked += 1
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([digest, asdict(reply)]) + "\n")
        return self._replies[digest]


class Affirming:
    """A checker that affirms everything."""

    name = "one that affirms everything"

    def check(self, pairs: Sequence[tuple[str, str]]) -> list[Judgement]:
        return ["yes"] * len(pairs)


def twin_cases(library: Library, split: str | None, *, free: bool = False) -> Iterator[Case]:
    """Yield the pairs of evals/twins.jsonl, or its good claims in free words; raises `ValueError` where the library has
    not their papers."""
    for claim in twins.read({paper.title: paper.abstract for paper in library.papers()}, split):
        if (claim.truth == "good") == free:
            yield Case(claim.truth, claim.kind, claim.text, claim.paper)


def good_cases(library: Library, split: str | None) -> Iterator[Case]:
    """Yield the claims of evals/claims.jsonl; raises `ValueError` where the library has not their papers."""
    titles = {paper.title for paper in library.papers()}
    for row in _rows(_EVALS / "claims.jsonl"):
        if row["paper"] not in titles:
            raise ValueError(f"{row['id']}: the library has no {row['paper']!r}; ingest the five pages")
        if split in (None, row["split"]):
            yield Case("good", "good", row["claim"], row["paper"])


def pair_cases() -> Iterator[Case]:
    """Yield the claims of evals/verifier_pairs.jsonl, about the papers of the sample library."""
    for row in _rows(_EVALS / "verifier_pairs.jsonl"):
        truth = "true" if row["label"] == "supported" else "false"
        yield Case(truth, f"{row['label']}, {row['kind']}", row["claim"], row["paper"])


def scifact_cases(folder: Path, most: int, seed: int) -> tuple[list[Case], list[dict[str, str]]]:
    """Return SciFact's validation claims, as many as asked of each kind, and the rows of the papers that they are
    about: supported, refuted, and supported ones that cite the paper of the next claim."""
    scifact = evidence_sentences.read(folder, "validation")
    supported, refuted = (_drawn(rows, most, seed) for rows in (scifact.supported, scifact.refuted))
    cases = [Case("true", "supported", row.claim, row.paper_id) for row in supported]
    cases += [Case("false", "refuted", row.claim, row.paper_id) for row in refuted]
    shifted = zip(supported, supported[1:] + supported[:1], strict=True)
    cases += [
        Case("false", "wrong paper", row.claim, other.paper_id)
        for row, other in shifted
        if other.paper_id not in scifact.tied[row.claim_id]
    ]
    papers = {case.paper for case in cases}
    return cases, [row for row in _rows(folder / "corpus.jsonl") if row["_id"] in papers]


def signs(library: Library, cases: Sequence[Case], checker: Checker | None) -> list[str]:
    """Return what each claim is shown with: ✓, ≈ or ✗."""
    document = replace(library.verifier(), checker=checker, on_problem=print)
    statements = [Statement(case.claim, (CitationMark(case.paper, wellformed=True),)) for case in cases]
    return [twins.sign(claim.verdict) for claim in documents.verify_claims(document, statements)]


def report(name: str, cases: Sequence[Case], without: Sequence[str], judged: Sequence[str] | None) -> None:
    """Print a line for each truth and kind: the shares of each sign, without a checker and with it."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, case in enumerate(cases):
        for kind in dict.fromkeys((case.kind, "(all)")):
            groups[case.truth, kind].append(place)
    print(f"{name:42}{'claims':>6}   {'✓':>6}{'≈':>7}{'✗':>7}   {'✓':>6}{'≈':>7}{'✗':>7}   without, and with a checker")
    for (truth, kind), places in sorted(groups.items()):
        rows = [[shown[place] for place in places] for shown in (without, judged) if shown is not None]
        shares = "   ".join("".join(f"{row.count(sign) / len(row):7.2f}" for sign in "✓≈✗") for row in rows)
        print(f"  {truth:7}{kind:33}{len(places):6}  {shares}")
    for goal, bound in _GOALS.items():
        truth, sign = goal.split()
        if members := groups.get((truth, "(all)")):
            counts = [sum(row[place] == sign for place in members) / len(members) for row in (without, judged) if row]
            print(f"  {goal}: {', then '.join(f'{share:.3f}' for share in counts)} ({bound})")


def main(replies: Path, place: str, scifact: Path | None, environment: Mapping[str, str]) -> None:
    names = environment.get("SETS", "twins,claims,pairs,scifact").split(",")
    split, seed = environment.get("SPLIT"), int(environment.get("SEED", "1"))
    most = int(environment.get("MOST", "1000"))
    own = open_library(place, environment=environment)
    checker: Checker | None = Affirming() if environment.get("AFFIRM") else own.verifier().checker
    remembering = None
    if isinstance(checker, ChatChecker | FactChecker):
        remembering = RememberingModel(checker.model, replies)
        checker = copy.copy(checker)
        checker.model = remembering
    print(f"checker: {checker.name if checker else 'none'}")
    for name in names:
        with tempfile.TemporaryDirectory() as temporary:
            try:
                library, cases = _set(name, own, split, scifact, most, seed, Path(temporary))
            except (ValueError, OSError) as error:
                print(f"{name}: left out, for {error}")
                continue
            cases = [case for truth in ("true", "false", "good") for case in _drawn(_of(cases, truth), most, seed)]
            began, before = time.perf_counter(), remembering.asked if remembering else 0
            without = signs(library, cases, None)
            judged = signs(library, cases, checker) if checker else None
            report(name, cases, without, judged)
            if remembering and (asked := remembering.asked - before):
                print(f"  {asked} requests, {(time.perf_counter() - began) / asked:.1f} s each")


def _set(
    name: str, own: Library, split: str | None, scifact: Path | None, most: int, seed: int, folder: Path
) -> tuple[Library, list[Case]]:
    """Return the claims of a set and the library that they are about; raises `ValueError` or `OSError` where it is not
    there."""
    if name in ("twins", "free", "claims"):
        return own, list(good_cases(own, split) if name == "claims" else twin_cases(own, split, free=name == "free"))
    if name == "pairs":
        return open_library(environment={"ASSISTANT_MODEL": "none"}), list(pair_cases())
    if name != "scifact":
        raise ValueError(f"there is no set {name!r}")
    if scifact is None:
        raise ValueError("its folder was not named")
    cases, rows = scifact_cases(scifact, most, seed)
    (folder / "papers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    library = open_library(folder / "library", environment={"ASSISTANT_MODEL": "none"})
    library.ingest(folder / "papers.jsonl")
    return library, cases


def _of(cases: Sequence[Case], truth: str) -> list[Case]:
    return [case for case in cases if case.truth == truth]


def _drawn(rows: Sequence[Row], most: int, seed: int) -> list[Row]:
    return random.Random(seed).sample(list(rows), min(most, len(rows)))


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]) if sys.argv[3:] else None, dict(os.environ))
