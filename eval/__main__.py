"""`python -m eval`: measures the assistant and fits its coefficients."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands `run` and `calibrate`."""
    options = _parser().parse_args(arguments)
    if options.command == "run":
        _run(options.contexts, options.questions)
    else:
        from eval.calibrate import calibrate

        calibrate(options.contexts, options.questions)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure retrieval, answers and refusal on a SQuAD-shaped file")
    calibrate = commands.add_parser("calibrate", help="fit the coefficients of refusal and sentence selection")
    for command in (run, calibrate):
        command.add_argument("contexts", type=Path, help="SQuAD-shaped JSON whose paragraphs are the corpus")
        command.add_argument(
            "--questions", type=Path, nargs="*", default=[], help="parallel files to ask questions from"
        )
    return parser


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
