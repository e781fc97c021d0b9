"""Ask a library of research papers; every claim of the answer cites a paper and was checked against it."""
