"""`assistant verify` as its users meet it: texts and JSON lines in, verdicts out, with the real embedder."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import tiny_onnx
from support.claims import CLAIMS, PAPERS

import assistant


@pytest.fixture(scope="module")
def library(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    rows = [json.dumps({"_id": id, "title": title, "text": text}) for id, (title, text) in PAPERS.items() if text]
    (folder / "own.jsonl").write_text("\n".join(rows))
    done = run("ingest", "--library", folder / "library", folder / "own.jsonl")
    assert done.returncode == 0, done.stderr
    return folder / "library"


def rows(done: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_claims_as_json_lines(run: Run, library: Path) -> None:
    ids = list(CLAIMS)
    right = [{"claim": claim, "papers": [id]} for id, claim in CLAIMS.items()]
    shifted = [{"claim": claim, "papers": [ids[at - 1]]} for at, claim in enumerate(CLAIMS.values())]
    others = [
        {"claim": CLAIMS["moss"].replace("42", "43"), "papers": ["Moss on granite walls"]},
        {"claim": CLAIMS["moss"]},
        {"claim": CLAIMS["moss"], "papers": ["moss", "nobody"]},
        {"claim": PAPERS["fern"][1], "papers": ["fern"]},
    ]
    typed = "\n".join(json.dumps(row) for row in right + shifted + others)
    done = run("verify", "--stdin", "--json", "--library", library, typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done)
    assert [row["verdict"] for row in found[:6]] == ["located"] * 6
    assert all(row["quote"] in PAPERS[id][1] for row, id in zip(found, ids, strict=False))
    assert {row["verdict"] for row in found[6:12]} <= {"unsupported", "misattributed"}
    assert min(row["score"] for row in found[:6]) > max(row["score"] for row in found[6:12])
    told = [(row["verdict"], row["step"]) for row in found[12:]]
    assert told == [
        ("unsupported", "facts"),
        ("uncited", "citation"),
        ("unsupported", "key"),
        ("supported", "quote"),
    ]
    assert found[12]["papers"] == [{"id": "moss", "title": "Moss on granite walls", "verdict": "unsupported"}]
    assert found[14]["papers"][1] == {"id": None, "title": "nobody", "verdict": "unsupported"}
    assert found[15]["quote"] == PAPERS["fern"][1]


def test_lines_that_are_no_claims_are_told_in_their_place(run: Run, library: Path) -> None:
    good = json.dumps({"claim": CLAIMS["moss"], "papers": ["moss"]})
    typed = f'{good}\nnonsense\n\n{{"claim": " "}}\n{{"claim": "x", "papers": "moss"}}\n[1]\n{good}'
    done = run("verify", "--stdin", "--json", "--library", library, typed=typed)
    assert done.returncode == 2
    assert done.stderr.startswith("assistant: ")
    assert "4 lines were no claims" in done.stderr
    assert [str(row.get("error", row.get("verdict")))[:11] for row in rows(done)] == [
        "located",
        "line 2: not",
        "line 4: nee",
        'line 5: "pa',
        "line 6: nee",
        "located",
    ]


def test_lines_over_a_limit_are_told_in_their_place(run: Run, library: Path) -> None:
    claim = CLAIMS["moss"]
    good = {"claim": claim, "papers": ["moss"]}
    several = [good, {"claim": "x" * 1_100_000}, {"claim": claim, "papers": ["moss"] * 101}]
    several += [{"claim": claim, "papers": ["x" * 1_001]}, {"claim": "moss " * 5_000, "papers": ["moss"]}, good]
    done = run("verify", "--jsonl", "--library", library, typed="\n".join(map(json.dumps, several)))
    assert (done.returncode, done.stderr) == (2, "assistant: error: 3 lines were no claims; see their `error`\n")
    assert [row.get("error", row.get("step")) for row in rows(done)] == [
        "support",
        "line 2: has more than 1,000,000 bytes",
        "line 3: cites 101 papers; the limit is 100",
        'line 4: a name in "papers" is 1,001 characters long; the limit is 1,000',
        "length",
        "support",
    ]


def test_a_text_is_read_claim_by_claim(run: Run, library: Path, tmp_path: Path) -> None:
    text = (
        f"# Related work\n\n{CLAIMS['moss'].rstrip('.')}\n[Moss on\ngranite walls]. "
        f"{CLAIMS['comet'].rstrip('.')} [Ferns under dim light]. {CLAIMS['fern']} [fern]\n\n"
        "Bridges sway in wind [Cable wear on hanging bridge]."
    )
    (tmp_path / "text.md").write_text(text)
    done = run("verify", "--json", "--library", library, tmp_path / "text.md")
    assert done.returncode == 0
    found = {row["claim"]: row for row in rows(done)}
    assert found[CLAIMS["moss"]]["verdict"] == "located"
    assert found[CLAIMS["comet"]]["verdict"] == "misattributed"
    assert found[CLAIMS["comet"]]["reason"] == "“Dust tails of comets” supports it clearly better"
    assert found[CLAIMS["fern"]]["verdict"] == "located"
    assert "did you mean “Cable wear on hanging bridges”?" in found["Bridges sway in wind."]["reason"]


def test_strict_ends_with_4_and_names_what_fails(run: Run, library: Path) -> None:
    bad = f"{CLAIMS['moss']} [moss] Violins are bowed underwater in 1823 [violin]."
    done = run("verify", "--strict", "--library", library, typed=bad)
    assert done.returncode == 4
    assert done.stderr == (
        "assistant: unsupported: Violins are bowed underwater in 1823. (not in the cited abstract: 1823)\n"
    )
    assert "2 claims: 1 located ≈ (no checker), 1 unsupported ✗" in done.stdout
    good = run("verify", "--strict", "--json", "--library", library, typed=f"{CLAIMS['moss']} [moss]")
    assert (good.returncode, good.stderr) == (0, "")


def test_what_cannot_be_verified_is_an_error_of_use(run: Run, library: Path, tmp_path: Path) -> None:
    assert run("verify", "--library", library, typed="  \n").returncode == 2
    assert run("verify", "--library", library, tmp_path / "none.txt").returncode == 2
    assert run("verify", "--stdin", "--library", library, typed="{}").returncode == 2


def test_a_checker_of_a_folder_judges_and_is_named(run: Run, library: Path, tmp_path: Path) -> None:
    words = {"Lichen": [9.0, 0.0], "Moss": [0.0, 9.0]}
    nli = tiny_onnx.write(tmp_path / "nli", words, {"0": "neutral", "1": "entailment"})
    text = f"{CLAIMS['moss']} [moss] {PAPERS['fern'][1]} [fern]"
    done = run("verify", "--json", "--library", library, "--checker", nli, typed=text)
    assert (done.returncode, done.stderr) == (0, "")
    told = [(row["verdict"], row["step"], row["checker"]) for row in rows(done)]
    assert told[0] == ("supported", "checker", "nli")
    assert {row[2] for row in told[1:]} == {None}
    done = run("verify", "--library", library, "--checker", nli, typed=f"{CLAIMS['moss']} [moss]")
    assert done.stdout.splitlines()[-1] == "1 claim: 1 supported ✓ · checked by nli"


PAPER = r"""\documentclass{article}
\begin{document}
Moss covered 42\% of the granite after three winters~\cite{a}. % not this \cite{no}
Moss covered 43\% of the granite walls after three winters \citep[p.~2]{a}.

Nobody knows \citet{absent,glaciermeltseen}.
\bibliography{refs}
\end{document}
"""
BIB = "@misc{a, title={Moss on Granite Walls}}\n@misc{absent, title={An Absent Paper}}\n"


def test_a_paper_in_latex_by_the_keys_of_its_bibliography(run: Run, library: Path, tmp_path: Path) -> None:
    (tmp_path / "paper.tex").write_text(PAPER)
    (tmp_path / "refs.bib").write_text(BIB)
    done = run("verify", "paper.tex", "--bib", "refs.bib", "--json", "--strict", "--library", library, cwd=tmp_path)
    assert [(row["line"], row["verdict"], [cited["id"] for cited in row["papers"]]) for row in rows(done)] == [
        (3, "supported", ["moss"]),
        (4, "unsupported", ["moss"]),
        (6, "unsupported", [None, "glacier"]),
    ]
    assert done.returncode == 4
    told = "paper.tex:6: “An Absent Paper” (absent, refs.bib:2) is not in the library\n"
    assert told in done.stderr
    beside = run("verify", "paper.tex", "--library", library, cwd=tmp_path)
    assert beside.stdout.splitlines()[0].endswith("  (line 3)")
    assert "keys are those of refs.bib, which the document names\n" in beside.stderr
    assert told in beside.stderr


def test_a_program_verifies_a_text_with_its_bibliography(library: Path, tmp_path: Path) -> None:
    (tmp_path / "refs.bib").write_text(f"{BIB}@misc{{cut, title={{Fer")
    told: list[str] = []
    with assistant.open_library(library, model="none", on_message=told.append) as opened:
        claims = opened.verify(PAPER, bibliography=tmp_path / "refs.bib")
    assert [claim.verdict for claim in claims] == ["supported", "unsupported", "unsupported"]
    assert [message.partition(": ")[0] for message in told] == ["refs.bib:3"]


def test_a_key_means_what_it_does_in_the_whole_library_where_only_some_papers_may_be_cited(
    run: Run, tmp_path: Path
) -> None:
    """The second paper has the letter, with the first one left out as well."""
    rows = [
        {
            "title": f"Moss on {place}",
            "abstract": f"Moss grows on {place}.",
            "authors": ["Ana Lee"],
            "date": "2023-01-01",
        }
        for place in ("stones", "walls")
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    place = ("--library", str(tmp_path / "library"), "--embedder", "hashing")
    assert run("ingest", str(tmp_path / "rows.jsonl"), *place).returncode == 0
    assert run("tag", "Moss on walls", "--add", "walls", *place[:2]).returncode == 0
    text = "Moss grows on walls [@lee2023mossa]. Moss grows on stones [@lee2023moss]."
    done = run("verify", "--json", "--in", "walls", *place, "--reranker", "none", typed=text)
    claims = [json.loads(line) for line in done.stdout.splitlines()]
    assert [claim["verdict"] for claim in claims] == ["supported", "unsupported"]
    assert [claim["papers"][0]["title"] for claim in claims] == ["Moss on walls", "lee2023moss"]
