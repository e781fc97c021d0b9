"""A function -> a process that runs it, forked from one that has imported what takes long and done nothing else.

What a process has of its own (memory, signals, a death, a terminal) a fork has as well; that of its start it lacks, and
half a second that tests with one process each would wait.
"""

import multiprocessing
from multiprocessing import util

util.get_temp_dir()  # of its socket: made before folders of tests are, for it is cleared away after them
context = multiprocessing.get_context("forkserver")
# Only imported: a Chroma or a model that is open cannot fork.
context.set_forkserver_preload(
    [
        "__main__",
        "chromadb_rust_bindings",
        "tantivy",
        "tokenizers",
        "openai.resources.chat.completions",
        "prompt_toolkit.shortcuts",
        "rich.console",
        "rich.markdown",
        "assistant.library.writer",
        "assistant.cli.main",
        "assistant.cli.commands.chat",
        "assistant.answering.pipeline",
        "assistant.app.models",
        "assistant.models.openai.chat",
    ]
)
