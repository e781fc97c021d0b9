"""The user's own TOML file -> an environment in layers, or an error that names the line; no other file is ever read.

A library or a working folder may come from a stranger, who would name an endpoint for the questions: what lies in one
is no configuration, whatever it is called.
"""

import functools
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.app.layers import KEY_CHOICE, Layer, LayeredEnvironment, Store
from assistant.domain.errors import UsageError

VARIABLE = "ASSISTANT_CONFIG"
"""The variable that names another file, or `none` for none."""
PROFILE = "ASSISTANT_PROFILE"
NAME = "config.toml"
KEYS, PROFILES = "keys", "profile"
"""The tables of a configuration beside its settings."""
PROFILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = 1_000_000  # bytes; a configuration with every setting and ten profiles has 10,000


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a file says, checked; empty where there is none."""

    path: Path | None
    """Where the file is, or would be; None where none is to be read."""
    values: Layer = field(default_factory=lambda: Layer("file"))
    profiles: Mapping[str, Layer] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)


def environment(variables: Mapping[str, str], profile: str | None = None) -> LayeredEnvironment:
    """Return the variables of a process, under them the profile (None: the one ASSISTANT_PROFILE names), then the file.

    Raises `UsageError` for a file that is none, with its line, for a profile that it does not have, and for a name of a
    key that is none.
    """
    from assistant.app import stored_keys

    if choice := variables.get(KEY_CHOICE, "").strip():
        try:
            stored_keys.require_name(choice)  # it is shown, which a key is not
        except UsageError as error:
            raise UsageError(error.what, path=KEY_CHOICE, cure=error.cure) from None
    configuration = load(variables)
    name = variables.get(PROFILE, "").strip() if profile is None else profile
    layers = [configuration.values]
    if name:
        layers.insert(0, find_profile(configuration, name))
    folder = configuration.path.parent if configuration.path else Path()
    find_key = functools.partial(stored_keys.find, folder)
    return LayeredEnvironment(variables, layers, configuration.stores, find_key, configuration.path)


def find_profile(configuration: Configuration, name: str) -> Layer:
    """Return the settings of a profile; raises `UsageError` that lists those there are."""
    if name in configuration.profiles:
        return configuration.profiles[name]
    there = ", ".join(configuration.profiles) or "none"
    cure = f"the profiles are: {there}; `assistant config set --profile NAME KEY VALUE` makes one"
    raise UsageError(f"there is no profile {name[:80]!r}", path=configuration.path, cure=cure)


def config_path(variables: Mapping[str, str]) -> Path | None:
    """Return where the configuration is, or would be: ASSISTANT_CONFIG, else in the user's configuration folder.

    None where that is `none`, or the user has no such folder that would be the same wherever a command is run. Raises
    `UsageError` for an ASSISTANT_CONFIG that is no whole path.
    """
    if name := variables.get(VARIABLE, "").strip():
        if name.casefold() == "none":
            return None
        try:
            path = Path(name).expanduser()
        except RuntimeError:
            path = Path(name)
        if not path.is_absolute():
            raise UsageError(f"{VARIABLE} is no whole path", path=name, cure="begin it with / or ~/, or say none")
        return path
    import platformdirs

    try:
        folder = Path(platformdirs.user_config_dir("assistant"))
    except (RuntimeError, KeyError):  # nobody knows where the user's home is
        return None
    return folder / NAME if folder.is_absolute() else None


def load(variables: Mapping[str, str]) -> Configuration:
    """Return what the user's file says; raises `UsageError` for one that cannot be used, with the line."""
    path = config_path(variables)
    text = None if path is None else read(path)
    return Configuration(path) if path is None or text is None else parse(path, text)


def read(path: Path) -> str | None:
    """Return the text of a configuration that nobody else can have written; None where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe would be waited for
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        cause, cure = error.strerror or str(error), f"make it readable, or set {VARIABLE}=none to read none"
        raise UsageError("the configuration cannot be read", path=path, cause=cause, cure=cure) from error
    with os.fdopen(descriptor, "rb") as file:
        require_own(path, os.fstat(descriptor))
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise UsageError(f"the configuration has more than {_LARGEST:,} bytes", path=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError("is not UTF-8 text", path=f"{path}:{line}", cure="save it as UTF-8") from error


def require_own(path: Path, status: os.stat_result) -> None:
    """Raise `UsageError` for a file that is no file, or that another user can have written."""
    if not stat.S_ISREG(status.st_mode):
        raise UsageError("the configuration is no file", path=path)
    if not hasattr(os, "geteuid"):  # Windows keeps these folders for their owner
        return
    if os.geteuid() and status.st_uid not in (0, os.geteuid()):
        cure = "use one of your own; ASSISTANT_CONFIG=none reads none"
        raise UsageError("the configuration belongs to another user, who could have questions sent anywhere", path=path,
                         cure=cure)  # fmt: skip
    if status.st_mode & stat.S_IWOTH:
        raise UsageError("anybody can write to the configuration", path=path, cure=f"run `chmod o-w {path}`")


def parse(path: Path, text: str) -> Configuration:
    """Return what the text of a configuration says; raises `UsageError` for the first fault, with its line."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except ValueError as error:  # also of a number with thousands of digits
        line = re.search(r"at line (\d+)", str(error))
        last = len(text.splitlines()) or 1
        place = f"{path}:{line[1] if line else last}"
        raise UsageError("is not TOML", path=place, cause=str(error), cure="`assistant config edit` opens it") from None
    except RecursionError:
        raise UsageError("is nested too deeply to be a configuration", path=path) from None
    reader = _Reader(path, text)
    profiles, keys = document.pop(PROFILES, {}), document.pop(KEYS, {})
    values = reader.layer("file", (), document)
    return Configuration(path, values, dict(reader.profiles(profiles)), dict(reader.stores(keys)))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the tables of one file, whose lines it names."""

    path: Path
    text: str

    def layer(self, origin: str, table: tuple[str, ...], values: Mapping[str, Any]) -> Layer:
        """Return the settings of one table."""
        from assistant.app.setting_table import find_setting

        texts: dict[str, str] = {}
        keys: dict[str, str] = {}
        for key, value in values.items():
            try:
                row = find_setting(key)
                if type(value) not in row.types:
                    names = " or ".join(_TYPES[kind] for kind in row.types if kind is not int or float not in row.types)
                    raise UsageError(f"{key} has to be {names}, not {_TYPES.get(type(value), 'that')}")
                row.require(str(value))
            except UsageError as error:
                place = self.place(*table, key)
                raise UsageError(error.what, path=place, cause=error.cause, cure=error.cure) from None
            texts[row.variable] = str(value)
            keys[row.variable] = key
        return Layer(origin, texts, lambda variable: self.place(*table, keys[variable]))

    def profiles(self, tables: object) -> Iterator[tuple[str, Layer]]:
        """Yield each profile by name."""
        if not isinstance(tables, dict):
            raise UsageError(f"{PROFILES} has to be tables, such as [profile.local]", path=self.place(PROFILES))
        for name, values in tables.items():
            if not isinstance(values, dict) or not PROFILE_NAME.fullmatch(name):
                what = f"{PROFILES}.{name[:80]} is no profile"
                cure = "write a table such as [profile.local], of letters, digits, - and _"
                raise UsageError(what, path=self.place(PROFILES, name), cure=cure)
            yield name, self.layer(f"profile {name}", (PROFILES, name), values)

    def stores(self, table: object) -> Iterator[tuple[str, Store]]:
        """Yield where each key is kept."""
        if not isinstance(table, dict):
            raise UsageError(f"{KEYS} has to be a table", path=self.place(KEYS))
        for name, store in table.items():
            if store not in ("keyring", "file"):
                cure = (
                    f'run `assistant config set-key {name[:64]}`, which writes "keyring" or "file" here, never the key'
                )
                raise UsageError(f"{KEYS}.{name[:80]} does not say where the key is", path=self.place(KEYS, name),
                                 cure=cure)  # fmt: skip
            yield name, store

    def place(self, *keys: str) -> str:
        """Return `file:line` of a key; the file alone where the line is not found."""
        from assistant.app.toml_lines import line_of

        line = line_of(self.text, keys)
        return f"{self.path}:{line}" if line else str(self.path)


_TYPES: Mapping[type, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table",
}  # fmt: skip
