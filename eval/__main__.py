"""`python -m eval`: measures the assistant, compares runs, and fits its coefficients."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from rich.console import Console

from assistant import Assistant, AssistantError, Settings
from eval.cases import SHIPPED, Case, load_cases

if TYPE_CHECKING:
    from eval.judge import Judge
    from eval.public.measured import Shape
    from eval.suite import Run

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
RUN_FILE = "run.json"
# The split that tables are of.
TABLES = "test"
JUDGE_KEY = "EVAL_JUDGE_API_KEY"
# As shells count a program that was stopped from the keyboard.
INTERRUPTED = 130


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
    compare.add_argument("--split", choices=("all", "dev", "test"), default=TABLES, help="which cases to compare")
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
    checker = commands.add_parser("checker", help="how many altered sentences the checker of answers catches")
    checker.add_argument("files", type=Path, nargs="+", help="parallel SQuAD-shaped files, each named as its language")
    checker.add_argument("--cases", type=Path, nargs="*", default=[SHIPPED], help="cases whose answers are true")
    checker.add_argument("--corpus", type=Path, default=SEEDS, help="folder of the articles that the cases are about")
    checker.add_argument("--fit", action="store_true", help="first fit the thresholds of meaning anew")
    checker.set_defaults(command=_checker)
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
    run.add_argument("--corpus", type=Path, help="folder of the articles that the cases are about; by default seeds/")
    run.add_argument("--index", type=Path, help="keep the index here; by default it is made anew and thrown away")
    run.add_argument("--split", choices=("all", "dev", "test"), help="what the tables show; by default test")
    run.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for run.json, report.html and report.md; of a public data set, for figures.json and figures.md, "
        "which are not written otherwise",
    )
    run.add_argument("--judge", metavar="MODEL", help="also let this model judge the answers")
    run.add_argument(
        "--judge-url",
        metavar="URL",
        help=f"the judge's OpenAI-compatible endpoint, its key in {JUDGE_KEY}; by default the assistant's endpoint",
    )
    run.add_argument("--questions", type=Path, nargs="*", default=[], help="parallel SQuAD-shaped files to ask from")
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> None:
    from eval.public.measured import shape_of
    from eval.suite import judge_failed, run_suite

    data: list[Path] = options.data
    if len(data) == 1 and (shape := shape_of(data[0])):
        _run_public(options, shape)
        return
    if options.questions:
        message = "--questions go with one SQuAD-shaped file, whose paragraphs they are asked of"
        raise ValueError(message)
    cases = load_cases(data or [SHIPPED])
    split = options.split or TABLES
    _of_split(cases, split)
    with _assistant(options.corpus or SEEDS, options.index) as bot:
        run = run_suite(bot, cases, _judge(options, bot.settings))
    out = options.out or ROOT / "runs" / datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    _report(run, split, out)
    if judge_failed(run.results):
        print("The judge gave no score at all.", file=sys.stderr)
        sys.exit(1)


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
        judge = Judge(options.judge, options.judge_url, SecretStr(key) if key else None)
    else:
        judge = Judge(options.judge, _endpoint(settings), settings.openai_api_key)
    _check_apart(judge, settings)
    return judge


def _check_apart(judge: "Judge", settings: Settings) -> None:
    """No model judges its own answers."""
    writes = settings.mode != "extractive" and settings.has_endpoint
    answering = (settings.llm_model, _endpoint(settings).rstrip("/"))
    if writes and (judge.model, judge.base_url.rstrip("/")) == answering:
        message = (
            f"{judge.model} is the model that answers, and none may judge itself: name another with --judge, "
            "or set ASSISTANT_MODE=extractive"
        )
        raise ValueError(message)


def _endpoint(settings: Settings) -> str:
    """The address of the model that answers."""
    from assistant.models.common import OPENAI

    return settings.openai_base_url or OPENAI


def _run_public(options: argparse.Namespace, shape: "Shape") -> None:
    from eval.public.measured import measure
    from eval.report.tables import markdown_public, terminal_public

    _refuse_options(options, shape)
    measured = measure(options.data[0], shape, options.questions)
    Console().print(terminal_public(measured))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "figures.json").write_text(measured.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (options.out / "figures.md").write_text(markdown_public(measured), encoding="utf-8")


def _refuse_options(options: argparse.Namespace, shape: "Shape") -> None:
    """Options that would have no effect on a public data set."""
    names = ["corpus", "index", "split", "judge", "judge_url", *([] if shape == "SQuAD" else ["questions"])]
    given = [f"--{name.replace('_', '-')}" for name in names if getattr(options, name)]
    if given:
        message = f"{', '.join(given)} cannot be used with {shape} data, which bring their own articles and answers"
        raise ValueError(message)


@contextmanager
def _assistant(corpus: Path, index: Path | None, **settings: Any) -> Iterator[Assistant]:
    with tempfile.TemporaryDirectory() as folder:
        # An index that is thrown away afterwards must leave nothing on a server.
        place = {"index_dir": index} if index else {"index_dir": Path(folder), "chroma_url": None}
        # What a model writes without support is to be seen in the report.
        with Assistant(Settings(corpus_dir=corpus, unsupported="mark", **place, **settings)) as bot:
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
    from eval.summary import shared

    before, after = (read_run(_run_file(path)).part(options.split) for path in (options.before, options.after))
    if not shared(before, after):
        message = f"the two runs have no case of the split {options.split} in common"
        raise ValueError(message)
    Console().print(terminal_comparison(before, after))
    if options.markdown:
        options.markdown.write_text(markdown_comparison(before, after), encoding="utf-8")


def _run_file(path: Path) -> Path:
    return path / RUN_FILE if path.is_dir() else path


def _gate(options: argparse.Namespace) -> None:
    from eval.gate import BASELINE, PAGE, document, hold, read_baseline, renew
    from eval.suite import run_suite

    # Only quoted answers are the same each time, whatever endpoint is configured.
    with _assistant(options.corpus, None, mode="extractive") as bot:
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


def _checker(options: argparse.Namespace) -> None:
    from assistant.models import LocalEmbedding
    from eval.checker import DATA, measure, table

    cases = load_cases(options.cases) if options.cases else ()
    found = measure(options.files, cases, options.corpus, LocalEmbedding(), DATA if options.fit else None)
    Console().print(table(found))


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
