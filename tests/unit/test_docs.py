"""Holds what the documents say against what the program does."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

import assistant
from assistant import Settings
from assistant.settings import ENV_PREFIX
from eval.cases import SHIPPED, load_cases
from eval.gate import read_baseline
from eval.report.numbers import interval, number
from eval.summary import estimates

ROOT = Path(assistant.__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", README, re.DOTALL))
COMMANDS = sorted(set(re.findall(r"^\$? ?assistant (\w+)", SHELL, re.MULTILINE)))


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else ENV_PREFIX + name.upper()


def _values(field: FieldInfo) -> str:
    bounds = {type(m).__name__: m for m in field.metadata}
    if {"Ge", "Le"} <= bounds.keys():
        return f"{bounds['Ge'].ge} to {bounds['Le'].le}"
    choices = [f"`{choice}`" for choice in get_args(field.annotation) if isinstance(choice, str)]
    return ", ".join(choices)


def _row(name: str, field: FieldInfo) -> str:
    default = "" if field.default is None else f"`{field.default}`"
    return f"| `{_variable(name)}` | {default} | {_values(field)} | {field.description} |"


def test_the_configuration_page_lists_every_setting_as_it_is() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [_row(name, field) for name, field in Settings.model_fields.items()]


def _example_values() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_the_example_env_file_holds_every_setting() -> None:
    assert list(_example_values()) == [_variable(name) for name in Settings.model_fields]


def test_the_example_env_file_shows_the_defaults_or_else_valid_values() -> None:
    lines = [f"{name}={value}" for name, value in _example_values().items()]
    Path(".env").write_text("\n".join(lines), encoding="utf-8")
    settings = Settings()
    for name, field in Settings.model_fields.items():
        value: Any = getattr(settings, name)
        shown = value.get_secret_value() if isinstance(value, SecretStr) else value
        assert shown if field.default is None else shown == field.default, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for path in DOCUMENTS for name in re.findall(r"`make (\w+)", path.read_text(encoding="utf-8"))}
    named |= set(re.findall(r"^make (\w+)", SHELL, re.MULTILINE))
    assert {"chat", "test"} <= named
    assert named - targets == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_exists_with_its_options(command: str) -> None:
    script = f"from assistant.cli import main; main(['{command}', '--help'])"
    run = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    lines = [line for line in SHELL.splitlines() if re.match(rf"\$? ?assistant {command}\b", line)]
    options = {option for line in lines for option in re.findall(r" (--\w[\w-]*)", line)}
    assert {option for option in options if option not in run.stdout} == set()


def test_the_readme_shows_the_four_commands() -> None:
    assert COMMANDS == ["articles", "ask", "chat", "sync"]


def test_the_architecture_page_names_every_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {
        path.stem for path in (ROOT / "assistant").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert {name for name in modules - {"__init__", "__main__"} if f"`{name}`" not in page} == set()


def test_the_changelog_starts_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == assistant.__version__


def test_the_documented_evaluation_is_that_of_the_baseline() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    scores = read_baseline().scores
    of_test = [scores[case.id] for case in load_cases([SHIPPED]) if case.split == "test"]
    for figure, found in estimates(of_test).items():
        row = f"| {figure.name} | {number(figure, found.mean)} {interval(figure, found)} | {found.n} |"
        assert row in page
