"""Records -> what a person reads: lines for a terminal, Markdown, BibTeX."""
