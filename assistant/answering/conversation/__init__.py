"""Questions that follow one another: understood in their conversation, answered alone, on disk."""
