"""`eval report` on a run written by hand: one file, nothing from elsewhere, nothing that runs."""

import re
import sys
from pathlib import Path

import pytest
from conftest import Run
from support.made_runs import made

from assistant.domain.errors import UsageError
from assistant.evaluation import runs, scoring, suites, summary
from assistant.evaluation.reports import html


def test_the_report_is_one_file_with_everything_in_it(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    assert run("eval", "report", folder).returncode == 0
    page = (folder / "report.html").read_text()
    assert not re.search(r"""(?:src|href)=|https?://|@import""", page)
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count('<details class="question"') == 4
    assert page.index("Where gold papers were lost") < page.index("All questions")
    for words in (
        "On Comets: dropped from the evidence",
        "unsupported",
        "risk over coverage",
        "headline 0.600",
        "<td>cite-first</td>",
    ):
        assert words in page


def test_a_missing_jinja2_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path)
    run, scores = runs.load(folder), scoring.score(runs.load(folder), suites.load(tmp_path / "suite"))
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match="needs jinja2") as caught:
        html.html(run, scores, summary.summarise(scores))
    assert caught.value.cure == "install `assistant[eval]`"
