"""A catalogue -> what it says of its library: what it was built with, which indexes are current, and their files."""

from assistant.domain.errors import LibraryError
from assistant.library import database, index, rows, state
from assistant.library.connection import CatalogueConnection


class CatalogueFacts(CatalogueConnection):
    """The named facts about a library, and the records of its index files."""

    # -- state

    def state(self) -> dict[str, str]:
        """Return the named facts about the library: `fingerprint`, `generation`, and so on."""
        facts = {str(key): str(value) for key, value in self.read("SELECT key, value FROM state")}
        if not {"fingerprint", "generation", "dimension"} <= facts.keys():
            raise database.unusable(self.path, "it does not say what the library was built with")
        return facts

    def check_state(self) -> None:
        """Raise `LibraryError` where the facts about the library are not as they were written."""
        facts = self.state()
        if self.version() > 1 and facts.get("checksum") != rows.state_checksum(facts):
            raise LibraryError(
                "what the catalogue says of itself is not as it was written",
                path=self.path,
                cause=f"fingerprint {facts['fingerprint']}, dimension {facts['dimension']}",
                cure=f"{index.REINDEX} with --embedder NAME",
            )

    def generation(self) -> int:
        """Return the number of the current generation of indexes; 0 before the first ingest has ended."""
        return state.whole_number(self.path, self.state(), "generation")

    def numbers(self) -> dict[str, int]:
        """Return {kind of index: the number of the folder that it is in}: of the vector index and the word index."""
        facts, generation = self.state(), self.generation()
        vectors = state.whole_number(self.path, facts, "vectors") if "vectors" in facts else generation
        return {self.vector_index(): vectors, index.LEXICAL: generation}

    def dimension(self) -> int:
        """Return how many numbers each stored vector has."""
        return state.whole_number(self.path, self.state(), "dimension", 1)

    def vector_index(self) -> str:
        """Return the name of the library's vector index, one of `index.VECTOR_INDEXES`."""
        return index.require(self.state().get("vector_index", index.DEFAULT), self.path.parent)

    def set_state(self, **values: str) -> None:
        """Set facts; those not named stay."""
        facts = self.state() | values
        facts["checksum"] = rows.state_checksum(facts)
        self.run_many(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", facts.items()
        )

    def faults(self, *, every: bool = False) -> list[str]:
        """Return what SQLite finds wrong with the file when it reads all of it; with `every`, also what its own indexes
        say of its tables."""
        check = "integrity_check" if every else "quick_check"
        findings = [str(finding) for (finding,) in self.read(f"PRAGMA {check}(3)")]
        return [f"{self.path}: {finding}" for finding in findings if finding != "ok"]

    # -- index files

    def files(self, generation: int) -> dict[str, tuple[int, int, str]]:
        """Return {relative path: (size, modified ns, sha256)} of the index files of a generation."""
        records = self.read("SELECT path, size, modified, digest FROM files WHERE generation = ?", (generation,))
        return {
            str(path): (state.integer(size), state.integer(modified), str(digest))
            for path, size, modified, digest in records
        }

    def set_files(self, generation: int, files: dict[str, tuple[int, int, str]]) -> None:
        """Record the index files of `generation`, and forget those of every other."""
        self.run("DELETE FROM files")
        self.run_many(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?)", [(generation, path, *facts) for path, facts in files.items()]
        )

    def renew_files(self, generation: int, files: dict[str, tuple[int, int, str]]) -> None:
        """Record some index files of `generation` as they are now; nothing where it is no longer current."""
        with self.transaction():
            self.run_many(
                "UPDATE files SET size = ?, modified = ?, digest = ? WHERE generation = ? AND path = ?",
                [(*facts, generation, path) for path, facts in files.items()],
            )
