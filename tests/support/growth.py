"""Work of any length -> a failed test where its time grows faster than the length: CPU time of the thread, compared."""

import gc
import time
from collections.abc import Callable

LONGER = 4
LIMIT = 8  # times as long; a time that grows with the square would be 16
NOISE = 0.02  # seconds of CPU time that pass for nothing
TRIES = 3  # the machine may be busy with other things, not always at the long one
UNITS = (
    # letters, words, scripts, marks that combine, signs as wide as nothing, characters that NFKC makes long
    "a", "A ", "aA", "Ab ", "GPT-4 ", "LLM ", "A-", "a+", "é", "漢", "漢字。", "あ ",
    "a\u0301", "\u0301", "\u200b", "ﷺ", "😀", "½",
    # digits, numbers, units, powers
    "1", "1 ", "1,", "1,000", "1/", "1-2 ", "1.5 ", "2x ", "1%", "1e1", "10^{5} ", "10(3) ", "1²", "x10^", "type 1 ",
    # punctuation
    "!", "…", "..", ". ", "?! ", "。", ", ", ";", ": ", "-", "—",
    # brackets, citations, quotes
    "[", "]", "[]", "[a] ", "[1] ", "[P1a2b] ", "[P1a2b, ", "P1a2b, ", "[P1a2b: “", "“a” ", "[a; ", "a; ",
    "(", ")", "(AB) ",
    "【", "{", '"', "“", "«", "'", "et al ", "(Smith, ", "[a](http://",
    # mathematics, markup, addresses
    "$", "$a", "\\(", "\\[", "\\a ", "\\'", "^", "_a ", "*a ", "**a", "`", "```\n", "| a |\n", "# a\n",
    "- a\n", "1. ", "<|", "&amp;",
    "http://", "www.a.b ", "10.1000/a ",
    # white space
    " ", "\t", "\n", "\n\n", "\r", "\u00a0", "\u2003", "\u2028",
    # words that mean something to a conversation, to dates and to checks
    "it is ", "the second one ", "paper 2 ", "what about ", "for a ", "not ", "from the ", "in 2020 ", "ok, ", "and ",
)  # fmt: skip
"""What strange texts are made of: each is one of these, again and again."""


def filled(unit: str, length: int, ending: str = "") -> str:
    return (unit * (length // len(unit) + 1))[:length] + ending


def check_linear(work: Callable[[int], object], length: int) -> None:
    """Do the work at a quarter of the length and at all of it, and compare."""
    pairs = []
    for _ in range(TRIES):
        long = cpu_seconds(work, length)
        if long <= NOISE:
            return
        short = cpu_seconds(work, length // LONGER)
        pairs.append((short, long))
        if long <= LIMIT * short + NOISE:
            return
    raise AssertionError(f"{LONGER} times the length took more than {LIMIT} times as long, in seconds: {pairs}")


def cpu_seconds(work: Callable[[int], object], length: int) -> float:
    """Return the CPU time that this thread spends, without collecting the garbage of others."""
    gc.disable()
    try:
        began = time.thread_time()
        work(length)
        return time.thread_time() - began
    finally:
        gc.enable()
