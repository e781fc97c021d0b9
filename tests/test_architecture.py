"""The house as its folders tell it: imports point one way at every level, and commands import only what they need."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "assistant"

# Who may import a vendor's package, at module level or inside functions.
VENDORS = {
    "chromadb": {"library/server/"},  # half a second; for a folder, the engine inside of it is what is needed
    "chromadb_rust_bindings": {"library/chroma.py"},
    "tantivy": {"library/bm25.py"},
    "openai": {"models/openai/"},
    "llama_index": {"models/llama_index", "app/llama_index.py"},
    "onnxruntime": {"models/onnx/"},
    "tokenizers": {"models/onnx/"},
    "rich": {"cli/"},
    "click": {"cli/"},
    "prompt_toolkit": {"cli/commands/chat/"},
    "scipy": {"evaluation/statistics.py", "retrieval/themes.py"},
    "jinja2": {"publishing/", "serving/page/"},
    "keyring": {"app/"},
    "mcp": {"serving/"},
    "starlette": {"serving/"},
    "uvicorn": {"serving/"},
    "tomlkit": {"app/"},
    "markupsafe": {"publishing/", "serving/page/"},
    "pylatexenc": {"domain/titles.py", "publishing/latex_text.py"},
    "bibtexparser": {"ingest/formats/bibtex.py"},
    "defusedxml": {"ingest/formats/arxiv.py"},
    "pypdf": {"ingest/formats/pdf_pages.py"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def packages() -> list[Path]:
    return sorted({path.parent for path in modules()})


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All that a module is made of, itself first."""
    return tuple(ast.walk(ast.parse(path.read_text())))


@cache
def imported(path: Path) -> frozenset[str]:
    """The dotted names that a module imports, at its top or inside functions."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return frozenset(names)


def roots(path: Path) -> set[str]:
    """The packages that a module imports, ours too."""
    return {name.split(".")[0] for name in imported(path)}


def here(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room(package: Path, path: Path) -> str:
    """The child of a package that a module belongs to; "" for the package's own `__init__`."""
    inner = path.relative_to(package).with_suffix("").parts
    return "" if inner in {("__init__",), ("__main__",)} else inner[0]


def arrows(package: Path) -> dict[str, set[str]]:
    """Child of a package -> the other children that it imports, wherever the import stands."""
    prefix = ".".join(("assistant", *package.relative_to(PACKAGE).parts)) + "."
    children = {room(package, path) for path in package.rglob("*.py")} - {""}
    graph: dict[str, set[str]] = {child: set() for child in children}
    for path in package.rglob("*.py"):
        if child := room(package, path):
            inside = {name.removeprefix(prefix).split(".")[0] for name in imported(path) if name.startswith(prefix)}
            graph[child] |= (inside & children) - {child}
    return graph


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.relative_to(PACKAGE.parent).as_posix())
def test_imports_point_one_way_at_every_level(package: Path) -> None:
    """The folders and modules of each package can be stacked so that each imports only from below."""
    try:
        list(TopologicalSorter(arrows(package)).static_order())
    except CycleError as error:
        pytest.fail(f"{package.name}: {' -> '.join(error.args[1])} is a circle")


def test_the_stages_stand_in_the_order_of_the_pipeline() -> None:
    """What the README and the design say of the order is what the imports say."""
    graph = arrows(PACKAGE)
    stages = "domain ingest library retrieval verification answering publishing evaluation app serving cli".split()
    for place, stage in enumerate(stages):
        assert not graph[stage] & set(stages[place + 1 :]), f"{stage} imports from a later stage"
    assert not graph["domain"]


def test_the_house_has_at_most_twelve_rooms() -> None:
    assert len(arrows(PACKAGE).keys() - {"testing"}) <= 12


def test_contributing_says_of_each_room_what_lives_there() -> None:
    told = (PACKAGE.parent / "CONTRIBUTING.md").read_text()
    assert {room for room in arrows(PACKAGE) if not re.search(rf"\*\*{room}\*\*|/{room}\.py ", told)} == set()


def test_nothing_imports_what_is_not_shipped() -> None:
    unshipped = {here(path): roots(path) & {"evals", "tests", "bench"} for path in modules()}
    assert {path: names for path, names in unshipped.items() if names} == {}


def test_the_domain_needs_only_the_standard_library() -> None:
    """But pylatexenc: what makes two titles equal is the domain's to say, and LaTeX is not ours to write a reader of.

    It is imported only for a title with a backslash.
    """
    for path in (PACKAGE / "domain").rglob("*.py"):
        outside = roots(path) - {"assistant", "pylatexenc"}
        outside -= sys.stdlib_module_names
        assert not outside, f"{path.name} imports {outside}"


def test_each_vendor_is_imported_in_one_place() -> None:
    elsewhere = {
        here(path): vendors
        for path in modules()
        if (vendors := {vendor for vendor in roots(path) & VENDORS.keys() if not may_import(here(path), vendor)})
    }
    assert elsewhere == {}


def may_import(path: str, vendor: str) -> bool:
    return any(path.startswith(place) for place in VENDORS[vendor])


def test_a_module_opens_by_saying_what_it_is_and_stays_small() -> None:
    """And no `assert` guards production code."""
    faults = {here(path): lacks for path in modules() if (lacks := list(shortcomings(path)))}
    assert faults == {}


def shortcomings(path: Path) -> Iterator[str]:
    [module, *inner] = nodes(path)
    if not (isinstance(module, ast.Module) and ast.get_docstring(module)):
        yield "has no docstring"
    if path.read_text().count("\n") > 250:
        yield "is long"
    for node in inner:
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno > 45:
            yield f"{node.name} is long"
        if isinstance(node, ast.Assert):
            yield f"line {node.lineno} is an assert"


HEAVY = {
    "chromadb",
    "chromadb_rust_bindings",
    "llama_index",
    "openai",
    "onnxruntime",
    "tantivy",
    "rich",
    "numpy",
    "tokenizers",
    "prompt_toolkit",
    "pylatexenc",
    "bibtexparser",
    "defusedxml",
    "httpx",
    "pypdf",
    "xml",
    "mcp",
    "pydantic",
    "starlette",
    "uvicorn",
}


def heavy_after(words: list[str], environment: dict[str, str]) -> set[str]:
    code = (
        "import sys, json\nfrom assistant.cli import main\nimport contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    code = main.run(sys.argv[1:])\n"
        f"print(json.dumps([code, sorted(set(sys.modules) & {HEAVY!r})]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, check=True
    )
    code_of, found = json.loads(done.stdout)
    assert code_of == 0, done.stderr
    return set(found)


def test_help_imports_nothing_heavy(clean_environment: dict[str, str]) -> None:
    assert heavy_after(["--help"], dict(clean_environment)) == set()


def test_looking_at_a_library_imports_neither_model_nor_chroma(
    clean_environment: dict[str, str], sample_library: Path
) -> None:
    for command in (["papers"], ["status"]):
        found = heavy_after([*command, "--library", str(sample_library)], dict(clean_environment))
        assert found <= {"numpy"}


def test_a_question_without_a_model_imports_neither_chroma_nor_openai_nor_llama_index(
    clean_environment: dict[str, str], sample_library: Path
) -> None:
    question = ["ask", "How can reward overoptimization be mitigated?", "--library", str(sample_library)]
    assert heavy_after(question, dict(clean_environment)) <= {
        "numpy",
        "onnxruntime",
        "tokenizers",
        "tantivy",
        "chromadb_rust_bindings",
    }


def test_a_greeting_and_the_help_of_a_command_import_nothing_heavy(clean_environment: dict[str, str]) -> None:
    for words in ([], ["help", "ask"], ["history", "--help"]):
        assert heavy_after(words, dict(clean_environment)) == set()
