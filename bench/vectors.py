"""Sentence vectors for corpora that are too large to embed for real.

The real model embeds some real sentences. A word's vector is the mean of those of the sentences it stands in; a text's
is the mean of its words', stretched to the spread of real ones. So large corpora get vectors at next to no cost that
lie where real ones lie, near those of texts with the same words; questions are embedded for real.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray
from pydantic import PrivateAttr
from scipy.sparse import csr_array

# Of shape (n, d).
Matrix = NDArray[np.float32]

# A word that no embedded sentence holds takes one of this many directions, each as good as unrelated to all others, at
# this share of the spread of the sentences.
UNKNOWN_DIRECTIONS = 4096
UNKNOWN_LENGTH = 0.5


class SyntheticEmbedding(BaseEmbedding):
    """Texts get a mixture of real vectors, queries the real model's own.

    It carries the real model's name, so that the coefficients measured for that one apply.
    """

    _real: BaseEmbedding = PrivateAttr()
    _mixture: "Mixture" = PrivateAttr()

    def __init__(self, real: BaseEmbedding, sentences: Sequence[str]) -> None:
        super().__init__(model_name=real.model_name, embed_batch_size=1024)
        vectors = real.get_text_embedding_batch(list(sentences))
        self._real = real
        self._mixture = Mixture(sentences, np.asarray(vectors, dtype=np.float32))

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "synthetic"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._real.get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._mixture.vectors(texts).tolist()  # type: ignore[no-any-return]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class RememberingEmbedding(BaseEmbedding):
    """The real model, which embeds no text twice: a second index over the same texts costs no embedding.

    It carries the real model's name, so that the coefficients measured for that one apply.
    """

    _real: BaseEmbedding = PrivateAttr()
    _known: dict[str, list[float]] = PrivateAttr(default_factory=dict)

    def __init__(self, real: BaseEmbedding) -> None:
        super().__init__(model_name=real.model_name, embed_batch_size=real.embed_batch_size)
        self._real = real

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "remembering"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._real.get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= zip(missing, self._real.get_text_embedding_batch(missing), strict=True)
        return [self._known[text] for text in texts]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class Mixture:
    """Makes vectors for texts out of the vectors of other texts.

    Args:
        texts: whose vectors are known.
        vectors: those, one row each.
    """

    def __init__(self, texts: Sequence[str], vectors: Matrix) -> None:
        vectors = unit(vectors)
        self._centre = vectors.mean(axis=0)
        deviations = vectors - self._centre
        self._spread = np.linalg.norm(deviations, axis=1).mean()
        places: dict[str, list[int]] = defaultdict(list)
        for position, text in enumerate(texts):
            for word in set(_words(text)):
                places[word].append(position)
        known = [deviations[positions].mean(axis=0) for positions in places.values()]
        unknown = np.random.default_rng(0).standard_normal((UNKNOWN_DIRECTIONS, len(self._centre)), dtype=np.float32)
        self._directions = np.vstack([*known, unit(unknown) * UNKNOWN_LENGTH * self._spread])
        self._rows = {word: row for row, word in enumerate(places)}

    def vectors(self, texts: Sequence[str]) -> Matrix:
        """A unit vector for each text; equal words give equal vectors."""
        rows = [[self._row(word) for word in _words(text) or [text]] for text in texts]
        ends = np.cumsum([0, *map(len, rows)])
        words = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=ends[-1])
        # The sum of the words points where their mean does.
        counts = csr_array((np.ones(len(words), np.float32), words, ends), shape=(len(texts), len(self._directions)))
        return unit(self._centre + unit(counts @ self._directions) * self._spread)

    def _row(self, word: str) -> int:
        row = self._rows.get(word)
        return len(self._rows) + zlib.crc32(word.encode()) % UNKNOWN_DIRECTIONS if row is None else row


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def unit(vectors: Matrix) -> Matrix:
    """The rows at length 1."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / lengths  # type: ignore[no-any-return]
