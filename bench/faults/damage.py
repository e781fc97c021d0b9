"""Run `python -m bench.faults.damage`: change bytes of a library's or a chat's files -> the same answers, or a word."""

import shutil
from pathlib import Path

from bench.faults.forks import copied, run, warm
from bench.faults.trials import QUESTIONS, FaultClass, Place, judge, main, worst

_COMMANDS = (["search", "--json", QUESTIONS[0]], ["ask", "--json", QUESTIONS[1]], ["show", "--json", "id7"])
_CHAT = ("history", "show", "--json", "2")
_PAPERS = 40


class Damager:
    """Damages copies of a library, and compares what they answer with what the undamaged one does."""

    def __init__(self) -> None:
        self._expected: list[str] = []

    def prepare(self, place: Place) -> None:
        """Make a library and a chat, keep a copy, and note what is right."""
        warm(place, ["ingest", str(place.listing(0, _PAPERS))], *_COMMANDS)
        run(place, "chat", typed=b"How do we measure moss near granite?\nviolins and bridges\n")
        self._expected = [run(place, *words).timeless for words in (*_COMMANDS, _CHAT)]
        for name in ("library", "chats"):
            shutil.copytree(place.folder / name, place.folder / "whole" / name)

    def trial(self, place: Place, number: int) -> str:
        """Damage one file of a fresh copy, and ask."""
        for name in ("library", "chats"):
            copied(place, name, place.folder / "whole" / name)
        if number % 8 == 7:
            [path] = place.chats.glob("*.jsonl")
            damage(place, path)
            return judge(run(place, *_CHAT), self._expected[-1])
        files = sorted(path for path in place.library.rglob("*") if path.is_file() and path.stat().st_size)
        path = place.library / "catalogue.sqlite3" if number % 2 else place.chance.choice(files)
        damage(place, path)
        several = list(zip(_COMMANDS, self._expected, strict=False))
        return worst([judge(run(place, *words), expected) for words, expected in several])


def damage(place: Place, path: Path) -> None:
    """Flip a bit, clear a block, cut the file, or put noise into it."""
    content = bytearray(path.read_bytes())
    at = place.chance.randrange(len(content))
    match place.chance.choice(("flip", "flip", "flip", "clear", "cut", "noise")):
        case "flip":
            content[at] ^= 1 << place.chance.randrange(8)
        case "clear":
            content[at : at + 512] = bytes(len(content[at : at + 512]))
        case "cut":
            del content[at:]
        case _:
            content[at : at + 64] = place.chance.randbytes(len(content[at : at + 64]))
    path.write_bytes(content)


_DAMAGER = Damager()
FAULTS = FaultClass("damage", 500, _DAMAGER.trial, _DAMAGER.prepare)

if __name__ == "__main__":
    main(FAULTS)
