"""Holds the line: fails when the assistant has got worse on the shipped cases than it was at the committed baseline."""

from pathlib import Path

from pydantic import ValidationError

from assistant.records import Record
from eval.recipe import ENGINE, Recipe
from eval.report.tables import markdown_figures
from eval.suite import Run
from eval.summary import Change, changes

BASELINE = Path(__file__).parent / "baseline.json"
PAGE = Path(__file__).parent.parent / "docs" / "evaluation.md"
MEASURED = "<!-- measured: written by python -m eval gate --renew -->"
END = "<!-- end of what was measured -->"
RENEW = "python -m eval gate --renew"


class Baseline(Record):
    """The scores of a run, by case, and what it was made with."""

    recipe: Recipe
    scores: dict[str, dict[str, float]]


class Verdict(Record):
    """What the gate found.

    Attributes:
        complaints: why it fails, in words; empty if it passes.
        notes: what is better than the baseline by more than chance.
    """

    complaints: tuple[str, ...]
    notes: tuple[str, ...]


def hold(run: Run, baseline: Baseline) -> Verdict:
    """Compares a run with the baseline: every promise kept, and no figure below it by more than chance explains."""
    complaints = [f"{result.case.id}: {fault}" for result in run.results for fault in result.faults]
    complaints += [
        f"the {what} are not those of the baseline; look at the change and run {RENEW}"
        for what in ("cases", "corpus", "settings", "models")
        if _compared(run.recipe, what) != _compared(baseline.recipe, what)
    ]
    scores = {result.case.id: result.scores for result in run.results}
    both = [name for name in scores if name in baseline.scores]
    found = changes([baseline.scores[name] for name in both], [scores[name] for name in both]) if both else []
    complaints += [_in_words(change) for change in found if change.worse]
    notes = [_in_words(change) for change in found if change.better]
    return Verdict(complaints=tuple(complaints), notes=tuple(notes))


def _compared(recipe: Recipe, what: str) -> object:
    # Both engines run the same model; by how much their scores may differ, the intervals tell.
    if what == "models":
        return {role: name for role, name in recipe.models.items() if role != ENGINE}
    return getattr(recipe, what)


def renew(run: Run, path: Path) -> None:
    """Makes a run the baseline."""
    scores = {result.case.id: result.scores for result in run.results}
    baseline = Baseline(recipe=run.recipe, scores=scores)
    path.write_text(baseline.model_dump_json(indent=1) + "\n", encoding="utf-8")


def document(run: Run, page: Path) -> None:
    """Makes the test half of a run the table of the page about evaluation."""
    above, _, rest = page.read_text(encoding="utf-8").partition(MEASURED)
    _, _, below = rest.partition(END)
    tables = markdown_figures(run.part("test")).strip()
    page.write_text(f"{above}{MEASURED}\n\n{tables}\n\n{END}{below}", encoding="utf-8")


def read_baseline(path: Path = BASELINE) -> Baseline:
    """A baseline, by default the committed one.

    Raises:
        ValueError: it is not one of this version.
        OSError: it cannot be read.
    """
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except ValidationError as error:
        message = f"{path} is not a baseline of this version; make one with {RENEW}"
        raise ValueError(message) from error


def _in_words(change: Change) -> str:
    low, high = change.difference.low, change.difference.high
    return (
        f"{change.figure.name} went from {change.before.mean:.3f} to {change.after.mean:.3f} "
        f"(95% interval of the difference {low:+.3f} to {high:+.3f})"
    )
