"""The names of keys in a configuration -> keys in a keyring or a file, each for the address that it is meant for."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from assistant.app import configuration, stored_keys
from assistant.app.layers import Origin
from assistant.domain.errors import UsageError

FILE = """\
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
    """The variables of a process whose user has a configuration of their own."""
    return {"ASSISTANT_CONFIG": str(tmp_path / "config.toml")}


def written(variables: Mapping[str, str], text: str) -> Path:
    path = Path(variables["ASSISTANT_CONFIG"])
    path.write_text(text)
    return path


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


def test_a_key_in_the_place_of_its_name_is_not_shown(variables: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        configuration.environment({**variables, "ASSISTANT_KEY": "sk-Secret"})
    assert str(caught.value).startswith(
        "ASSISTANT_KEY: what was given is no name of a key; use openai, semantic-scholar"
    )


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
