"""A run in numbers -> text for a terminal, Markdown, JUnit XML, one HTML file."""
