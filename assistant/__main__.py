"""`assistant …` and `python -m assistant …` -> the command line, and its exit code to the shell."""

import os
import sys


def main() -> None:
    """Run one command and exit."""
    # Read when numpy is imported: its pool of threads costs more to start than a command has for it to do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from assistant.cli import main as program

    sys.exit(program.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
