"""Means of measures over questions."""

from collections.abc import Mapping, Sequence
from statistics import fmean


def averages(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over the questions that it is defined for, in the order in which they come up."""
    names = dict.fromkeys(name for one in scores for name in one)
    return {name: fmean(one[name] for one in scores if name in one) for name in names}
