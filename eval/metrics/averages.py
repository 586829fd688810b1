"""Means of measures over questions, with their 95% intervals."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from eval.metrics.bootstrap import Draws, Estimate, estimate


def averages(scores: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    """The mean of each measure over the questions that it is defined for, in the order in which they come up."""
    names = dict.fromkeys(name for one in scores for name in one)
    drawn = Draws(len(scores))
    return {name: estimate([np.array([one.get(name, math.nan) for one in scores])], drawn) for name in names}
