"""The chunks nearest to a question among those that pass a filter: compared one by one, none left out.

Chroma walks its graph until it has met enough chunks that may answer. Of a thousand among a million it meets one in a
thousand, so it walks through nearly all. To read as many vectors takes a hundredth of that, if they lie close together:
so each chunk's vector is kept in the library too, as a sketch, and the best by that are weighed by their sentences.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from assistant.index.filtering import Scores
from assistant.index.library import Snapshot
from assistant.index.packing import normalised, sketched
from assistant.index.vectors import mean_vector
from assistant.records import Filters

# Chunks compared at a time: what their sketches stand for still fits into a processor's cache.
PORTION = 1000
# Weighed by their sentences for each that is wanted. A sketch misses a cosine by .004 (standard deviation), so the best
# fifty by it and by the sentences differ in a few.
WEIGHED = 2


def nearest_passing(snapshot: Snapshot, vector: NDArray[np.float32], k: int, filters: Filters) -> Scores:
    """Chunk id -> cosine of the `k` nearest chunks that pass, best first, equal ones by id.

    Args:
        snapshot: of the index.
        vector: (dimensions,), of any length but 0.
        k: how many.
        filters: which articles may answer.
    """
    unit = normalised(vector)
    likely = [chunk_id for chunk_id, _ in _best(_by_sketch(snapshot, unit, filters), WEIGHED * k)]
    return dict(_best(_by_sentences(snapshot, unit, likely), k))


def _by_sketch(snapshot: Snapshot, unit: NDArray[np.float32], filters: Filters) -> Iterator[tuple[int, float]]:
    for ids, sketches in snapshot.sketches(filters, PORTION):
        yield from zip(ids, (sketched(sketches, len(unit)) @ unit).tolist(), strict=True)


def _by_sentences(snapshot: Snapshot, unit: NDArray[np.float32], ids: Sequence[int]) -> Iterator[tuple[int, float]]:
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        for chunk_id, vectors in zip(portion, snapshot.sentence_vectors(portion), strict=True):
            yield chunk_id, float(mean_vector(vectors) @ unit)


def _best(cosines: Iterable[tuple[int, float]], k: int) -> list[tuple[int, float]]:
    return nsmallest(k, cosines, key=lambda item: (-item[1], item[0]))
