"""A small file system of its own -> what an ingest says and leaves when it fills up; run by test_library_disk.py.

Prints one line of JSON for each amount of space left: the message, and whether the library is as it was.
"""

import json
import subprocess
import sys
from pathlib import Path

from support import libraries

from assistant.domain.errors import LibraryError

LEFT = (4_000, 300, 0)  # kB; the ingest needs more than the first


def main(mounted: Path) -> None:
    """Mount, make a library, and ingest into less and less space."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mounted], check=True)
    folder, ballast = mounted / "library", mounted / "ballast"
    libraries.ingest(folder, libraries.entries(0, 20))
    before = libraries.parts(folder)
    files = set(libraries.tree(folder))
    for left in LEFT:
        fill(mounted, ballast, left)
        try:
            libraries.ingest(folder, [libraries.entry(number, " And " + "m" * 20_000) for number in range(150)])
            message = "none"
        except LibraryError as error:
            message = str(error)
        ballast.unlink()
        same = (
            libraries.parts(folder) == before
            and {name for name in libraries.tree(folder) if "catalogue" not in name} <= files
        )
        print(json.dumps({"left": left, "message": message, "same": same}), flush=True)
    report = libraries.ingest(folder, libraries.entries(0, 40))
    whole = libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 40)] * 3)
    print(json.dumps({"added": len(report.added), "whole": whole}))


def fill(mounted: Path, ballast: Path, left: int) -> None:
    """Leave so many kB free."""
    table = subprocess.run(["df", "--output=avail", "-k", mounted], capture_output=True, text=True, check=True)
    free = int(table.stdout.split()[-1])
    ballast.write_bytes(b"\1" * max(0, free - left) * 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
