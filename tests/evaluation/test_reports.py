"""`eval report` on a run written by hand: one file, nothing from elsewhere, nothing that runs."""

import re
from pathlib import Path

from conftest import Run
from support.made_runs import made


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
