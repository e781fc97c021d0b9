"""Work of any length -> a failed test where its time grows faster than the length: CPU time of the thread, compared."""

import gc
import time
from collections.abc import Callable

LONGER = 4
LIMIT = 8  # times as long; a time that grows with the square would be 16
NOISE = 0.02  # seconds of CPU time that pass for nothing
TRIES = 3  # the machine may be busy with other things, not always at the long one


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
