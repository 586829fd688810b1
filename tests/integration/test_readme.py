import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import assistant

ROOT = Path(assistant.__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

SAMPLE = re.search(r'```console\n\$ assistant ask "(.*?)"\n(.*?)```', README, re.DOTALL)


def test_the_readme_shows_how_to_use_it_from_python() -> None:
    assert BLOCKS


@pytest.mark.parametrize("block", BLOCKS)
def test_the_python_of_the_readme_runs_and_cites(block: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    run = subprocess.run([sys.executable, "-c", block], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert re.search(r"^\[1\] .+, \d{4}-\d\d-\d\d: ", run.stdout, re.MULTILINE)


def test_the_sample_answer_of_the_readme_is_what_the_program_prints(tmp_path: Path) -> None:
    assert SAMPLE
    question, printed = SAMPLE.groups()
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    run = subprocess.run(
        [sys.executable, "-m", "assistant", "ask", question], check=False, capture_output=True, text=True
    )
    assert run.stdout == printed
