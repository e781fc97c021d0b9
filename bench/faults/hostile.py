"""Run `python -m bench.faults.hostile`: texts that attack -> nothing raw on a terminal, little time."""

import json
import re
import shutil

from bench.faults.trials import RIGHT, SILENT, FaultClass, Place, Run, judge, main, worst

_LIMIT = 60.0  # seconds a command may take: a text of this size takes one, where time is linear
_SIZE = 40_000  # characters of a repeated pattern
_PATTERNS = (
    "!", ".", "…", "1,000", "1/1 ", "1 1 ", "2x ", "[1] ", "[", "]", "(", "1e1", "10^{500} ", "1e400 ", "[P1a2b, ",
    "“", '"', "- ", "a.b.", "e.g. ", "\u00ad", "\u200b", "A", "no not ", "1-", "%", "$", "\\textbf{", "{",
    "2024-01-01 ",
    "since 2024 and before 2023 ", "?!", ";", "et al. ", "0.", "–", "½", "\u0301", "\U0001f600", "\t",
)  # fmt: skip
_ESCAPES = (
    "\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\x1bP+q\x1b\\", "\x1b]52;c;b3duZWQ=\x07", "\u202e", "\u2066", "\x00",
    "<script>alert(1)</script>", "](javascript:alert(1))", "[bold red]", "\r", "\x08\x08", "\U000e0041", "{{7*7}}",
)  # fmt: skip
_LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\U000e0000-\U000e007f]")


def trial(place: Place, number: int) -> str:
    """Put one hostile paper into a fresh library, and have every command meet it."""
    shutil.rmtree(place.library, ignore_errors=True)
    if number % 2:
        escape = _ESCAPES[number // 2 % len(_ESCAPES)]
        abstract = f"We measure moss near {escape} granite. The error {escape} falls by 30%."
        title = f"On moss {escape} and granite"
    else:
        pattern = _PATTERNS[number // 2 % len(_PATTERNS)]
        abstract = f"We measure moss near granite. {pattern * (_SIZE // len(pattern))} The error falls by 30%."
        title = "On moss and granite"
    path = place.folder / "hostile.jsonl"
    path.write_text(json.dumps({"id": "x", "title": title, "abstract": abstract}))
    claim = f"The error falls by 30% [{title}]. {abstract}".encode("utf-8", "replace")
    runs = [place.run("ingest", str(path), limit=_LIMIT)]
    runs += [place.run(*words, typed=claim, limit=_LIMIT) for words in (["ask", "How is moss measured?"], ["verify"])]
    if number % 2:
        runs += [place.run(*words, limit=_LIMIT) for words in (["search", "moss"], ["show", "x"], ["papers"])]
        runs.append(place.run("chat", typed=b"How is moss measured?\n/open 1\n/sources\n", limit=_LIMIT))
    return worst([outcome for run in runs for outcome in (judge(run, None), _clean(run))])


def _clean(run: Run) -> str:
    """Return whether nothing that a terminal would obey was written."""
    return SILENT if _LIVE.search(run.output + run.messages) else RIGHT


FAULTS = FaultClass("hostile text", 80, trial)

if __name__ == "__main__":
    main(FAULTS)
