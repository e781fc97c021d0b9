"""`assistant …` and `python -m assistant …` -> the command line, and its exit code to the shell."""

import sys


def main() -> None:
    """Run one command and exit."""
    from assistant.cli import main as program

    sys.exit(program.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
