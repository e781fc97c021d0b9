"""The options that set a setting of a command, each written once: what `options` puts together."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def _setting(flag: str, metavar: str, text: str) -> Callable[[Command], Command]:
    """Return an option that a variable of ours sets too: `--max-tokens`, and ASSISTANT_MAX_TOKENS."""
    variable = f"ASSISTANT_{flag.removeprefix('--').replace('-', '_').upper()}"
    return click.option(flag, metavar=metavar, envvar=variable, show_envvar=True, help=text)


LIBRARY = _setting(
    "--library", "DIR", "The library; by default store/default in a checkout, else one in your data folder."
)
VECTORS = _setting(
    "--vectors",
    "ADDRESS",
    "A Chroma server that has the library, such as http://host:8000, or `cloud`; no folder then.",
)
EMBEDDER = _setting(
    "--embedder",
    "NAME",
    "`local` (the default), `onnx:<folder>`, `openai:<model>`, `llama-index:<name>`, or `hashing`.",
)
RERANKER = _setting(
    "--reranker", "NAME", "What reads two texts together: `local` (the default), `onnx:<folder>`, or `none`."
)
MODEL = _setting("--model", "NAME", "The answering model; `none` for quotes.")
TIMEOUT = _setting(
    "--timeout",
    "SECONDS",
    "How long a model may be silent, or an embedder may take [120; 180 before a local model's first word].",
)
MAX_TOKENS = _setting("--max-tokens", "N", "The most tokens of a model's reply [4096].")
EVIDENCE = _setting(
    "--evidence",
    "TOKENS",
    "How much of the papers a model is shown [800 for one on this machine, 10000 for another].",
)
BUDGET = _setting(
    "--budget", "AMOUNT", "The most that the model may cost in all: US dollars (0.50), or tokens (20000t)."
)
CHECK = _setting(
    "--check",
    "NAME",
    "Who judges claims in other words: the answering `model`, or `none` [a model that is not on this machine].",
)
CHECKER = _setting(
    "--checker",
    "NAME",
    "Another model that judges: its name at the endpoint, or a folder of an ONNX model of inference.",
)
NO_MODEL = click.option("--no-model", is_flag=True, help="Answer with quotes, whatever model is set.")
