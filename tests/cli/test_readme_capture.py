"""The conversation in the README is what a terminal of 80 columns shows, seconds aside.

ASSISTANT_WRITE_README=1 in the environment has this test write it there.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from support.chats import OVEROPTIMIZATION
from support.terminal import CTRL_D, Terminal, masked

from assistant.library import sample
from assistant.models.onnx.local import local_embedder

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"(?<=<!-- capture: chat -->\n).*?(?=<!-- /capture -->)", re.DOTALL)


def test_the_conversation_in_the_readme_is_what_a_terminal_shows(environment: Mapping[str, str], cache: Path) -> None:
    library = sample.library(cache, local_embedder(environment), lambda _: None)
    with Terminal("chat", environment={**environment, "ASSISTANT_LIBRARY": str(library)}) as terminal:
        terminal.until_prompt()
        begin = len(terminal.lines()) - 1
        for typed in (OVEROPTIMIZATION, "What about ensembles?", "/why 3"):
            terminal.enter(typed)
        shown = "\n".join(terminal.lines()[begin:-1])
        terminal.press(CTRL_D)
        assert terminal.end() == 0
    told = README.read_text()
    block = f"```text\n{shown}\n```\n"
    if os.environ.get("ASSISTANT_WRITE_README") == "1":
        README.write_text(BLOCK.sub(lambda _: block, told, count=1))
        return
    [held] = BLOCK.findall(told)
    assert masked(held) == masked(block)
