"""`assistant config`: settings with their origins, and the file changed in place."""

import json
import sys
from pathlib import Path

import pytest
from conftest import Run

COMMENTED = """\
# the top
model = "gpt-a"  # why

# about papers
library = "/papers"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own" / "config.toml"


def test_a_setting_is_set_and_taken_out_and_comments_stay(run: Run, file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.write_text(COMMENTED)
    own = {"ASSISTANT_CONFIG": str(file)}
    assert run("config", "set", "model", "gpt-b", **own).stdout == f"model = gpt-b, in {file}\n"
    assert file.read_text() == COMMENTED.replace("gpt-a", "gpt-b")
    assert run("config", "set", "--profile", "x", "max-tokens", "7", **own).returncode == 0
    assert run("config", "set", "profile.x.library", "here", cwd=tmp_path, **own).returncode == 0
    own_table = f'\n[profile.x]\nmax-tokens = 7\nlibrary = "{tmp_path}/here"\n'
    assert file.read_text() == COMMENTED.replace("gpt-a", "gpt-b") + own_table
    done = run("config", "set", "max-tokens", "8", **own, ASSISTANT_PROFILE="x")
    place = f"({file}:{file.read_text().splitlines().index('max-tokens = 7') + 1})"
    assert done.stderr == f"assistant: profile x sets max-tokens too {place}, and wins while it is the profile\n"
    assert run("config", "unset", "max-tokens", **own).returncode == 0
    assert run("config", "unset", "profile.x.library", **own).returncode == 0
    assert run("config", "unset", "--profile", "x", "max-tokens", **own).returncode == 0
    assert run("config", "unset", "profile.x.max-tokens", **own).returncode == 3
    assert file.read_text().rstrip() == COMMENTED.replace("gpt-a", "gpt-b").rstrip()
    for words in (("max-tokens", "0"), ("modle", "x"), ("profile.a/b.model", "x"), ("base-url", "nowhere")):
        assert run("config", "set", *words, **own).returncode == 2
    assert file.read_text().rstrip() == COMMENTED.replace("gpt-a", "gpt-b").rstrip()


def test_every_setting_is_shown_with_its_origin_and_no_secret(run: Run, file: Path) -> None:
    own = {"ASSISTANT_CONFIG": str(file), "ASSISTANT_CHECK": "none", "OPENAI_API_KEY": "sk-environment"}
    run("config", "set", "max-tokens", "9", **own)
    run("config", "set", "profile.p.base-url", "https://me:hunter2secret@host.example/v1", **own)
    words = ("--profile", "p", "--json", "--model", "m", "--timeout", "3")
    shown = run("config", *words, **own)
    rows = {row["key"]: row for row in map(json.loads, shown.stdout.splitlines())}
    facts = {key: (rows[key]["value"], rows[key]["origin"]) for key in ("model", "timeout", "max-tokens", "check")}
    assert facts == {
        "model": ("m", "flag"), "timeout": ("3", "flag"), "max-tokens": ("9", "file"), "check": ("none", "env"),
    }  # fmt: skip
    assert rows["base-url"]["value"] == "https://host.example/v1"
    assert rows["base-url"]["place"] == f"{file}:4"
    assert rows["OPENAI_API_KEY"]["value"] == "set, from env"
    assert rows["evidence"]["origin"] == "default"
    text = run("config", "show", "--profile", "p", **own).stdout
    assert f"max-tokens               9  (file: {file}:1)\n" in text
    assert "hunter2" not in shown.stdout + text
    row = json.loads(run("config", "--json", "--vectors", "http://h:8000", **own).stdout.splitlines()[1])
    assert row == {"key": "vectors", "value": "http://h:8000", "origin": "flag", "place": "--vectors"}
    assert run("config", "set", "vectors", "https://me:hunter2@h", **own).returncode == 2
    assert "sk-environment" not in shown.stdout + text


def test_a_key_is_read_from_standard_input_and_never_shown(run: Run, file: Path) -> None:
    own = {"ASSISTANT_CONFIG": str(file)}
    done = run("config", "set-key", "openai", typed="sk-never-shown\n", **own)
    assert done.stdout == (
        f"no keyring here keeps keys: the key openai is in {file.parent}/keys.json, which only you can read\n"
    )
    assert file.read_text() == '[keys]\nopenai = "file"\n'
    assert "OPENAI_API_KEY           set, from key file" in run("config", **own).stdout
    # A stored key makes the default model answer, as a variable does; no command but one that asks looks it up.
    assert "model                    gpt-4.1-mini" in run("config", **own).stdout
    assert run("config", "unset-key", "openai", **own).returncode == 0
    assert [path.name for path in file.parent.iterdir() if path.suffix != ".lock"] == ["config.toml"]
    assert run("config", "unset-key", "openai", **own).returncode == 3
    assert run("config", "set-key", "Open AI", typed="sk-1", **own).returncode == 2
    for words in (("set-key", "sk-typed-instead-of-a-name"), ("set", "key", "sk-typed-instead-of-a-name")):
        done = run("config", *words, typed="sk-1", **own)
        assert (done.returncode, "sk-typed" in done.stdout + done.stderr + file.read_text()) == (2, False)
    file.write_text("not TOML\n")
    assert run("config", "set-key", "openai", typed="sk-1", **own).returncode == 2
    kept = [path.name for path in file.parent.iterdir() if path.suffix != ".lock"]
    assert kept == ["config.toml"]  # nothing is kept that nothing would find


def test_what_was_written_in_the_editor_is_checked(run_process: Run, run: Run, file: Path, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text("import sys\nopen(sys.argv[1], 'a').write('timeout = true\\n')\n")
    own = {"ASSISTANT_CONFIG": str(file), "EDITOR": f"{sys.executable} {editor}"}
    done = run_process("config", "edit", **own)
    line = file.read_text().count("\n")
    assert (done.returncode, f"{file}:{line}: timeout has to be a number" in done.stderr) == (2, True)
    assert file.read_text().startswith("# What `assistant` works with")
    assert run("papers", **own).returncode == 2
    file.write_text("# nothing\n")
    assert run("config", "path", **own).stdout == f"{file}\n"
    assert run("config", "path").returncode == 2  # ASSISTANT_CONFIG=none: there is no file to name


def test_any_command_takes_a_profile(run: Run, file: Path, sample_library: Path) -> None:
    own = {"ASSISTANT_CONFIG": str(file)}
    run("config", "set", "profile.sample.library", sample_library, **own)
    for words in (("--profile", "sample", "papers"), ("papers", "--profile", "sample")):
        done = run(*words, **own)
        assert (done.returncode, done.stdout.count("\n") > 3) == (0, True)
    done = run("papers", "--profile", "other", **own)
    assert (done.returncode, "there is no profile 'other'; the profiles are: sample;" in done.stderr) == (2, True)


def test_what_several_set_at_once_is_all_set(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from assistant.app import config_edits, configuration, stored_keys
    from assistant.app.layers import Store

    file = tmp_path / "own" / "config.toml"

    def set_one(number: int) -> Store:
        config_edits.change(file, *config_edits.split(f"profile.p{number}.model", None), f"m{number}")
        return stored_keys.store(file.parent, f"k{number}", f"secret{number}")

    with ThreadPoolExecutor(8) as threads:
        stores = list(threads.map(set_one, range(24)))
    profiles = configuration.load({"ASSISTANT_CONFIG": str(file)}).profiles
    assert sorted(profiles) == sorted(f"p{number}" for number in range(24))
    keys = [stored_keys.find(file.parent, f"k{number}", store) for number, store in enumerate(stores)]
    assert keys == [f"secret{number}" for number in range(24)]
