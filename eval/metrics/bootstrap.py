"""Confidence intervals by the percentile bootstrap (Efron and Tibshirani 1993): cases are drawn again, with repeats.

A metric is a column: a number for each case, NaN for the cases that it is not defined for. Columns of one run, or of
two runs over the same cases, are resampled together, so that differences between them are paired.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 0
CONFIDENCE = 95.0
# Of the table of how often each case is drawn, so many numbers are held at a time: 32 MB.
BLOCK = 4_000_000

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95% interval, and the number of cases it is over."""

    mean: float
    low: float
    high: float
    n: int


class Draws:
    """How often each case is drawn in each resample, the same for the same number of cases.

    The table is gone through in blocks (resamples, cases), since that of many thousands of cases would fill the memory.
    """

    def __init__(self, cases: int) -> None:
        self._cases = cases
        self._rows = max(1, BLOCK // max(1, cases))
        # A table of one block is kept, since every figure needs it.
        self._whole = list(self._drawn()) if self._rows >= RESAMPLES else None

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        return iter(self._whole) if self._whole is not None else self._drawn()

    def _drawn(self) -> Iterator[NDArray[np.float64]]:
        if not self._cases:
            return
        generator, even = np.random.default_rng(SEED), np.full(self._cases, 1 / self._cases)
        for start in range(0, RESAMPLES, self._rows):
            rows = min(self._rows, RESAMPLES - start)
            yield generator.multinomial(self._cases, even, size=rows).astype(np.float64)

    def each(self, statistic: Callable[[NDArray[np.float64]], Column]) -> Column:
        """A statistic of every resample, from the weights (resamples, cases) of some of them."""
        return np.concatenate([statistic(block) for block in self])


def estimate(columns: Sequence[Column], drawn: Draws) -> Estimate:
    """The mean of some columns' means: of one, or of two whose cases differ, as in balanced accuracy."""
    return _estimate(_mean(columns), _resampled(columns, drawn), columns)


def difference(before: Sequence[Column], after: Sequence[Column], drawn: Draws) -> Estimate:
    """By how much the mean of the same columns has changed from one run to another over the same cases."""
    changed = _resampled(after, drawn) - _resampled(before, drawn)
    return _estimate(_mean(after) - _mean(before), changed, after)


def probability_above(ones: Column, others: Column, drawn: Draws) -> Estimate:
    """The probability that one of the first column scores above one of the second, a tie counting half.

    That is the area under the ROC curve (Hanley and McNeil 1982). Each case has a score in one of the columns at most.
    """
    first, second = ~np.isnan(ones), ~np.isnan(others)
    gaps = np.sign(ones[first][:, None] - others[second][None, :])
    above = (1 + gaps) / 2

    def area(weights: NDArray[np.float64]) -> Column:
        here, there = weights[:, first], weights[:, second]
        pairs = here.sum(axis=1) * there.sum(axis=1)
        return _shares(((here @ above) * there).sum(axis=1), pairs)

    return _estimate(float(above.mean()), drawn.each(area), [ones, others])


def _resampled(columns: Sequence[Column], drawn: Draws) -> Column:
    means: Column = np.mean([drawn.each(partial(_means, column)) for column in columns], axis=0)
    return means


def _estimate(mean: float, resampled: Column, columns: Sequence[Column]) -> Estimate:
    outside = (100 - CONFIDENCE) / 2
    # A resample may have drawn none of the few cases that a column is defined for.
    known = resampled[~np.isnan(resampled)]
    low, high = np.percentile(known, [outside, 100 - outside]) if len(known) else (np.nan, np.nan)
    n = sum(int((~np.isnan(column)).sum()) for column in columns)
    return Estimate(mean, float(low), float(high), n)


def _mean(columns: Sequence[Column]) -> float:
    means = [column[~np.isnan(column)] for column in columns]
    return float(np.mean([values.mean() for values in means])) if all(len(values) for values in means) else float("nan")


def _means(column: Column, weights: NDArray[np.float64]) -> Column:
    defined = ~np.isnan(column)
    weights = weights[:, defined]
    return _shares(weights @ column[defined], weights.sum(axis=1))


def _shares(parts: Column, wholes: Column) -> Column:
    shares: Column = np.divide(parts, wholes, out=np.full(len(wholes), np.nan), where=wholes > 0)
    return shares
