"""Metrics as pure functions over ranks, labels and scores."""

from collections.abc import Sequence


def recall_at(k: int, ranks: Sequence[int | None]) -> float:
    """Share of questions whose one relevant passage stands among the first `k`; ranks count from 1, None is absent."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def mrr_at(k: int, ranks: Sequence[int | None]) -> float:
    """Mean reciprocal rank of the first relevant passage, 0 behind `k`."""
    return sum(1 / rank if rank is not None and rank <= k else 0.0 for rank in ranks) / len(ranks)


def balanced_accuracy(answerable: Sequence[float], unanswerable: Sequence[float], threshold: float = 0.0) -> float:
    """Mean of the share of answerable questions scored above the threshold and of unanswerable ones not above it."""
    kept = sum(score > threshold for score in answerable) / len(answerable)
    refused = sum(score <= threshold for score in unanswerable) / len(unanswerable)
    return (kept + refused) / 2
