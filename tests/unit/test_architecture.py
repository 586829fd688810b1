"""Holds the directions of imports, the edges vendor packages stop at, and the public names."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import assistant
from assistant import errors, records

PACKAGE = Path(assistant.__file__).parent
ROOT = PACKAGE.parent

# A module imports only from the ones before it, and only these packages. A package such as `index` counts as one.
TABLE = re.findall(
    r"^\| `(\w+)` \|.*\| ?(.*?) ?\|$",
    (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
ORDER = [module for module, _ in TABLE]
VENDORS = {module: set(vendors.lower().split(", ")) - {""} for module, vendors in TABLE}

PUBLIC_NAMES = [
    "Answer",
    "AnswerDelta",
    "AnswerOptions",
    "AnswerStage",
    "Article",
    "Assistant",
    "AssistantError",
    "Citation",
    "ClusterError",
    "CorpusError",
    "Filters",
    "IndexDamagedError",
    "IndexUnavailableError",
    "MetadataError",
    "ModelError",
    "Passage",
    "QuestionError",
    "Removed",
    "Sentence",
    "Settings",
    "SettingsError",
    "Skipped",
    "Source",
    "Span",
    "SyncReport",
    "Turn",
    "UnknownArticleError",
    "Usage",
]

# The package's own front pages, `assistant/__init__.py` and the like, name the modules behind them.
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent != PACKAGE or not path.stem.startswith("__")]


def _module(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imported_siblings(path: Path) -> set[str]:
    names = [name.split(".") for name in _imports(path)]
    siblings = {parts[1] for parts in names if parts[0] == "assistant"}
    return siblings - {_module(path), "__version__"}


def test_every_module_has_its_place_in_the_order() -> None:
    assert sorted(ORDER) == sorted({_module(path) for path in FILES})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_the_ones_before_it(path: Path) -> None:
    before = ORDER[: ORDER.index(_module(path))]
    assert _imported_siblings(path) - set(before) == set()


@pytest.mark.parametrize("module", ORDER)
def test_a_vendor_package_stops_at_its_edge(module: str) -> None:
    imported = _distributions({name for path in FILES if _module(path) == module for name in _imports(path)})
    family = {"llama-index" if name.startswith("llama-index") else name for name in imported}
    assert family - {"news-assistant"} == VENDORS[module]


def test_the_html_of_the_page_is_made_without_gradio() -> None:
    rendering = (PACKAGE / "ui" / "html").glob("*.py")
    assert {path.name for path in rendering if any(name.split(".")[0] == "gradio" for name in _imports(path))} == set()


def test_the_package_knows_nothing_of_what_uses_it() -> None:
    outer = {"app", "bench", "eval", "tests"}
    assert {path for path in FILES if outer & {name.split(".")[0] for name in _imports(path)}} == set()


_owners = cache(packages_distributions)


def _distributions(modules: set[str]) -> set[str]:
    """The packages that modules come from; those that share a namespace are told apart by their names."""
    all_owners = _owners()
    found: set[str] = set()
    for module in modules:
        owners = {name.lower().replace("_", "-") for name in all_owners.get(module.partition(".")[0], [])}
        path = module.replace("_", "-").replace(".", "-")
        found |= owners if len(owners) == 1 else {name for name in owners if path.startswith(name)}
    return found


def _declared(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {requirement.partition(">=")[0] for group in groups for requirement in group}


def test_the_package_declares_exactly_the_dependencies_it_imports() -> None:
    modules = {name for path in FILES for name in _imports(path)}
    assert _declared("ray") == _distributions(modules) - {"news-assistant"}


@pytest.mark.parametrize("folder", ["bench", "eval", "tests"])
def test_what_stands_beside_the_package_imports_only_what_is_declared(folder: str) -> None:
    without_dependencies = (ROOT / "requirements-nodeps.txt").read_text(encoding="utf-8")
    declared = _declared("dev") | set(re.findall(r"^([\w-]+)==", without_dependencies, re.MULTILINE))
    modules = {name for path in (ROOT / folder).rglob("*.py") for name in _imports(path)}
    assert _distributions(modules) - {"news-assistant"} - declared == set()


@pytest.mark.parametrize(
    "statement",
    ["import assistant", "from assistant import Answer, Settings", "from assistant.cli import main; main(['--help'])"],
)
def test_starting_up_loads_no_slow_package(statement: str) -> None:
    slow = ["chromadb", "gradio", "llama_index", "openai", "numpy", "ray"]
    script = f"""
import sys
try:
    {statement}
except SystemExit as stop:
    assert stop.code == 0
print("loaded:", [name for name in {slow} if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert run.stdout.endswith("loaded: []\n")


def test_the_local_embedding_loads_no_client_of_an_endpoint() -> None:
    script = "import sys, assistant.index, assistant.models, assistant.retrieval; print('openai' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"


def test_the_public_names_are_these() -> None:
    assert assistant.__all__ == PUBLIC_NAMES


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_a_public_name_leads_to_its_class(name: str) -> None:
    assert getattr(assistant, name).__name__ == name


def test_whatever_the_facade_takes_gives_and_raises_is_public() -> None:
    methods = [value for name, value in inspect.getmembers(assistant.Assistant, callable) if not name.startswith("_")]
    told = " ".join(f"{inspect.signature(method)} {method.__doc__}" for method in methods)
    ours = {
        name
        for module in (errors, records)
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    }
    assert ours.intersection(re.findall(r"[A-Z]\w+", told)) <= set(PUBLIC_NAMES)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Asistant'"):
        _ = assistant.Asistant


def test_the_public_names_are_listed_for_completion() -> None:
    assert dir(assistant) == [*PUBLIC_NAMES, "__version__"]
