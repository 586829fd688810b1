"""How long a newcomer to the process waits: importing, the command line's help, the first answer."""

import subprocess
from collections.abc import Mapping

import yaml

from bench.plan import SEEDS, Plan, python
from bench.tables import Table
from bench.timing import Times, repeat

# Prints what the import alone took, without the start of the interpreter.
IMPORT = "import time; start = time.perf_counter(); import assistant; print(time.perf_counter() - start)"
FACADE = IMPORT.replace("import assistant", "from assistant import Assistant, Settings")


def measure(plan: Plan) -> list[Table]:
    """Starts fresh processes, several of each kind."""
    question = yaml.safe_load((SEEDS / "examples.yaml").read_text(encoding="utf-8"))[0]
    environment = plan.environment()
    ask = python("-m", "assistant", "ask", question)
    table = Table(
        "Start-up, in fresh processes",
        ("", "seconds, median", "slowest", "n"),
        note="`ask` includes the start of the interpreter, all imports and loading the model.",
    )
    plan.say("starting processes")
    _row(table, "`import assistant`", _imports(IMPORT, plan.repeats, environment))
    _row(table, "`from assistant import Assistant, Settings`", _imports(FACADE, plan.repeats, environment))
    _row(table, "`assistant --help`", _runs(python("-m", "assistant", "--help"), plan.repeats, environment))
    _row(table, "`assistant ask`, shipped articles, index not built yet", _runs(ask, 1, environment))
    _row(table, "`assistant ask`, shipped articles", _runs(ask, plan.repeats, environment))
    return [table]


def _row(table: Table, name: str, times: Times) -> None:
    table.add(name, f"{times.p50:.2f}", f"{max(times.seconds):.2f}", f"{times.n}")


def _imports(script: str, count: int, environment: Mapping[str, str]) -> Times:
    return Times([float(_run(python("-c", script), environment)) for _ in range(count)])


def _runs(command: list[str], count: int, environment: Mapping[str, str]) -> Times:
    return repeat(count, lambda: _run(command, environment))


def _run(command: list[str], environment: Mapping[str, str]) -> str:
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
