"""Varies one setting at a time and shows what each value does, on the dev cases."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from assistant import Assistant, Settings
from eval.cases import Case
from eval.metrics.bootstrap import Estimate
from eval.report import numbers
from eval.suite import Run, run_suite
from eval.summary import Change, compare, summarise

# The values tried of each setting; its value in use is among them, or is added.
GRID: Mapping[str, Sequence[float]] = {
    "chunk_size": (96, 128, 192, 256, 384, 512),
    "top_k": (3, 5, 8, 12),
    "lexical_weight": (0.0, 0.05, 0.15, 0.3, 0.6),
    "answer_sentences": (1, 2, 3, 4, 6),
}
SHOWN = ("correct", "recall@5", "MRR@10", "fact recall", "words", "citation precision", "refusal balanced accuracy")


@dataclass(frozen=True, slots=True)
class Trial:
    """One value of one setting.

    Attributes:
        setting: its name.
        value: what was tried.
        in_use: whether it is the value that the assistant has anyway.
        figures: by name.
        changes: against the value in use, by figure.
    """

    setting: str
    value: float
    in_use: bool
    figures: dict[str, Estimate]
    changes: dict[str, Change]


def sweep(corpus: Path, cases: Sequence[Case], grid: Mapping[str, Sequence[float]] = GRID) -> list[Trial]:
    """Runs the cases once for each value, with a progress bar.

    Args:
        corpus: folder of the articles.
        cases: all of them are asked; the caller leaves out those that are kept for testing.
        grid: setting -> values.
    """
    with tempfile.TemporaryDirectory() as folder:
        usual = Settings(corpus_dir=corpus, index_dir=Path(folder), chroma_url=None, mode="extractive")
        base = _run(usual, cases)
        wanted = [(name, value) for name, values in grid.items() for value in {*values, getattr(usual, name)}]
        trials = []
        for name, value in tqdm(sorted(wanted), desc="Sweeping", unit=" values", delay=1):
            in_use = value == getattr(usual, name)
            run = base if in_use else _run(_with(usual, name, value), cases)
            trials.append(_trial(name, value, base, run, in_use=in_use))
    return trials


def table(trials: Sequence[Trial], cases: Sequence[Case]) -> str:
    """The trials as Markdown: each mean with its 95% interval."""
    parts = numbers.splits(case.split for case in cases)
    about = (
        f"{numbers.count(len(cases), 'case')} ({parts}). Bold: the value in use. "
        "A star: it differs from that by more than chance."
    )
    lines = [about, "", f"| setting | value | {' | '.join(SHOWN)} |", f"|---|---|{'---|' * len(SHOWN)}"]
    for trial in trials:
        value = f"**{trial.value:g}**" if trial.in_use else f"{trial.value:g}"
        lines.append(f"| {trial.setting} | {value} | {' | '.join(_cell(trial, name) for name in SHOWN)} |")
    return "\n".join(lines) + "\n"


def plot(trials: Sequence[Trial], path: Path) -> None:
    """Draws each figure over each setting, with its 95% interval, as SVG."""
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    settings = list(dict.fromkeys(trial.setting for trial in trials))
    names = [name for name in SHOWN if name != "words"]
    with mpl.rc_context({"svg.hashsalt": "sweep", "svg.fonttype": "none", "font.size": 9}):
        figure, axes = plt.subplots(len(names), len(settings), squeeze=False, sharey="row", layout="constrained")
        figure.set_size_inches(2.6 * len(settings), 1.7 * len(names))
        for column, setting in enumerate(settings):
            of_setting = [trial for trial in trials if trial.setting == setting]
            for row, name in enumerate(names):
                axis = axes[row][column]
                _draw(axis, of_setting, name)
                axis.set_title(setting if row == 0 else "")
                axis.set_ylabel(name if column == 0 else "")
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def _draw(axis: Any, trials: Sequence[Trial], name: str) -> None:
    known = [(trial, trial.figures[name]) for trial in trials if name in trial.figures]
    x = [trial.value for trial, _ in known]
    axis.plot(x, [e.mean for _, e in known], marker="o", markersize=3, linewidth=1)
    axis.fill_between(x, [e.low for _, e in known], [e.high for _, e in known], alpha=0.15, linewidth=0)
    for trial, e in known:
        if trial.in_use:
            axis.plot([trial.value], [e.mean], marker="o", markersize=6, color="black")


def _run(settings: Settings, cases: Sequence[Case]) -> Run:
    with Assistant(settings) as bot:
        bot.sync()
        return run_suite(bot, cases)


def _with(settings: Settings, name: str, value: float) -> Settings:
    return Settings(**{**settings.model_dump(exclude_unset=True), name: value})


def _trial(name: str, value: float, base: Run, run: Run, *, in_use: bool) -> Trial:
    figures = {figure.name: estimate for figure, estimate in summarise(run.results).items()}
    changes = {} if in_use else {change.figure.name: change for change in compare(base, run)}
    return Trial(name, value, in_use, figures, changes)


def _cell(trial: Trial, name: str) -> str:
    if name not in trial.figures:
        return ""
    found = trial.figures[name]
    star = "*" if name in trial.changes and trial.changes[name].significant else ""
    low, mean, high = (numbers.score(name, value) for value in (found.low, found.mean, found.high))
    return f"{mean}{star} [{low}, {high}]"
