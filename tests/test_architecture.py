"""Imports point inward, and commands import only what they need."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "assistant"

# Each module may import from its own layer or one below it. A package stands for all its modules.
LAYERS = [
    {"errors", "terminal", "titles", "sentences", "numerals", "quotes", "periods", "polarity"},
    {"records", "settings", "prompts", "model", "claims", "facts"},
    {"papers", "chunks", "reading", "replies"},
    {"calls"},
    {"openai_model"},
    {"embedding"},
    {"library"},
    {"abstracts", "ranking", "sample", "briefing"},
    {"evidence", "support"},
    {"references", "verification", "selection", "wiring", "spelling"},
    {"extraction", "drafts"},
    {"answers", "checking"},
    {"render", "adapters"},
    {"conversation"},
    {"evaluation"},
    {"cli"},
    {"__main__"},
]

# Who may import a vendor's package, at module level or inside functions.
VENDORS = {
    "chromadb": {"library/vectors.py"},
    "tantivy": {"library/lexical.py"},
    "openai": {"openai_model.py", "replies.py", "calls.py", "embedding/remote.py"},
    "llama_index": {"adapters/llama.py"},
    "onnxruntime": {"embedding/"},
    "onnx": {"embedding/"},
    "tokenizers": {"embedding/"},
    "safetensors": {"embedding/"},
    "rich": {"cli/"},
    "click": {"cli/"},
    "prompt_toolkit": {"cli/chat/"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def layer(name: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if name in names)


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def own(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_inward(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    here = own(path)
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "assistant" and len(parts) > 1:
            assert layer(parts[1]) <= layer(here), f"{path} imports {name}, which lies further out"
        assert parts[0] not in {"evals", "tests", "bench"}, f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_each_vendor_is_imported_in_one_place(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        places = VENDORS.get(name.split(".")[0])
        assert places is None or any(here.startswith(place) for place in places), f"{here} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_opens_by_saying_what_it_is_and_stays_small(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 200
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.end_lineno:
            assert node.end_lineno - node.lineno <= 45, f"{node.name} is long"


HEAVY = {
    "chromadb",
    "llama_index",
    "openai",
    "onnxruntime",
    "onnx",
    "tantivy",
    "rich",
    "numpy",
    "tokenizers",
    "prompt_toolkit",
}


def heavy_after(words: list[str], environment: dict[str, str]) -> set[str]:
    code = (
        "import sys, json\nfrom assistant.cli import program\nimport contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    code = program.run(sys.argv[1:])\n"
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
    clean_environment: dict[str, str], real_library: Path
) -> None:
    for command in (["papers"], ["status"]):
        found = heavy_after([*command, "--library", str(real_library)], dict(clean_environment))
        assert found <= {"numpy"}


def test_a_question_without_a_model_imports_neither_chroma_nor_openai_nor_llama_index(
    clean_environment: dict[str, str], real_library: Path
) -> None:
    question = ["ask", "How can reward overoptimization be mitigated?", "--library", str(real_library)]
    assert heavy_after(question, dict(clean_environment)) <= {"numpy", "onnxruntime", "tokenizers", "tantivy"}
