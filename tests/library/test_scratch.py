"""Folders beside a backup that is being written: those of killed programs go, those in use and others' stay."""

from pathlib import Path

from assistant.library import backup, database
from assistant.library.scratch import scratch_folder


def test_a_backup_removes_what_a_killed_one_left_and_nothing_that_is_used(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "papers.sqlite3"
    target.parent.mkdir()
    own, others = target.parent / f".{target.name}.assistant-scratch-", target.parent / ".other.assistant-scratch-1"
    for path in (Path(f"{own}killed"), others):
        path.mkdir()
        (path / database.NAME).write_text("half")
    link = Path(f"{own}link")
    link.symlink_to(others)
    with scratch_folder(target.parent, target.name) as used:
        assert not Path(f"{own}killed").exists()
        backup.write(folder, target)
        assert set(target.parent.iterdir()) == {target, others, used, link}
    assert set(target.parent.iterdir()) == {target, others, link}


def test_a_backup_may_have_as_long_a_name_as_a_file_can_have_and_is_restored(folder: Path, tmp_path: Path) -> None:
    for letter, count in (("x", 255), ("\N{CJK UNIFIED IDEOGRAPH-6DF1}", 85)):  # 255 bytes each
        target, copy = tmp_path / (letter * count), tmp_path / str(count)
        report = backup.write(folder, target)
        assert backup.restore(target, copy, 0.0, lambda *_: None) == report
