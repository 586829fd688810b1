"""An embedding that needs no model, and a look at everything an index holds."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from assistant import Settings
from assistant.index import Index
from assistant.index.schema import LIBRARY
from assistant.terms import terms

DIMENSIONS = 48


class WordEmbedding(BaseEmbedding):
    """Texts that share words get vectors that are near each other. It remembers what it was given."""

    _seen: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, model_name: str = "words", embed_batch_size: int = 16) -> None:
        super().__init__(model_name=model_name, embed_batch_size=embed_batch_size)

    @classmethod
    def class_name(cls) -> str:
        return "words"

    @property
    def seen(self) -> list[str]:
        """The texts embedded so far, in order."""
        return self._seen

    def _get_text_embedding(self, text: str) -> list[float]:
        self._seen.append(text)
        return self._get_query_embedding(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        words = [hashlib.blake2b(f"{self.model_name} {term}".encode()).digest() for term in terms(query)]
        vector = sum((_direction(word) for word in words), start=_direction(b"bias") / 4)
        return [float(component) for component in vector]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _direction(seed: bytes) -> Any:
    return np.random.default_rng(list(seed)).standard_normal(DIMENSIONS)


def question(embedding: BaseEmbedding, text: str) -> Any:
    """The vector of a question."""
    return np.asarray(embedding.get_query_embedding(text), dtype=np.float32)


def open_index(corpus: Path, folder: Path, embedding: BaseEmbedding | None = None, **settings: Any) -> Index:
    """An index over a corpus folder, with the embedding of this module unless told otherwise."""
    return Index(Settings(corpus_dir=corpus, index_dir=folder, **settings), embedding or WordEmbedding())


def outdate(library: Path) -> None:
    """Turns a library into one of an earlier version."""
    with closing(sqlite3.connect(library)) as connection:
        connection.execute("DROP TABLE frequencies")
        connection.execute(f"PRAGMA user_version = {LIBRARY.version - 1}")


def dump(index: Index, dimensions: int = DIMENSIONS) -> dict[str, Any]:
    """Everything an index holds, without what may differ between two that were made from the same articles."""
    with index._library.reading() as connection:
        connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, lexicon, row)")
        rows = {
            "articles": "SELECT id, fingerprint, published, publisher, source, removed, text FROM articles ORDER BY id",
            "chunks": 'SELECT chunks.id, articles.id, start, "end", sentences, sentence_ids, vectors,'
            " term_count, terms FROM chunks JOIN articles ON articles.key = article ORDER BY chunks.id",
            "terms": "SELECT term, doc, cnt FROM temp.vocabulary ORDER BY term",
            "frequencies": "SELECT term, chunks FROM frequencies ORDER BY term",
            "totals": "SELECT * FROM totals",
            "state": "SELECT json_remove(json, '$.version', '$.vectors', '$.manifest', '$.vectors_removed',"
            " '$.entries_removed') FROM state",
        }
        held: dict[str, Any] = {name: connection.execute(query).fetchall() for name, query in rows.items()}
        connection.execute("DROP TABLE temp.vocabulary")
        assert held.pop("frequencies") == [(term, chunks) for term, chunks, _ in held["terms"]]
    index.nearest(np.ones(dimensions, dtype=np.float32), 1)
    assert index._store or not held["chunks"]
    if index._store:
        stored = index._store[1]._collection.get(include=["embeddings"])
        held["vectors"] = sorted(zip(stored["ids"], np.asarray(stored["embeddings"]).tolist(), strict=True))
    return held
