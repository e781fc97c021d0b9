"""`assistant sources`: what it tells of the files that a library was made of."""

import os
from pathlib import Path
from typing import Any

from conftest import Run
from support.printed import objects, out


def test_sources_tell_counts_and_whether_their_files_have_changed(run: Run, tmp_path: Path) -> None:
    both = '{"title": "Both", "abstract": "Listed in both files."}\n'
    for name in ("one", "two"):
        (tmp_path / name).write_text(f'{{"title": "Of {name}", "abstract": "Something is said in {name}."}}\n{both}')
    folder, embedder = tmp_path / "library", ("--embedder", "hashing")
    out(run, folder, "ingest", str(tmp_path / "one"), str(tmp_path / "two"), *embedder)
    out(run, folder, "ingest", "-", *embedder, typed=both.replace("Both", "Neither"))

    def states() -> list[tuple[Any, ...]]:
        rows = objects(out(run, folder, "sources", "--json"))
        assert all(row["added"] for row in rows)
        return [(row["name"], row["papers"], row["alone"], row["state"]) for row in rows]

    assert states() == [("one", 2, 1, "unchanged"), ("two", 2, 1, "unchanged"), ("-", 1, 1, "unknown")]
    os.utime(tmp_path / "one", ns=(1, 1))
    (tmp_path / "two").write_text((tmp_path / "two").read_text().replace("is said", "was put"))
    assert states() == [("one", 2, 1, "unchanged"), ("two", 2, 1, "changed"), ("-", 1, 1, "unknown")]
    added = [row["added"] for row in objects(out(run, folder, "sources", "--json"))]
    out(run, folder, "ingest", str(tmp_path / "two"), *embedder)
    (tmp_path / "one").unlink()
    os.mkfifo(tmp_path / "one")
    assert states() == [("one", 2, 1, "changed"), ("two", 2, 1, "unchanged"), ("-", 1, 1, "unknown")]
    (tmp_path / "one").unlink()
    assert states()[0][3] == "missing"
    assert [row["added"] for row in objects(out(run, folder, "sources", "--json"))] == added
    assert [line.split()[-1] for line in out(run, folder, "sources")] == ["file", "gone", "unchanged", "-"]
