"""Run `python -m bench.faults.kills`: kill -9 a writer, a chat or an evaluation at any moment -> what was acknowledged
is there, and it goes on."""

import json
import threading
import time

from bench.faults.trials import (
    HANG,
    LIMIT,
    LOST,
    RIGHT,
    SILENT,
    FaultClass,
    Place,
    finish,
    is_whole,
    kill,
    lines,
    main,
    worst,
)
from bench.faults.trials import judge as judged

_START = 20  # papers that are always there
_LONGEST = 4.0  # seconds after which a command is killed at the latest


def prepare(place: Place) -> None:
    """Make a library to begin with."""
    place.run("ingest", str(place.listing(0, _START)))


def trial(place: Place, number: int) -> str:
    """Kill one command; what it acknowledged has to be there, what it did not has to be there whole or not at all."""
    before = place.ids()
    if before is None:
        return LOST
    if number % 6 == 5:
        return _evaluation(place, number)
    if number % 5 == 4:
        return _chat(place)
    words, after = _change(place, before, number)
    process = place.start(*words)
    time.sleep(place.chance.uniform(0, _LONGEST))
    ended = process.poll()
    kill(process)
    finish(process)
    ids = place.ids()
    states = [after] if ended == 0 else [before, after]
    if ids not in states:
        return LOST
    health = place.run("status", "--json", "--full")
    outcomes = [judged(health, None)]
    if health.code == 0 and not json.loads(health.output)["healthy"]:
        outcomes.append(SILENT)
    outcomes.append(judged(place.run(*words), None))
    return worst(outcomes if place.ids() == after else [*outcomes, LOST])


def _change(place: Place, before: list[str], number: int) -> tuple[list[str], list[str]]:
    """Return the words of a command that changes the library, and the ids that it has afterwards."""
    if number % 5 == 3 and len(before) > _START:
        several = place.chance.sample(before, 3)
        return ["remove", "--yes", *several], sorted(set(before) - set(several))
    if number % 7 == 6:
        return ["tag", "--match", "moss", "--add", f"trial/{number}"], before
    if number % 5 == 2:
        return ["reindex"], before
    first = place.chance.randrange(100, 4_000)
    listing = place.listing(first, first + 20)
    return ["ingest", str(listing)], sorted({*before, *(f"id{n}" for n in range(first, first + 20))})


def _evaluation(place: Place, number: int) -> str:
    """Kill a run of an evaluation twice; then it goes on, keeps each line that was whole, and asks every question."""
    out = place.folder / f"run{number}"
    written: list[bytes] = []
    for _ in range(2):
        process = place.start(*place.evaluation(out))
        time.sleep(place.chance.uniform(0, _LONGEST))
        kill(process)
        finish(process)
        if lines(out)[: len(written)] != written:
            return LOST
        written = lines(out)
    again = place.run(*place.evaluation(out))
    is_kept = again.code == 0 and lines(out)[: len(written)] == written and is_whole(out)
    return worst([judged(again, None), *([] if is_kept else [LOST])])


def _chat(place: Place) -> str:
    """Kill a chat after it has answered; the turns it showed are kept, and it leaves nothing that stands in the way."""
    process = place.start("chat")
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise RuntimeError("a command without pipes")
    turns = 0
    timer = threading.Timer(LIMIT, kill, [process])  # ends the wait for a line that never comes
    timer.start()
    try:
        for _ in range(place.chance.randrange(1, 3)):
            stdin.write(b"How do we measure moss near granite?\n")
            stdin.flush()
            while line := stdout.readline():
                if b"no model was asked, so nothing" in line or b"no sentence found" in line:
                    turns += 1
                    break
        stdin.write(b"violins\n")
        stdin.flush()
        time.sleep(place.chance.uniform(0, 0.3))
    except BrokenPipeError:
        pass
    timer.cancel()
    is_hung = process.poll() is not None
    kill(process)
    process.communicate()
    history = place.run("history", "list", "--json")
    kept = max((json.loads(line)["turns"] for line in history.output.splitlines()[:1]), default=0)
    again = place.run("chat")
    empty = [path for path in place.chats.iterdir() if path.suffix == ".lock" or not path.stat().st_size]
    lost = [LOST] * (kept < turns) + [HANG] * is_hung
    return worst([judged(history, None), judged(again, None), *lost, *([SILENT] if empty else []), RIGHT])


FAULTS = FaultClass("kills", 300, trial, prepare)

if __name__ == "__main__":
    main(FAULTS)
