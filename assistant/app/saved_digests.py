"""Names of digests <-> what each is about, in `digests.toml` of a library, and which papers it has told of, beside it;
of a library at a server both are among the user's own data.

The file of topics is for people: it can be edited, and comments in it stay. What was told of is kept a file a digest,
in `digests/`; a digest whose file is gone has told of nothing.
"""

import contextlib
import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.app import file_turns
from assistant.domain import files
from assistant.domain.errors import LibraryError, UsageError
from assistant.library import disk

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

FILE = "digests.toml"
_TOLD = "digests"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class SavedDigest:
    """What a digest is about."""

    topics: tuple[str, ...] = ()
    since_last: bool = False
    """Whether it is about what it has not told of, rather than about a period."""
    filters: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """Options of filters by their names, as they are typed: {"until": "2025", "source": "arxiv", "tags": ("rlhf",)}."""


@dataclass(frozen=True, slots=True)
class SavedDigests:
    """One reader's digests of one library."""

    library: Path
    """The library's folder, or for one at a server a folder that stands in for it."""
    is_at_server: bool = False

    def all(self) -> dict[str, SavedDigest]:
        """Return {name: digest}, in the order of the file; raises `UsageError` for a file that is none of ours."""
        path = self.library / FILE
        try:
            with files.open_regular(path) as file:
                tables = tomllib.loads(file.read().decode("utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise disk.failed(path, error) from error
        except ValueError as error:  # no UTF-8, or no TOML
            raise UsageError("is no TOML", path=path, cause=str(error), cure="mend it; nothing was changed") from error
        return {name: _read(path, name, table) for name, table in tables.items()}

    def get(self, name: str) -> SavedDigest:
        """Return the digest of this name; raises `UsageError` where there is none."""
        saved = self.all()
        if name not in saved:
            known = f"there are {', '.join(saved)}" if saved else "none is saved yet"
            cure = f"save it with `assistant digest --save {name} --topic …`" if _NAME.fullmatch(name) else ""
            raise UsageError(f"no digest is named {name!r}; {known}", cure=cure)
        return saved[name]

    def save(self, name: str, digest: SavedDigest) -> None:
        """Add a digest to the file; raises `UsageError` for a name that is taken or is none, `LibraryError`."""
        import tomlkit

        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a digest", cure="use a-z, 0-9, - and _, such as reward-models")
        with self._writing():
            if name in self.all():
                cure = f"edit {self.library / FILE}, or `assistant digest --forget {name}` first"
                raise UsageError(f"there is a digest named {name!r} already", cure=cure)
            document = self._document()
            table = tomlkit.table()
            if digest.topics:
                table["topics"] = list(digest.topics)
            if digest.since_last:
                table["since"] = "last"
            for option, value in digest.filters.items():
                table[option] = value if isinstance(value, str) else list(value)
            document[name] = table
            self._write(FILE, tomlkit.dumps(document))

    def forget(self, name: str) -> None:
        """Take a digest out of the file, and what it has told of; raises `UsageError` where there is none."""
        import tomlkit

        with self._writing():
            self.get(name)
            document = self._document()
            del document[name]
            self._write(FILE, tomlkit.dumps(document))
            with contextlib.suppress(FileNotFoundError):
                self._told(name).unlink()

    def told(self, name: str) -> frozenset[str]:
        """Return the ids of the papers that a digest has told of, or had before it; raises `UsageError` for a file that
        is none of ours."""
        path = self._told(name)
        try:
            with files.open_regular(path) as file:
                ids = json.loads(file.read())["papers"]
            if not isinstance(ids, list):
                raise TypeError("papers is no list")
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise disk.failed(path, error) from error
        except (ValueError, KeyError, TypeError) as error:
            cure = "remove it, and the digest tells of all papers once more"
            raise UsageError("is not what a digest wrote", path=path, cause=str(error), cure=cure) from error
        return frozenset(map(str, ids))

    def remember(self, name: str, ids: Collection[str], now: datetime) -> None:
        """Note that a digest has told of these papers; raises `LibraryError` where that cannot be written."""
        self._require_library()
        folder = self.library / _TOLD
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            files.check_ordinary(folder)
        except OSError as error:
            raise disk.full(self.library, error) or disk.failed(folder, error) from error
        rows = {"run": now.isoformat(timespec="seconds"), "papers": sorted(ids)}
        self._write(f"{_TOLD}/{name}.json", json.dumps(rows, indent=0) + "\n")

    def last_run(self, name: str) -> str:
        """Return when a digest was last remembered, as it was written; "" for never."""
        missing = OSError, ValueError, KeyError, TypeError
        with contextlib.suppress(*missing), files.open_regular(self._told(name)) as file:
            return str(json.loads(file.read())["run"])
        return ""

    def _told(self, name: str) -> Path:
        return self.library / _TOLD / f"{name}.json"

    def _document(self) -> "TOMLDocument":
        import tomlkit

        try:
            with files.open_regular(self.library / FILE) as file:
                return tomlkit.parse(file.read())
        except FileNotFoundError:
            return tomlkit.document()

    def _write(self, name: str, text: str) -> None:
        try:
            files.replace_private(self.library / name, text)
        except OSError as error:
            why = str(error.strerror or error)
            raise disk.full(self.library, error) or disk.unwritable(self.library, why) from error

    def _require_library(self) -> None:
        if self.is_at_server:
            try:
                self.library.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise disk.failed(self.library, error) from error
        if not self.library.is_dir():
            cure = f"make it with `assistant ingest PATH --library {self.library}`"
            raise LibraryError("there is no library here to keep a digest in", path=self.library, cure=cure)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Have the file to oneself."""
        self._require_library()
        with file_turns.alone(self.library / FILE):
            yield


def _read(path: Path, name: str, table: object) -> SavedDigest:
    """Return what a table of the file says; raises `UsageError` for what is none."""
    if not isinstance(table, dict) or not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no digest", path=path, cure="a digest is a table, such as [reward-models]")
    values = dict(table)
    topics = values.pop("topics", [])
    if not _are_texts(topics):
        raise UsageError(f"the topics of {name!r} are no list of texts", path=path)
    since_last = values.get("since", "last") == "last"
    if since_last:
        values.pop("since", None)
    if strange := [option for option, value in values.items() if not _is_given(option, value)]:
        what = f"{', '.join(strange)} of {name!r} is no text"
        raise UsageError(what, path=path, cure='write it in quotes: "2025-11"')
    filters = {option: tuple(value) if isinstance(value, list) else str(value) for option, value in values.items()}
    return SavedDigest(tuple(topics), since_last, filters)


def _is_given(option: str, value: object) -> bool:
    """Whether an option has a text, or the one of which there may be several a list of texts."""
    return _are_texts([value]) or (option == "tags" and _are_texts(value))


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value)
