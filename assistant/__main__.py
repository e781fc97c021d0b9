"""`assistant …` and `python -m assistant …` -> the command line, and its exit code to the shell."""

import atexit
import contextlib
import gc
import os
import sys


def main() -> None:
    """Run one command and exit."""
    # What is imported stays: to look it through for rubbish again and again takes a thirtieth of a question's time.
    gc.set_threshold(100_000, 50, 100)
    # Read when numpy is imported: its pool of threads costs more to start than a command has for it to do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from assistant.cli import main as program

    code = program.run(sys.argv[1:])
    # All files are closed; to free the models one by one, which the end of the process does at once, takes a tenth.
    atexit._run_exitfuncs()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with contextlib.suppress(OSError, ValueError):  # what could not be written was told
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
