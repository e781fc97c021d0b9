"""Papers <-> a folder that keeps them: the catalogue is the truth, the vector and word indexes are caches of it."""
