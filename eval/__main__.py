"""`python -m eval`: measures the assistant and fits its coefficients."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands `run` and `calibrate`."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.command(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="measure retrieval, answers and refusal on a SQuAD-shaped file")
    run.add_argument("contexts", type=Path, help="SQuAD-shaped JSON whose paragraphs are the corpus")
    run.add_argument("--questions", type=Path, nargs="*", default=[], help="parallel files to ask questions from")
    run.set_defaults(command=lambda options: _run(options.contexts, options.questions))
    calibrate = commands.add_parser("calibrate", help="fit the coefficients of refusal and sentence selection")
    calibrate.add_argument("files", type=Path, nargs="+", help="parallel SQuAD-shaped files, one for each language")
    calibrate.add_argument("--out", type=Path, help="the file to write; by default the assistant's own")
    calibrate.set_defaults(command=lambda options: _calibrate(options.files, options.out))
    return parser


def _calibrate(files: Sequence[Path], out: Path | None) -> None:
    from eval.calibrate import DATA, calibrate

    calibrate(files, out or DATA)


def _run(contexts: Path, questions: Sequence[Path]) -> None:
    from eval.run import run

    sets = questions or [contexts]
    columns = [run(contexts, path) for path in sets]
    table = Table("", *(path.stem for path in sets))
    for name in columns[0]:
        table.add_row(name, *(f"{figures[name]:.3f}".rstrip("0").rstrip(".") for figures in columns))
    Console().print(table)


if __name__ == "__main__":
    main()
