"""Where the sentences of each language lie among the vectors.

An embedding puts a question nearer to any sentence of its own language than to one of another. How near it comes to a
language's mean sentence tells how much of a cosine is owed to the language alone.
"""

import sqlite3

import numpy as np
from numpy.typing import NDArray

from assistant.index.packing import VECTOR_ID_BYTES, unit_vectors

# Chunk ids are hashes, so the lowest ones are a random sample, and the same one however the index came about.
SAMPLED_CHUNKS = 1000

# The mean of a few sentences tells what they are about, not how their language lies: each language's mean is pulled
# towards the mean of all as if it had as many sentences more that lay there.
PRIOR_SENTENCES = 100

_SAMPLE = """
SELECT json_extract(source, '$.language'), vectors, length(sentence_ids)
FROM chunks JOIN articles ON articles.key = chunks.article ORDER BY chunks.id LIMIT ?
"""


def language_centres(connection: sqlite3.Connection) -> dict[str | None, NDArray[np.float32]]:
    """The mean sentence vector (dimensions,) of each language in the index, from a sample of the chunks."""
    sums: dict[str | None, NDArray[np.float32]] = {}
    counts: dict[str | None, int] = {}
    for language, codes, size_of_ids in connection.execute(_SAMPLE, (SAMPLED_CHUNKS,)):
        sentences = size_of_ids // VECTOR_ID_BYTES
        vectors = unit_vectors(np.frombuffer(codes, dtype=np.uint8).reshape(sentences, -1))
        sums[language] = sums.get(language, 0) + vectors.sum(axis=0)
        counts[language] = counts.get(language, 0) + sentences
    if not sums:
        return {}
    overall = np.stack(list(sums.values())).sum(axis=0) / sum(counts.values())
    return {
        language: (total + PRIOR_SENTENCES * overall) / (counts[language] + PRIOR_SENTENCES)
        for language, total in sums.items()
    }
