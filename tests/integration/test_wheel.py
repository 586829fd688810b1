"""Builds the wheel, installs it into an environment of its own and asks it a question, away from the clone.

The new environment gets the wheel alone; everything it depends on is found in the site-packages of the environment the
tests run in, by a .pth file, so that no network is needed. The .pth files there are not followed from here, so an
editable install of the clone stays out of reach.
"""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import assistant
from assistant import Answer
from tests.articles import write_corpus
from tests.offline import sitecustomize

ROOT = Path(assistant.__file__).parents[1]
QUESTION = "How much did the repairs of the Harbour bridge cost?"
OFF_TOPIC = "Кто выиграл чемпионат мира по шахматам?"
SCRIPT = f"""
import json, assistant
from assistant import Assistant, Settings

bot = Assistant(Settings(corpus_dir="news", index_dir="index"))
answers = [bot.ask(question).model_dump(mode="json") for question in ({QUESTION!r}, {OFF_TOPIC!r})]
print(json.dumps({{"package": assistant.__file__, "answers": answers}}))
"""


def _run(*command: str | Path, cwd: Path, **variables: str) -> str:
    # Only the closed network stays on the path of the new environment, not the clone.
    environment = {**os.environ, "PYTHONPATH": str(Path(sitecustomize.__file__).parent), **variables}
    run = subprocess.run(command, cwd=cwd, env=environment, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel and a way to its dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python")
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    site_packages = folder / sysconfig.get_path("purelib", vars={"base": ""}).lstrip("/")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


def test_the_wheel_holds_the_package_with_its_data_and_prompts_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "assistant").rglob("*") if path.is_file()}
    prompts = {f"assistant/templates/{path.name}" for path in (ROOT / "prompts").glob("*.md")}
    assert names == {name for name in files if not name.endswith(".pyc")} | prompts


def test_the_installed_package_answers_and_refuses_in_a_script_over_any_folder(
    environment: Path, tmp_path: Path
) -> None:
    write_corpus(tmp_path / "news")
    told = json.loads(_run(environment / "bin" / "python", "-c", SCRIPT, cwd=tmp_path))
    assert Path(told["package"]).is_relative_to(environment)
    answer, refusal = map(Answer.model_validate, told["answers"])
    assert {citation.source.id for citation in answer.citations} == {"2021/harbour.txt"}
    assert any("48 million" in citation.quote for citation in answer.citations)
    assert refusal.refused
    assert refusal.text.startswith("В имеющихся статьях нет ответа")


def test_the_installed_command_answers_in_the_shell(environment: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path / "news")
    command = environment / "bin" / "assistant"
    told = _run(command, "ask", QUESTION, "--json", cwd=tmp_path, ASSISTANT_CORPUS_DIR="news")
    assert "48 million" in Answer.model_validate_json(told).text
