"""How well a ranking finds what is relevant: the standard measures, each for one question.

`ranking` holds ids, best first, `relevant` the ids that should be found. All are 0..1, and defined for at least one
relevant id. Manning, Raghavan and Schütze (2008), "Introduction to Information Retrieval", chapter 8.
"""

import math
from collections.abc import Collection, Mapping, Sequence


def hit_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """1 if anything relevant is among the first `k`."""
    return float(any(found in relevant for found in ranking[:k]))


def recall_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Share of what is relevant that is among the first `k`."""
    return len(set(ranking[:k]) & set(relevant)) / len(relevant)


def reciprocal_rank_at(k: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """1 / rank of the first relevant id, 0 behind `k`. The mean over questions is MRR@k."""
    return next((1 / rank for rank, found in enumerate(ranking[:k], 1) if found in relevant), 0.0)


def average_precision(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Mean over what is relevant of the precision where it is found, 0 where it is not. Over questions: MAP."""
    found = total = 0.0
    for rank, name in enumerate(ranking, 1):
        if name in relevant:
            found += 1
            total += found / rank
    return total / len(relevant)


def ndcg_at(k: int, ranking: Sequence[str], relevant: Mapping[str, float]) -> float:
    """Discounted cumulative gain of the first `k`, as a share of the best possible one.

    Linear gain as in trec_eval and BEIR (Järvelin and Kekäläinen 2002): grade / log2(rank + 1).

    Args:
        k: how deep.
        ranking: ids, best first.
        relevant: id -> grade.
    """
    ideal = gain(sorted(relevant.values(), reverse=True)[:k])
    return gain([relevant.get(name, 0.0) for name in ranking[:k]]) / ideal if ideal else 0.0


def gain(grades: Sequence[float]) -> float:
    """Discounted cumulative gain: the sum of grade / log2(rank + 1), best first."""
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))
