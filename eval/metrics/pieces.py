"""How well a ranking finds the pieces of a question's evidence, of which one passage may hold several.

A passage counts for the pieces that none above it holds: `new` says of each passage, best first, how many those are.
Where no passage holds two pieces and no piece stands in two passages, these are the usual measures, those of
`eval.metrics.retrieval`, with the pieces as what is relevant. All are 0..1, and defined for at least one piece.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from eval.metrics.retrieval import gain


def new_pieces(held: Iterable[AbstractSet[int]]) -> list[int]:
    """How many pieces each passage of a ranking is the first to hold, from the pieces that each holds."""
    before: set[int] = set()
    found = []
    for pieces in held:
        found.append(len(pieces - before))
        before |= pieces
    return found


def best_order(held: Sequence[AbstractSet[int]], pieces: int) -> list[int]:
    """The same of the best ranking that could be made of all passages there are.

    The passage that brings most comes next each time, as is the custom for the ideal of such measures (Clarke et al.
    2008, alpha-nDCG). A piece that no passage holds comes last, as if it had one of its own.
    """
    missing = set(range(pieces))
    found = []
    while missing:
        brought = max((passage & missing for passage in held), key=len, default=set()) or {min(missing)}
        found.append(len(brought))
        missing -= brought
    return found


def hit_at(k: int, new: Sequence[int]) -> float:
    """1 if any of the first `k` passages holds a piece."""
    return float(any(new[:k]))


def reciprocal_rank_at(k: int, new: Sequence[int]) -> float:
    """1 / rank of the first passage that holds a piece, 0 behind `k`. The mean over questions is MRR@k."""
    return next((1 / rank for rank, count in enumerate(new[:k], 1) if count), 0.0)


def recall_at(k: int, new: Sequence[int], pieces: int) -> float:
    """Share of the pieces that the first `k` passages hold."""
    return sum(new[:k]) / pieces


def average_precision(new: Sequence[int], pieces: int) -> float:
    """Mean over the pieces of the precision where each is found, 0 where it is not. Over questions: MAP.

    The precision at a rank is the share of the passages down to there that hold a piece which none above them does.
    """
    useful = total = 0.0
    for rank, count in enumerate(new, 1):
        if count:
            useful += 1
            total += count * useful / rank
    return total / pieces


def ndcg_at(k: int, new: Sequence[int], best: Sequence[int]) -> float:
    """Discounted cumulative gain of the first `k` passages, as a share of that of `best_order`.

    The gain of a passage is the number of pieces that it is the first to hold. In rare cases of overlapping passages a
    ranking beats the best order; that counts as 1.
    """
    return min(1.0, gain(new[:k]) / gain(best[:k]))
