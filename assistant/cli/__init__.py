"""Words typed in a shell -> calls of the assistant, and its results -> text, JSON and exit codes."""
