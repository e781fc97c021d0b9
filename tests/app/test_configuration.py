"""The user's TOML file, its profiles and stored keys -> settings, under flags and variables; nobody else's is read."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from support import libraries

from assistant import app
from assistant.app import configuration, stored_keys
from assistant.app.layers import Origin
from assistant.domain.errors import UsageError

FILE = """\
# mine
model = "gpt-file"       # the usual one
max-tokens = 1000
budget = 0.5

[profile.local]
base-url = "http://127.0.0.1:9/v1"
model = "qwen3"
"""


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.passwords[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before, own = keyring.get_keyring(), Drawer()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """The variables of a process whose user has the configuration above."""
    path = tmp_path / "home" / "config.toml"
    path.parent.mkdir()
    path.write_text(FILE)
    return {"ASSISTANT_CONFIG": str(path)}


def written(variables: Mapping[str, str], text: str) -> Path:
    path = Path(variables["ASSISTANT_CONFIG"])
    path.write_text(text)
    return path


def test_a_flag_wins_over_a_variable_over_the_profile_over_the_file_over_the_default(variables: dict[str, str]) -> None:
    place = variables["ASSISTANT_CONFIG"]

    def settled(profile: str | None = None, **more: str) -> tuple[str | None, int, str]:
        environment = configuration.environment({**variables, **more}, profile)
        settings = app.load_settings(environment)
        return settings.model, settings.max_tokens, settings.base_url

    assert settled() == ("gpt-file", 1000, "")
    assert settled("local") == ("qwen3", 1000, "http://127.0.0.1:9/v1")
    assert settled(ASSISTANT_PROFILE="local") == settled("local")
    assert settled("local", ASSISTANT_MODEL="gpt-env", OPENAI_BASE_URL="") == ("gpt-env", 1000, "http://127.0.0.1:9/v1")
    assert app.load_settings(configuration.environment(variables), model="gpt-flag").model == "gpt-flag"
    environment = configuration.environment({**variables, "ASSISTANT_MAX_TOKENS": "5"}, "local")
    names = ("ASSISTANT_MAX_TOKENS", "ASSISTANT_MODEL", "ASSISTANT_BUDGET", "ASSISTANT_CHECK")
    assert [environment.origin(name) for name in names] == [
        Origin("env", "ASSISTANT_MAX_TOKENS"),
        Origin("profile local", f"{place}:8"),
        Origin("file", f"{place}:4"),
        Origin("default"),
    ]
    assert dict(configuration.environment({"ASSISTANT_CONFIG": "none"})) == {"ASSISTANT_CONFIG": "none"}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('model = "a"\nmodle = "b"\n', 2, "there is no setting 'modle'"),
        ("[profile.x]\n\nmax_tokens = 5\n", 3, "there is no setting 'max_tokens'"),
        ('timeout = "5"\n', 1, "timeout has to be a number, not a text"),
        ("max-tokens = true\n", 1, "max-tokens has to be a whole number, not true or false"),
        ("budget = [\n 1,\n]\n", 1, "budget has to be a text or a number, not a list"),
        ("\n\nmax-tokens = 0\n", 3, "'0' is not a number of tokens that a reply may have"),
        ('embedder = "magic"\n', 1, "there is no embedder 'magic'"),
        ('base-url = "ftp://h"\n', 1, "'ftp://h' is not the address of an endpoint"),
        ('library = "papers"\n', 1, "'papers' depends on the working folder"),
        ('a = 1\nmodel = "b\n', 2, "is not TOML"),
        ('model = "a"\n[profile]\nlocal = 1\n', 3, "profile.local is no profile"),
        ('[keys]\nopenai = "sk-123"\n', 2, "keys.openai does not say where the key is"),
        ("timeout = " + "9" * 5000, 1, "is not TOML"),
        ('\ufeffprices = """/\n[a]\nb"""\r\n[profile."x"]\r\nbudget = -1\r\n', 5, "'-1' is no budget"),
        ("profile.x.timeout = 0\n", 1, "'0' is not a number of seconds that a reply may take"),
        ("[[profile]]\n", 1, "profile has to be tables"),
    ],
)
def test_what_is_no_setting_is_told_with_its_line(variables: dict[str, str], text: str, line: int, what: str) -> None:
    path = written(variables, text)
    with pytest.raises(UsageError) as caught:
        configuration.environment(variables)
    assert (str(caught.value.path), caught.value.what.split(",")[0]) == (f"{path}:{line}", what.split(",")[0])
    assert "sk-123" not in str(caught.value)


def test_only_the_users_own_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a library's folder nor the working one has a say, whatever lies in it under whatever name."""
    stranger = 'base-url = "http://evil.example/v1"\n'
    for folder in (libraries.made(tmp_path), tmp_path):
        for name in (
            "config.toml",
            "assistant.toml",
            ".assistant.toml",
            "pyproject.toml",
            ".config/assistant/config.toml",
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(stranger)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    monkeypatch.setenv("ASSISTANT_LIBRARY", str(tmp_path / "library"))
    for relative in (".config", "."):
        monkeypatch.setenv("XDG_CONFIG_HOME", relative)
        assert "OPENAI_BASE_URL" not in configuration.environment({"ASSISTANT_LIBRARY": str(tmp_path / "library")})
    with pytest.raises(UsageError, match="ASSISTANT_CONFIG is no whole path"):
        configuration.environment({"ASSISTANT_CONFIG": "config.toml"})


def test_a_file_that_others_can_write_or_that_is_none_is_not_read(variables: dict[str, str]) -> None:
    path = Path(variables["ASSISTANT_CONFIG"])
    path.chmod(0o666)
    with pytest.raises(UsageError, match=r"anybody can write to the configuration; run `chmod o-w"):
        configuration.environment(variables)
    path.unlink()
    assert "ASSISTANT_MODEL" not in configuration.environment(variables)
    os.mkfifo(path)
    with pytest.raises(UsageError, match="the configuration is no file"):
        configuration.environment(variables)


def test_a_profile_that_is_not_there_is_told_with_those_that_are(variables: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"there is no profile 'locl'; the profiles are: local;"):
        configuration.environment(variables, "locl")


def test_a_key_is_kept_in_the_keyring_and_read_when_it_is_needed(variables: dict[str, str], drawer: Drawer) -> None:
    path = written(variables, FILE + '\n[keys]\nopenai = "keyring"\nmine = "keyring"\n')
    assert stored_keys.store(path.parent, "openai", " sk-drawer\n") == "keyring"
    assert drawer.passwords == {("assistant", "openai"): "sk-drawer"}
    environment = configuration.environment(variables)
    assert "OPENAI_API_KEY" in environment
    assert environment["OPENAI_API_KEY"] == "sk-drawer"
    assert environment.origin("OPENAI_API_KEY") == Origin("keyring", "openai")
    assert configuration.environment({**variables, "OPENAI_API_KEY": "sk-env"})["OPENAI_API_KEY"] == "sk-env"
    local = configuration.environment(variables, "local")  # OpenAI's key goes to no other address
    assert (local.get("OPENAI_API_KEY"), local.stored_key("OPENAI_API_KEY")) == (None, "")
    assert configuration.environment({**variables, "ASSISTANT_KEY": "mine"}).stored_key("OPENAI_API_KEY") == "mine"
    stored_keys.remove(path.parent, "openai", "keyring")
    assert drawer.passwords == {}
    with pytest.raises(UsageError, match="the key openai is not in the keyring, where the configuration says it is"):
        configuration.environment(variables)["OPENAI_API_KEY"]


ROUTED = """\
base-url = "https://router.example/v1"
key = "router"
[profile.official]
base-url = "https://api.openai.com/v1/"
[profile.other]
base-url = "http://127.0.0.1:9/v1"
[profile.both]
base-url = "http://127.0.0.1:9/v1"
key = "mine"
[keys]
openai = "file"
router = "file"
mine = "file"
"""


@pytest.mark.parametrize(
    ("profile", "more", "name"),
    [
        ("", {}, "router"),
        ("official", {}, "openai"),
        ("other", {}, ""),
        ("both", {}, "mine"),
        ("", {"OPENAI_BASE_URL": "http://stranger.example/v1"}, ""),
        ("both", {"OPENAI_BASE_URL": "https://api.openai.com/v1"}, "openai"),
        ("other", {"OPENAI_BASE_URL": "https://router.example/v1/"}, "router"),
        ("other", {"ASSISTANT_KEY": "mine"}, "mine"),
    ],
)
def test_a_key_goes_to_the_address_beside_which_it_is_named_and_to_no_other(
    variables: dict[str, str], profile: str, more: dict[str, str], name: str
) -> None:
    written(variables, ROUTED)
    assert configuration.environment({**variables, **more}, profile).stored_key("OPENAI_API_KEY") == name


def test_where_there_is_no_keyring_a_key_is_in_a_file_for_its_owner_alone(variables: dict[str, str]) -> None:
    folder = written(variables, '[keys]\nopenai = "file"\n').parent
    assert stored_keys.store(folder, "openai", "sk-file") == "file"
    path = folder / "keys.json"
    assert (path.stat().st_mode & 0o777, json.loads(path.read_text())) == (0o600, {"openai": "sk-file"})
    assert configuration.environment(variables)["OPENAI_API_KEY"] == "sk-file"
    path.chmod(0o640)
    with pytest.raises(UsageError, match="others can read the file of keys") as caught:
        configuration.environment(variables)["OPENAI_API_KEY"]
    assert "sk-file" not in str(caught.value)
    path.chmod(0o600)
    stored_keys.remove(folder, "openai", "file")
    assert not path.exists()
    for text in ("two words", "", "a\x1bb"):
        with pytest.raises(UsageError, match="what was given is no key"):
            stored_keys.store(folder, "openai", text)


class Locked(Drawer):
    """A keyring whose owner does not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("secret words")

    set_password = get_password  # type: ignore[assignment]


def test_a_keyring_that_keeps_nothing_or_fails_is_none(variables: dict[str, str]) -> None:
    from keyring.backends.null import Keyring

    folder = written(variables, '[keys]\nopenai = "keyring"\n').parent
    before = keyring.get_keyring()
    try:
        for ring in (Keyring(), Locked()):  # type: ignore[no-untyped-call]
            keyring.set_keyring(ring)
            assert stored_keys.store(folder, "openai", "sk-1") == "file"
            stored_keys.remove(folder, "openai", "file")
        with pytest.raises(UsageError, match=r"the keyring still has the key openai \(OSError\); unlock it"):
            stored_keys.remove(folder, "openai", "keyring")
        with pytest.raises(UsageError, match=r"the keyring does not give the key openai \(OSError\); unlock it"):
            configuration.environment(variables)["OPENAI_API_KEY"]
    finally:
        keyring.set_keyring(before)
