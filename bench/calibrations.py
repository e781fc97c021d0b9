"""Constants that a script of this folder fitted -> a table of a calibration file of the package. Nothing to run."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Constants = Mapping[str, float | Sequence[float]]


def write(path: Path, script: str, models: Mapping[str, str], constants: Constants, figures: Constants) -> None:
    """Put the table for these models ({kind: fingerprint}) into the file at `path`, in place of the one before; the
    others stay."""
    tables = json.loads(path.read_text(encoding="utf-8"))["tables"] if path.exists() else []
    others = [table for table in tables if table["models"] != models]
    table = {"models": models, "constants": constants, "figures": figures}
    ordered = sorted([*others, table], key=lambda table: (len(table["models"]), json.dumps(table["models"])))
    content = {
        "about": f"Written by `python -m bench.{script}`; assistant/domain/calibration.py says what is in it.",
        "tables": ordered,
    }
    path.write_text(_layout(content), encoding="utf-8")


def _layout(content: Mapping[str, object]) -> str:
    """Return JSON with each constant on a line, lists included."""
    text = json.dumps(content, indent=1)
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if inside:
            number = line.strip()
            inside = not number.startswith("]")
            lines[-1] += f"{number} " if number.endswith(",") and inside else number
            continue
        lines.append(line)
        inside = line.endswith("[") and '"tables"' not in line
    return "\n".join(lines) + "\n"
