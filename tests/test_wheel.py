"""The wheel, installed where nothing else of ours is, answers from the sample library."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_an_installed_wheel_answers_from_the_sample(tmp_path: Path, clean_environment: Mapping[str, str]) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        assert "assistant/evaluation/reports/report.html.j2" in packed.namelist()
        page = {f"assistant/serving/page/{name}" for name in ("ask.html.j2", "page.css", "page.js")}
        assert page <= {*packed.namelist()}
        [license] = [name for name in packed.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert packed.read(license) == (ROOT / "LICENSE").read_bytes()
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home), "platbase": str(home)}))
    # Dependencies come from here by path; a path in a .pth file is not searched for .pth files of its own, so the
    # editable install of this checkout stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install = [sys.executable, "-m", "pip", "--python", str(home), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    environment = {**clean_environment, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    del environment["PYTHONPATH"]
    done = subprocess.run(
        [str(home / "bin" / "assistant"), "ask", "How can reward overoptimization be mitigated?"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "[1] " in done.stdout
    assert "Reward Model" in done.stdout
    where = [str(home / "bin" / "python"), "-c", "import assistant; print(assistant.__file__)"]
    shown = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert Path(shown.stdout.strip()).is_relative_to(home)
