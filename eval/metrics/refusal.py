"""How well it is told which questions the articles answer. What scores below the threshold is refused."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold would do.

    Attributes:
        threshold: questions that score below it are refused, in logits.
        answered: share of the answerable questions that would be answered.
        refused: share of the unanswerable ones that would be refused.
    """

    threshold: float
    answered: float
    refused: float

    @property
    def balanced_accuracy(self) -> float:
        """The mean of both."""
        return (self.answered + self.refused) / 2


def refusal_curve(answerable: Sequence[float], unanswerable: Sequence[float]) -> list[Point]:
    """A point for each threshold that makes a difference, from refusing nothing to refusing all.

    Those are the scores themselves, since down to the next lower one every threshold does the same, and one below and
    one above them all.
    """
    scores = sorted({*answerable, *unanswerable})
    if not scores or not answerable or not unanswerable:
        return []
    return [
        Point(
            threshold,
            sum(score >= threshold for score in answerable) / len(answerable),
            sum(score < threshold for score in unanswerable) / len(unanswerable),
        )
        for threshold in (scores[0] - 1, *scores, scores[-1] + 1)
    ]
