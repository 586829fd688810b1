"""What a report says in words: what a run was made with, what differs between two, which cases came out otherwise."""

from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from eval.judge import Judgement, failures_in_words
from eval.recipe import Recipe, Setup
from eval.report.numbers import count, moment, money, share, splits
from eval.scoring import plain
from eval.suite import JUDGE, Result, Run, judged_scores
from eval.summary import Change, asked, refusal_auc, shared

# The figures that tell most; as many as fit beside the type of question in a terminal of 80 columns.
HEADLINES = ("correct", "recall@5", "fact recall", "citation recall", "answerable answered", "refusal recall")


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that one run has right and the other wrong."""

    outcome: Literal["lost", "won"]
    before: Result
    after: Result


def scope(run: Run) -> str:
    """How many cases, of which splits, asked when."""
    cases = count(len(run.results), "case")
    parts = splits(result.case.split for result in run.results)
    return f"{cases}{f' ({parts})' if parts else ''}, asked {moment(run.created)}"


def judging(run: Run) -> str | None:
    """How the judge fared, None where there was none: what it failed on is in no mean, so it is said with them."""
    if JUDGE not in run.recipe.models:
        return None
    judged = [Judgement(scores=judged_scores(result.scores), failures=result.judge_failures) for result in run.results]
    return f"Judged by {run.recipe.models[JUDGE]}; {failures_in_words(judged)}."


def separation(run: Run) -> str | None:
    """How well refusal's score tells answerable questions apart from others, None where there are not both."""
    found = refusal_auc(run.results)
    if found is None:
        return None
    return (
        f"Refusal AUC: an answerable question scores above an unanswerable one with probability {share(found.mean)} "
        f"[{share(found.low)}, {share(found.high)}], .5 is chance; {count(found.n, 'case')} decided by a score."
    )


def spending(run: Run) -> str | None:
    """What the answers that a model wrote took in all, None where there is none."""
    used = [result.answer.usage for result in run.results]
    written = [usage for usage in used if usage.prompt_tokens or usage.completion_tokens]
    if not written:
        return None
    tokens = sum(usage.prompt_tokens + usage.completion_tokens for usage in written)
    known = [usage.cost for usage in written if usage.cost is not None]
    price = f" and cost {money(sum(known))} in the currency of their price" if known else ""
    unknown = f"; {count(len(written) - len(known), 'answer')} without a price" if len(known) < len(written) else ""
    return f"{count(len(written), 'answer')} of a model took {tokens:,} tokens{price}{unknown}."


def recipe_lines(recipe: Recipe) -> list[str]:
    """What a run was made with, in a few lines."""
    models, *others = setup_lines(recipe)
    return [
        f"Answers: {recipe.mode}, {models.removeprefix('Models: ')}",
        *others,
        f"Corpus {recipe.corpus}, cases {recipe.cases}",
    ]


def setup_lines(setup: Setup) -> list[str]:
    """What figures were made with, whatever they are about, in a few lines; the models come first."""
    models = [f"{role} {name}" for role, name in setup.models.items()]
    versions = [f"{name} {version}" for name, version in setup.versions.items()]
    settings = [f"{name}={value}" for name, value in setup.settings.items()] or ["all default"]
    code = [f"commit {setup.commit or 'unknown'}", f"Python {setup.python}", *versions]
    return [
        f"Models: {', '.join(models)}",
        f"Code: {', '.join(code)}",
        f"Settings {setup.settings_digest}: {', '.join(settings)}",
    ]


def recipe_items(recipe: Recipe) -> dict[str, str]:
    """Every part of a recipe by name, the nested ones by both names."""
    items: dict[str, str] = {}
    for name, value in recipe.model_dump().items():
        if isinstance(value, dict):
            items |= {f"{name}: {key}": str(part) for key, part in value.items()}
        else:
            items[name] = "unknown" if value is None else str(value)
    return items


def recipe_changes(before: Recipe, after: Recipe) -> list[str]:
    """What differs between two recipes, a line each."""
    old, new = recipe_items(before), recipe_items(after)
    names = [*old, *(name for name in new if name not in old)]
    return [
        f"{name}: {old.get(name, 'none')} → {new.get(name, 'none')}" for name in names if old.get(name) != new.get(name)
    ]


def unmatched(before: Run, after: Run) -> str | None:
    """How many cases of two runs are not compared, None if all are."""
    old, new = ({asked(result.case) for result in run.results} for run in (before, after))
    alone = {asked(result.case): result.case.id for run in (before, after) for result in run.results}
    names = {alone[case] for case in old ^ new}
    if not names:
        return None
    return f"{count(len(names), 'case')} not compared: in one run only, or not the same in both"


def flips(before: Run, after: Run) -> list[Flip]:
    """The cases whose `correct` is another in the later run, those that were lost first."""
    found = [
        Flip("lost" if new.scores["correct"] < old.scores["correct"] else "won", old, new)
        for old, new in shared(before, after)
        if old.scores["correct"] != new.scores["correct"]
    ]
    return sorted(found, key=lambda flip: flip.outcome)


def judgement(change: Change) -> str:
    """Whether a figure has become better or worse by more than chance explains; empty where it has not."""
    if change.better:
        return "better"
    if change.worse:
        return "worse"
    return "changed" if change.significant else ""


def side_by_side(flip: Flip, longest: int = 160) -> tuple[str, str]:
    """What both answers say, each in one shortened line, from the first sentence in which they differ."""
    old, new = _sentences(flip.before), _sentences(flip.after)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    skipped = alike if old != new else 0
    before, after = (" ".join(["…", *said[skipped:]] if skipped else said) for said in (old, new))
    return shortened(before, longest), shortened(after, longest)


def shortened(text: str, longest: int = 160) -> str:
    """A text in one line, cut after the last word that fits."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    return f"{head.rsplit(' ', 1)[0] or head}…"


def _sentences(result: Result) -> list[str]:
    """An answer's sentences without their attributions."""
    if result.answer.refused:
        return ["(refused)"]
    return [sentence.text for sentence in result.answer.sentences] or [plain(result.answer.text)]
