"""A setting, a profile or the place of a key -> the user's TOML file changed in place, its comments kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.app import configuration, file_turns, stored_keys
from assistant.app.configuration import KEYS, PROFILE_NAME, PROFILES
from assistant.app.layers import Store
from assistant.app.setting_table import SettingRow, find_setting
from assistant.domain import files
from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_TEMPLATE = """\
# What `assistant` works with where neither a flag nor a variable says. `assistant config` lists all settings, with
# where each comes from. Keys are not kept here: `assistant config set-key openai`.
#
# model = "gpt-4.1-mini"
# library = "~/papers"
#
# [profile.local]            # chosen with --profile local, or ASSISTANT_PROFILE=local
# base-url = "http://127.0.0.1:11434/v1"
# model = "qwen3"
"""


def split(key: str, profile: str | None) -> tuple[str | None, SettingRow]:
    """Return the profile and the setting of a key such as `model`, or `profile.local.model`; raises `UsageError`."""
    if key.startswith(f"{PROFILES}."):
        _, name, key = (*key.split(".", 2), "", "")[:3]
        if profile not in (None, name):
            raise UsageError(f"the key names the profile {name}, and --profile another", cure="name one")
        profile = name
    if profile is not None and not PROFILE_NAME.fullmatch(profile):
        raise UsageError(f"{profile[:80]!r} is no name of a profile", cure="use letters, digits, - and _")
    return profile, find_setting(key)


def change(path: Path, profile: str | None, row: SettingRow, typed: str) -> str:
    """Set a setting, in the profile or for all (None); return its value as the file has it.

    A path is made whole first. Raises `UsageError` for a value that is none, and for a file that is none.
    """
    typed = typed.strip()
    text = str(Path(typed).absolute()) if row.is_path and typed and not typed.startswith("~") else typed
    row.require(text)
    value = _value(row, text)
    with file_turns.alone(path):
        document = _document(path)
        table = document if profile is None else _table(_table(document, PROFILES), profile)
        table[row.key] = value
        _write(path, document)
    return text


def take_out(path: Path, profile: str | None, row: SettingRow) -> bool:
    """Take a setting out of the profile, or of what is for all (None); return whether it was there."""
    if not path.exists():
        return False
    with file_turns.alone(path):
        document = _document(path)
        tables = document.get(PROFILES, {})
        table = document if profile is None else tables.get(profile, {})
        if row.key not in table:
            return False
        del table[row.key]
        if profile is not None and not table:
            del tables[profile]
            if not tables:
                del document[PROFILES]
        _write(path, document)
        return True


def note_key(path: Path, name: str, store: Store | None) -> bool:
    """Note where a key is kept, or with None that it is not; return whether that changed anything."""
    if store is None and not path.exists():
        return False
    with file_turns.alone(path):
        document = _document(path)
        if document.get(KEYS, {}).get(name) == store:
            return False
        if store is None:
            del document[KEYS][name]
            if not document[KEYS]:
                del document[KEYS]
        else:
            _table(document, KEYS)[name] = store
        _write(path, document)
        return True


def make(path: Path) -> None:
    """Make a file of comments where there is none."""
    if not path.exists():
        with stored_keys.replaced(path) as scratch:
            files.write_private(scratch, _TEMPLATE)


def _value(row: SettingRow, text: str) -> str | int | float:
    """Return what was typed as the first of the setting's types that it can be."""
    for kind in (int, float):
        if kind in row.types:
            try:
                return kind(text)
            except ValueError:
                continue
    return text


def _document(path: Path) -> "TOMLDocument":
    """Return the file, which has to be a sound configuration, to be changed; an empty one where there is none."""
    import tomlkit

    text = configuration.read(path)
    if text is None:
        return tomlkit.document()
    configuration.parse(path, text)
    return tomlkit.parse(text)


def _table(parent: Any, name: str) -> Any:
    """Return a table, made where it is not there."""
    import tomlkit

    if name not in parent:
        parent[name] = tomlkit.table(is_super_table=name == PROFILES)
    return parent[name]


def _write(path: Path, document: "TOMLDocument") -> None:
    """Replace the file by one that is a sound configuration too; a link to it stays one."""
    import tomlkit

    text = tomlkit.dumps(document)
    configuration.parse(path, text)
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    with stored_keys.replaced(target) as scratch:
        files.write_private(scratch, text)  # an address may hold a password
        scratch.chmod(mode)
