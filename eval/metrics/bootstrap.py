"""Confidence intervals by the percentile bootstrap (Efron and Tibshirani 1993): cases are drawn again, with repeats.

A metric is a column: a number for each case, NaN for the cases that it is not defined for. Columns of one run, or of
two runs over the same cases, are resampled together, so that differences between them are paired.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 0
CONFIDENCE = 95.0

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95% interval, and the number of cases it is over."""

    mean: float
    low: float
    high: float
    n: int


def draws(cases: int) -> NDArray[np.float64]:
    """How often each case is drawn in each resample: (resamples, cases). The same for the same number of cases."""
    generator = np.random.default_rng(SEED)
    return generator.multinomial(cases, np.full(cases, 1 / cases), size=RESAMPLES).astype(np.float64)


def estimate(columns: list[Column], drawn: NDArray[np.float64]) -> Estimate:
    """The mean of some columns' means: of one, or of two whose cases differ, as in balanced accuracy."""
    return _estimate(columns, np.mean([_means(column, drawn) for column in columns], axis=0))


def difference(before: list[Column], after: list[Column], drawn: NDArray[np.float64]) -> Estimate:
    """By how much the mean of the same columns has changed from one run to another over the same cases."""
    changed = np.mean([_means(column, drawn) for column in after], axis=0)
    changed -= np.mean([_means(column, drawn) for column in before], axis=0)
    return _estimate(after, changed, mean=_mean(after) - _mean(before))


def _estimate(columns: list[Column], resampled: NDArray[np.float64], mean: float | None = None) -> Estimate:
    outside = (100 - CONFIDENCE) / 2
    # A resample may have drawn none of the few cases that a column is defined for.
    known = resampled[~np.isnan(resampled)]
    low, high = np.percentile(known, [outside, 100 - outside]) if len(known) else (np.nan, np.nan)
    n = sum(int((~np.isnan(column)).sum()) for column in columns)
    return Estimate(_mean(columns) if mean is None else mean, float(low), float(high), n)


def _mean(columns: list[Column]) -> float:
    means = [column[~np.isnan(column)] for column in columns]
    return float(np.mean([values.mean() for values in means])) if all(len(values) for values in means) else float("nan")


def _means(column: Column, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    defined = ~np.isnan(column)
    weights = drawn[:, defined]
    totals = weights.sum(axis=1)
    means: Column = np.divide(weights @ column[defined], totals, out=np.full(len(totals), np.nan), where=totals > 0)
    return means
