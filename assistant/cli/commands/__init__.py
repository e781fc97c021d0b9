"""One command a module: words typed in a shell -> calls of the assistant, and its results printed."""
