"""Embeds each sentence once: what a sync has embedded is written to a journal until the library has it.

A sync that was interrupted goes on from the journal; one that ended leaves none, unless it found most articles gone.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from assistant.errors import ModelError
from assistant.index.database import Database, Format
from assistant.index.packing import quantise
from assistant.index.side_by_side import side_by_side
from assistant.models import model_id

JOURNAL = Format(
    application_id=0x4E774563,
    version=3,
    statements=("CREATE TABLE embeddings (id INTEGER PRIMARY KEY, vector BLOB NOT NULL)",),
)


class Embedder:
    """An embedding model with its journal.

    Args:
        embedding: any LlamaIndex embedding. As many batches as it has `num_workers` are embedded side by side.
        journal: where vectors are kept on their way to the library; `JOURNAL` is its format.
    """

    def __init__(self, embedding: BaseEmbedding, journal: Database) -> None:
        self.model_id = model_id(embedding)
        self._embedding = embedding
        self._journal = journal
        self._length = 0

    def begin(self, length: int) -> None:
        """Begins another sync.

        Args:
            length: of the quantised vectors that the library has of this model, in bytes; 0 if it has none.
        """
        self._length = length

    def id(self, text: str) -> int:
        """What the vector of a text is kept under: a hash of model and text.

        Two of ten million sentences share one with a probability of .000005.
        """
        return as_id(hashlib.blake2b(f"{self.model_id}\0{text}".encode()).digest())

    def vectors(
        self, texts: Iterable[str], known: Mapping[int, bytes], advance: Callable[[int], None]
    ) -> dict[str, bytes]:
        """The quantised vector of each text; only what is neither known nor in the journal is embedded.

        Args:
            texts: repeats cost nothing.
            known: vectors of earlier, by `id`.
            advance: told as texts are done, with the number of their characters.

        Raises:
            ModelError: the model failed; what it had embedded until then is kept.
        """
        unique = set(texts)
        found = self._remembered(unique, known)
        advance(sum(map(len, found)))
        batches = list(alike([text for text in unique if text not in found], self._embedding))
        embed = partial(embedded, self._embedding)
        with closing(side_by_side(embed, batches, self._embedding.num_workers or 1)) as outcomes:
            for batch, codes in outcomes:
                self.remember({self.id(text): code for text, code in codes.items()})
                found |= codes
                advance(sum(map(len, batch)))
        return found

    def missing(self, texts: Iterable[str], known: Mapping[int, bytes]) -> list[str]:
        """Those of the texts that would be embedded, each once; `known` as in `vectors`."""
        unique = sorted(set(texts))
        found = self._remembered(unique, known)
        return [text for text in unique if text not in found]

    def remember(self, vectors: Mapping[int, bytes]) -> None:
        """Writes quantised vectors to the journal, by `id`.

        Raises:
            ModelError: their lengths differ from each other's or from those of before.
        """
        self._check_lengths(vectors.values())
        with self._journal.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", sorted(vectors.items()))

    def _remembered(self, texts: Iterable[str], known: Mapping[int, bytes]) -> dict[str, bytes]:
        ids = {text: self.id(text) for text in texts}
        wanted = json.dumps([name for name in ids.values() if name not in known])
        query = "SELECT embeddings.* FROM json_each(?) AS wanted CROSS JOIN embeddings ON embeddings.id = wanted.value"
        with self._journal.reading() as connection:
            vectors = {**known, **dict(connection.execute(query, (wanted,)).fetchall())}
        found = {text: vectors[name] for text, name in ids.items() if name in vectors}
        self._check_lengths(found.values())
        return found

    def _check_lengths(self, vectors: Iterable[bytes]) -> None:
        lengths = {len(vector) for vector in vectors}
        self._length = self._length or next(iter(lengths), 0)
        if lengths - {self._length}:
            raise self.misfit()

    def misfit(self) -> ModelError:
        """What to raise when a vector has another length than those of before."""
        message = (
            f"The embedding model {self._embedding.model_name} made vectors of different lengths."
            f" If it was exchanged under its old name, delete {self._journal.path.parent}."
        )
        return ModelError(message)


def alike(texts: Iterable[str], embedding: BaseEmbedding) -> Iterator[list[str]]:
    """Texts in batches for an embedding, those of like length together: none waits for the longest of a mixed batch."""
    ordered = sorted(texts, key=lambda text: (len(text), text))
    for start in range(0, len(ordered), embedding.embed_batch_size):
        yield ordered[start : start + embedding.embed_batch_size]


def embedded(embedding: BaseEmbedding, texts: list[str]) -> dict[str, bytes]:
    """The quantised vector of each text of a batch.

    Raises:
        ModelError: the model failed, or made something else than vectors of one length.
    """
    vectors = _as_array(embedding.get_text_embedding_batch(texts))
    if vectors.shape[:-1] != (len(texts),) or not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
        message = f"The embedding model {embedding.model_name} did not return a vector for each text."
        raise ModelError(message)
    return {text: code.tobytes() for text, code in zip(texts, quantise(vectors), strict=True)}


def as_id(digest: bytes) -> int:
    """A hash as SQLite can hold it: 63 bits, since it counts with signed integers of 64."""
    return int.from_bytes(digest[:8], "big") >> 1


def _as_array(vectors: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    try:
        return np.asarray(vectors, dtype=np.float32)
    except (TypeError, ValueError):  # lengths differ, or no numbers
        return np.empty((0, 0), dtype=np.float32)
