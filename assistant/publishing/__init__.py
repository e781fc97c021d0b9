"""Answers and papers -> files that other programs open: Markdown, LaTeX, HTML, BibTeX, CSV."""
