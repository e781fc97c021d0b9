"""The user's TOML file, its profiles and stored keys -> settings, under flags and variables; nobody else's is read."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import libraries

from assistant import app
from assistant.app import configuration
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
