"""The chunks nearest to a question among those that pass a filter: compared one by one, none left out.

Chroma walks its graph until it has met enough chunks that may answer. Of a thousand among a million it meets one in a
thousand, so it walks through nearly all. To read as many vectors takes a hundredth of that, if they lie close together:
so each chunk's vector is kept in the library too, as a sketch, and the best by that are weighed by their sentences.
"""

import json
import sqlite3
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from assistant.index.filtering import Scores, passing_query, values_of
from assistant.index.packing import normalised, sketched, unit_vectors
from assistant.index.vectors import mean_vector
from assistant.records import Filters

# Sketches read at a time: what they stand for still fits into a processor's cache.
PORTION = 1000
# Weighed by their sentences for each that is wanted. A sketch misses a cosine by .004 (standard deviation), so the best
# fifty by it and by the sentences differ in a few.
WEIGHED = 2

_SENTENCES = """
SELECT chunks.id, length(sentence_ids) / 8, vectors FROM json_each(?) AS wanted
CROSS JOIN chunks ON chunks.id = wanted.value
"""


def nearest_passing(connection: sqlite3.Connection, vector: NDArray[np.float32], k: int, filters: Filters) -> Scores:
    """Chunk id -> cosine of the `k` nearest chunks that pass, best first, equal ones by id.

    Args:
        connection: of the library.
        vector: (dimensions,), of any length but 0.
        k: how many.
        filters: which articles may answer.
    """
    unit = normalised(vector)
    likely = _best(_by_sketch(connection, unit, filters), WEIGHED * k)
    return dict(_best(_by_sentences(connection, unit, [chunk_id for chunk_id, _ in likely]), k))


def _by_sketch(connection: sqlite3.Connection, unit: NDArray[np.float32], filters: Filters) -> list[tuple[int, float]]:
    query = f"""
        SELECT passed.id, sketches.vector FROM ({passing_query(filters, "id", "key")}) AS passed
        CROSS JOIN sketches ON sketches.chunk = passed.key
    """  # noqa: S608 - the filters' conditions
    rows = connection.execute(query, values_of(filters))
    found: list[tuple[int, float]] = []
    while portion := rows.fetchmany(PORTION):
        ids, codes = zip(*portion, strict=True)
        sketches = np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(len(codes), -1)
        found += zip(ids, (sketched(sketches, len(unit)) @ unit).tolist(), strict=True)
    return found


def _by_sentences(
    connection: sqlite3.Connection, unit: NDArray[np.float32], ids: list[int]
) -> Iterable[tuple[int, float]]:
    for chunk_id, sentences, codes in connection.execute(_SENTENCES, (json.dumps(ids),)):
        vectors = unit_vectors(np.frombuffer(codes, dtype=np.uint8).reshape(sentences, -1))
        yield chunk_id, float(mean_vector(vectors) @ unit)


def _best(cosines: Iterable[tuple[int, float]], k: int) -> list[tuple[int, float]]:
    return sorted(cosines, key=lambda item: (-item[1], item[0]))[:k]
