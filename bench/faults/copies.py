"""Run `python -m bench.faults.copies`: change bytes of a library's files, and check, export or back it up -> what is
called sound answers as before, and a copy or a backup that is made answers so too, or a word is said."""

import json
import shutil
from pathlib import Path

from bench.faults.damage import damage
from bench.faults.forks import copied, run, warm
from bench.faults.trials import CLEAR, QUESTIONS, RIGHT, SILENT, FaultClass, Place, Run, judge, main, worst

_PAPERS = 40
_ASKING = (["papers", "--json"], ["ask", "--json", QUESTIONS[1]])
_CHECKS = (["status", "--json", "--quick"], ["status", "--json", "--full"], ["status", "--json", "--deep"])
_MADE = ("copy", "backup", "restored")


class Copier:
    """Damages libraries, and has commands read all of them."""

    def __init__(self) -> None:
        self._expected: list[str] = []

    def prepare(self, place: Place) -> None:
        """Make a library with a tail, keep a copy, and note what is right."""
        warm(place, ["ingest", str(place.listing(0, _PAPERS))], *_ASKING, *_CHECKS, _backup(place))
        (place.folder / "backup").unlink()
        for words in (["tag", "--match", "moss", "--add", "first"], ["remove", "--yes", "id5"]):
            run(place, *words)
        self._expected = [run(place, *words).timeless for words in _ASKING]
        shutil.copytree(place.library, place.folder / "whole")

    def trial(self, place: Place, number: int) -> str:
        """Damage one file of a fresh copy, and check that or make another of it."""
        copied(place, "library", place.folder / "whole")
        for path in (place.folder / name for name in _MADE):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        files = sorted(path for path in place.library.rglob("*") if path.is_file() and path.stat().st_size)
        damage(place, place.library / "catalogue.sqlite3" if number % 2 else place.chance.choice(files))
        kind = number % (len(_CHECKS) + 2)
        if kind < len(_CHECKS):
            return self._checked(place, run(place, *_CHECKS[kind]))
        return self._backed_up(place) if kind % 2 else self._exported(place)

    def _checked(self, place: Place, status: Run) -> str:
        """Return whether a library that is called sound answers as before."""
        if status.code == 6:  # its output or its messages say what is wrong
            return CLEAR if status.output.strip() or status.told else SILENT
        is_sound = status.code == 0 and json.loads(status.output)["healthy"]
        return worst([judge(status, None), self._answered(place, place.library) if is_sound else RIGHT])

    def _exported(self, place: Place) -> str:
        """Return whether a copy answers as the library did."""
        folder = place.folder / "copy"
        done = run(place, "export", "--to", str(folder))
        return worst([judge(done, None), self._answered(place, folder, told=done.told) if done.code == 0 else CLEAR])

    def _backed_up(self, place: Place) -> str:
        """Return whether what is restored from a backup answers as the library did."""
        folder = place.folder / "restored"
        done = run(place, *_backup(place))
        if done.code:
            return judge(done, None)
        again = run(place, "restore", str(place.folder / "backup"), "--library", str(folder))
        outcome = self._answered(place, folder, told=done.told) if again.code == 0 else CLEAR
        return worst([judge(done, None), judge(again, None), outcome])

    def _answered(self, place: Place, folder: Path, *, told: str = "") -> str:
        """Return whether a library answers as the undamaged one did, or it was told that it does not."""
        outcomes = []
        for words, expected in zip(_ASKING, self._expected, strict=True):
            answered = run(place, *words, "--library", str(folder))
            outcome = judge(answered, expected)
            outcomes.append(CLEAR if outcome == SILENT and told else outcome)
        return worst(outcomes)


def _backup(place: Place) -> list[str]:
    return ["backup", str(place.folder / "backup")]


_COPIER = Copier()
FAULTS = FaultClass("checks and copies of damage", 200, _COPIER.trial, _COPIER.prepare)

if __name__ == "__main__":
    main(FAULTS)
