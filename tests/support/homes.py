"""Where commands run in a test, and with what: a folder with a small library, and an environment that names it."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from support import commands, libraries

QUESTION = libraries.QUESTIONS[1]


@dataclass
class Home:
    """Where the commands of a test run, and with what."""

    folder: Path
    environment: dict[str, str]
    typed: bytes | None = field(default=QUESTION.encode())

    @property
    def library(self) -> Path:
        """The folder of the library."""
        return self.folder / "library"

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run one command."""
        return commands.in_this_process(list(words), self.typed, self.folder, self.environment)
