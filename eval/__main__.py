"""`python -m eval`: measures the assistant, compares runs, and fits its coefficients."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from assistant import Assistant, AssistantError, Settings
from eval.cases import SHIPPED, Case, load_cases

if TYPE_CHECKING:
    from eval.judge import Judge
    from eval.metrics.bootstrap import Estimate
    from eval.suite import Run

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
RUN_FILE = "run.json"
JUDGE_KEY = "EVAL_JUDGE_API_KEY"
# As shells count a program that was stopped from the keyboard.
INTERRUPTED = 130
OPENAI = "https://api.openai.com/v1"


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one of the commands."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.command(options)
    except AssistantError as error:
        parser.error(error.in_words())
    except (OSError, ValueError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print(f"{parser.prog}: interrupted; nothing was written.", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="ask the cases, or questions of a public data set, and report"))
    compare = commands.add_parser("compare", help="what has changed from one run to another, with intervals")
    compare.add_argument("before", type=Path, help="a run: its folder or its run.json")
    compare.add_argument("after", type=Path)
    compare.add_argument("--split", choices=("all", "dev", "test"), default="all")
    compare.add_argument("--markdown", type=Path, metavar="FILE", help="also write the comparison to a file")
    compare.set_defaults(command=_compare)
    gate = commands.add_parser("gate", help="fail if the shipped cases come out worse than the committed baseline")
    gate.add_argument("cases", type=Path, nargs="*", help="files or folders of cases; by default the shipped ones")
    gate.add_argument("--corpus", type=Path, default=SEEDS, help="folder of the articles that the cases are about")
    gate.add_argument("--baseline", type=Path, metavar="FILE", help="by default the committed one")
    gate.add_argument("--renew", action="store_true", help="make this run the baseline instead")
    gate.set_defaults(command=_gate)
    calibrate = commands.add_parser("calibrate", help="fit the coefficients of refusal and sentence selection")
    calibrate.add_argument("files", type=Path, nargs="+", help="parallel SQuAD-shaped files, one for each language")
    calibrate.add_argument(
        "--cases",
        type=Path,
        nargs="*",
        default=[SHIPPED],
        help="cases whose dev split is fitted on too; none: no cases",
    )
    calibrate.add_argument("--corpus", type=Path, default=SEEDS, help="folder of the articles that the cases are about")
    calibrate.add_argument("--out", type=Path, help="the file to write; by default the assistant's own")
    calibrate.set_defaults(command=_calibrate)
    sweep = commands.add_parser("sweep", help="try other chunk sizes, top_k, fusion weights and answer lengths")
    sweep.add_argument("cases", type=Path, nargs="*", help="files or folders of cases; by default the shipped ones")
    sweep.add_argument("--corpus", type=Path, default=SEEDS, help="folder of the articles")
    sweep.add_argument("--split", choices=("all", "dev", "test"), default="dev", help="which cases to choose by")
    sweep.add_argument("--out", type=Path, default=ROOT / "runs" / "sweep", help="folder for the table and the plot")
    sweep.set_defaults(command=_sweep)
    return parser


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "data",
        type=Path,
        nargs="*",
        help="YAML files or folders of cases; or one SQuAD-shaped file, BEIR folder or MultiHop-RAG folder; "
        "by default the shipped cases",
    )
    run.add_argument("--corpus", type=Path, default=SEEDS, help="folder of the articles that the cases are about")
    run.add_argument("--index", type=Path, help="keep the index here; by default it is made anew and thrown away")
    run.add_argument("--split", choices=("all", "dev", "test"), default="test", help="what the tables show")
    run.add_argument("--out", type=Path, metavar="DIR", help="folder for run.json, report.html and report.md")
    run.add_argument("--judge", metavar="MODEL", help="also let this model judge the answers")
    run.add_argument(
        "--judge-url",
        metavar="URL",
        help=f"the judge's OpenAI-compatible endpoint, its key in {JUDGE_KEY}; by default the assistant's endpoint",
    )
    run.add_argument("--questions", type=Path, nargs="*", default=[], help="parallel SQuAD-shaped files to ask from")
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> None:
    data: list[Path] = options.data
    if len(data) == 1 and (figures := _public_figures(data[0], options.questions)) is not None:
        Console().print(figures)
        return
    if options.questions:
        message = "--questions go with one SQuAD-shaped file, whose paragraphs they are asked of"
        raise ValueError(message)
    cases = load_cases(data or [SHIPPED])
    _of_split(cases, options.split)
    with _assistant(options.corpus, options.index) as bot:
        from eval.suite import run_suite

        run = run_suite(bot, cases, _judge(options, bot.settings))
    out = options.out or ROOT / "runs" / datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    _report(run, options.split, out)


def _of_split(cases: Sequence[Case], split: str) -> list[Case]:
    kept = [case for case in cases if split in {"all", case.split}]
    if not kept:
        message = f"no case has the split {split}; mark some with `split: {split}`, or say --split all"
        raise ValueError(message)
    return kept


def _judge(options: argparse.Namespace, settings: Settings) -> "Judge | None":
    """The judge that was asked for. A key goes to no other endpoint than its own."""
    if not options.judge:
        return None
    from eval.judge import Judge

    if options.judge_url:
        key = os.environ.get(JUDGE_KEY)
        return Judge(options.judge, options.judge_url, SecretStr(key) if key else None)
    return Judge(options.judge, settings.openai_base_url or OPENAI, settings.openai_api_key)


def _public_figures(path: Path, questions: Sequence[Path]) -> Table | None:
    """The figures of a public data set, a column each; None if the path is not one."""
    if path.is_dir() and (path / "corpus.jsonl").exists():
        from eval.public.beir import judged_split, measure_beir

        split = judged_split(path)
        return _columns({f"{path.name}, {split}": measure_beir(path, split)})
    if path.is_dir() and (path / "MultiHopRAG.json").exists():
        from eval.public.multihop import measure_multihop

        return _columns({path.name: measure_multihop(path)})
    if path.suffix == ".json":
        from eval.public.squad_run import run

        return _columns({asked.stem: run(path, asked) for asked in questions or [path]})
    return None


def _columns(columns: "Mapping[str, Mapping[str, Estimate]]") -> Table:
    from eval.report.numbers import score

    table = Table("mean [95% interval]", *columns, "n")
    for name in next(iter(columns.values())):
        found = [figures[name] for figures in columns.values()]
        cells = (f"{score(name, one.mean)} \\[{score(name, one.low)}, {score(name, one.high)}]" for one in found)
        table.add_row(name, *cells, "/".join(dict.fromkeys(str(one.n) for one in found)))
    return table


@contextmanager
def _assistant(corpus: Path, index: Path | None) -> Iterator[Assistant]:
    with tempfile.TemporaryDirectory() as folder:
        # An index that is thrown away afterwards must leave nothing on a server.
        settings = (
            Settings(corpus_dir=corpus, index_dir=index)
            if index
            else Settings(corpus_dir=corpus, index_dir=Path(folder), chroma_url=None)
        )
        with Assistant(settings) as bot:
            bot.sync(progress=True)
            yield bot


def _report(run: "Run", split: str, out: Path) -> None:
    from eval.report.html import html_report
    from eval.report.tables import markdown, terminal

    run.write(out / RUN_FILE)
    shown = run.part(split)
    (out / "report.html").write_text(html_report(shown), encoding="utf-8")
    (out / "report.md").write_text(markdown(shown), encoding="utf-8")
    console = Console()
    console.print(terminal(shown))
    console.print(f"{out / 'report.html'} shows every case.", highlight=False)


def _compare(options: argparse.Namespace) -> None:
    from eval.report.tables import markdown_comparison, terminal_comparison
    from eval.suite import read_run

    before, after = (read_run(_run_file(path)).part(options.split) for path in (options.before, options.after))
    Console().print(terminal_comparison(before, after))
    if options.markdown:
        options.markdown.write_text(markdown_comparison(before, after), encoding="utf-8")


def _run_file(path: Path) -> Path:
    return path / RUN_FILE if path.is_dir() else path


def _gate(options: argparse.Namespace) -> None:
    from eval.gate import BASELINE, PAGE, document, hold, read_baseline, renew
    from eval.suite import run_suite

    with _assistant(options.corpus, None) as bot:
        run = run_suite(bot, load_cases(options.cases or [SHIPPED]))
    if options.renew:
        renew(run, options.baseline or BASELINE)
        if options.baseline is None:
            document(run, PAGE)
        return
    verdict = hold(run, read_baseline(options.baseline or BASELINE))
    for note in verdict.notes:
        print(f"Better: {note}")
    for complaint in verdict.complaints:
        print(f"Worse: {complaint}")
    if verdict.complaints:
        sys.exit(1)
    print(f"{len(run.results)} cases: no promise broken, nothing worse than the baseline.")


def _calibrate(options: argparse.Namespace) -> None:
    from eval.calibrate import DATA, Examples, calibrate

    cases = _of_split(load_cases(options.cases), "dev") if options.cases else []
    examples = Examples(cases, options.corpus, _other_cases(options))
    calibrate(options.files, examples, options.out or DATA)


def _other_cases(options: argparse.Namespace) -> str:
    """How the command names other cases than the shipped ones, by names alone: folders say nothing elsewhere."""
    words = [] if options.cases == [SHIPPED] else ["--cases", *(path.name for path in options.cases)]
    words += [] if options.corpus == SEEDS else ["--corpus", options.corpus.name]
    return " ".join(words)


def _sweep(options: argparse.Namespace) -> None:
    from eval.sweep import plot, sweep, table

    cases = _of_split(load_cases(options.cases or [SHIPPED]), options.split)
    trials = sweep(options.corpus, cases)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "sweep.md").write_text(table(trials, cases), encoding="utf-8")
    plot(trials, options.out / "sweep.svg")
    print(table(trials, cases))


if __name__ == "__main__":
    main()
