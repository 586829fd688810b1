"""Takes a corpus folder into a library: what changed since the last time, and nothing else, is cleaned and embedded."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from assistant.articles import CorpusFile, UnreadableFileError
from assistant.index.embeddings import as_id
from assistant.index.lexicon import count_terms
from assistant.index.library import Snapshot, pack_offsets
from assistant.index.packing import VECTOR_ID_TYPE, pack_text
from assistant.index.preparation import ChangedFile, Preparation, PreparedArticle
from assistant.metadata import Overrides
from assistant.records import Skipped, SyncReport

FINGERPRINT_BYTES = 16

# Articles that are removed in one go; their vectors and terms are held in memory, some 15 KB each.
REMOVED_AT_ONCE = 1000


class Progress(NamedTuple):
    """How much more of the corpus was done.

    Attributes:
        size: in bytes; the shares of a file are fractions.
        articles: that are done.
        tokens: of sentences that have their vectors; the shares of a batch are fractions.
    """

    size: float
    articles: int = 0
    tokens: float = 0.0


class Intake:
    """One pass over the corpus, within a transaction of the library.

    Args:
        connection: the transaction.
        snapshot: the library as it is in the course of it.
        preparation: makes articles of files, and vectors of sentences.
        recipe: what else stored chunks depend on; an article made by another one counts as changed.
        advance: told how far it got, by any thread.

    Attributes:
        chunks_gone: how many of the chunks of before are not there any more.
        chunks_removed: how many were removed, be it that they came again as they were.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        snapshot: Snapshot,
        preparation: Preparation,
        recipe: Mapping[str, str],
        advance: Callable[[Progress], None],
    ) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._preparation = preparation
        self._embedder = preparation.embedder
        self._recipe = json.dumps(recipe, sort_keys=True).encode()
        self._advance = advance
        self._unchanged: list[str] = []
        self._changed: list[str] = []
        self._skipped: list[Skipped] = []
        self.chunks_gone = 0
        self.chunks_removed = 0

    def run(
        self, files: Sequence[CorpusFile], overrides: Mapping[str, Overrides], known: Mapping[str, bytes]
    ) -> SyncReport:
        """Brings the library up to date.

        Args:
            files: all that the folder has.
            overrides: what metadata.yaml says, by article id.
            known: the articles that the library had at the last sync, with their fingerprints.
        """
        changes = self._changes(files, overrides, known)
        with closing(self._preparation.batches(changes, self._snapshot.vectors_of)) as batches:
            for batch in batches:
                self._skipped += [outcome for outcome in batch if isinstance(outcome, Skipped)]
                self._store([outcome for outcome in batch if isinstance(outcome, PreparedArticle)])
        removed = sorted(set(known).difference(self._unchanged, self._changed))
        self._remove(removed)
        return SyncReport(
            added=tuple(article_id for article_id in self._changed if article_id not in known),
            updated=tuple(article_id for article_id in self._changed if article_id in known),
            removed=tuple(removed),
            unchanged=tuple(self._unchanged),
            skipped=tuple(sorted(self._skipped, key=lambda skipped: skipped.path)),
        )

    def _changes(
        self, files: Iterable[CorpusFile], overrides: Mapping[str, Overrides], known: Mapping[str, bytes]
    ) -> Iterator[ChangedFile | None]:
        """Those of the files that are not the known ones; None for any other."""
        for file in files:
            try:
                data = file.read_bytes()
            except UnreadableFileError as error:
                self._skipped.append(Skipped(path=file.id, reason=error.reason))
                yield None
                continue
            given = overrides.get(file.id)
            fingerprint = self._fingerprint(data, given)
            if fingerprint == known.get(file.id):
                self._unchanged.append(file.id)
                self._advance(Progress(len(data), articles=1))
                yield None
            else:
                yield ChangedFile(file, data, given, fingerprint)

    def _fingerprint(self, data: bytes, overrides: Overrides | None) -> bytes:
        digest = hashlib.blake2b(self._recipe, digest_size=FINGERPRINT_BYTES)
        digest.update(overrides.model_dump_json().encode() if overrides else b"none")
        digest.update(data)
        return digest.digest()

    def _store(self, batch: Sequence[PreparedArticle]) -> None:
        """Embeds and stores articles."""
        texts = {text for article in batch for text in article.texts()}
        size = sum(article.size for article in batch)
        tokens = sum(chunk.tokens for article in batch for chunk in article.chunks)
        characters = sum(map(len, texts)) or 1

        def embedded(more: int) -> None:
            self._advance(Progress(size * more / characters, tokens=tokens * more / characters))

        article_ids = [article.article.id for article in batch]
        vectors = self._embedder.vectors(texts, self._snapshot.vectors_of(article_ids), embedded)
        before = self._delete(article_ids)
        rows = [row for article in batch for row in self._chunk_rows(article, self._insert(article), vectors)]
        self._connection.executemany("INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        count_terms(self._connection, [row[-1] for row in rows])
        self.chunks_gone += len(before.difference(row[0] for row in rows))
        self._changed += article_ids
        self._advance(Progress(0, articles=len(batch)))

    def _remove(self, article_ids: Sequence[str]) -> None:
        """Removes articles, and keeps the vectors of those whose files are there: they may be readable another time."""
        skipped = {skipped.path for skipped in self._skipped}
        for start in range(0, len(article_ids), REMOVED_AT_ONCE):
            portion = article_ids[start : start + REMOVED_AT_ONCE]
            self._embedder.remember(self._snapshot.vectors_of(sorted(skipped.intersection(portion))))
            self.chunks_gone += len(self._delete(portion))

    def _delete(self, article_ids: Sequence[str]) -> set[int]:
        """Removes articles; returns the ids of their chunks."""
        ids = (json.dumps(article_ids),)
        theirs = "chunks WHERE article IN (SELECT key FROM articles WHERE id IN (SELECT value FROM json_each(?)))"
        gone = self._connection.execute(f"SELECT id, terms FROM {theirs}", ids).fetchall()  # noqa: S608
        count_terms(self._connection, [terms for _, terms in gone], gone=True)
        # Chunks first: in one statement they go in the order of their keys, which is quicker for FTS5.
        self._connection.execute(f"DELETE FROM {theirs}", ids)  # noqa: S608
        self._connection.execute("DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?))", ids)
        self.chunks_removed += len(gone)
        return {chunk_id for chunk_id, _ in gone}

    def _insert(self, prepared: PreparedArticle) -> int | None:
        article = prepared.article
        removed = json.dumps([run.model_dump() for run in prepared.removed], ensure_ascii=False)
        published = article.published.isoformat() if article.published else None
        about = (article.id, prepared.fingerprint, published, article.publisher, prepared.source(), removed)
        row = (*about, pack_text(article.text))
        return self._connection.execute("INSERT INTO articles VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid

    def _chunk_rows(
        self, prepared: PreparedArticle, article_key: int | None, vectors: Mapping[str, bytes]
    ) -> list[tuple[Any, ...]]:
        source = prepared.source()
        rows: list[tuple[Any, ...]] = []
        for chunk, *chunk_terms in zip(prepared.chunks, prepared.term_counts, prepared.packed_terms, strict=True):
            text = prepared.article.text[chunk.start : chunk.end]
            offsets = [(span.start, span.end) for span in chunk.sentences]
            sentences = prepared.sentences(chunk)
            sentence_ids = [self._embedder.id(sentence) for sentence in sentences]
            row = (
                _chunk_id(self._embedder.model_id, source, offsets, text),
                article_key,
                chunk.start,
                chunk.end,
                pack_offsets(chunk.sentences),
                np.array(sentence_ids, dtype=VECTOR_ID_TYPE).tobytes(),
                b"".join(vectors[sentence] for sentence in sentences),
                *chunk_terms,
            )
            rows.append(row)
        return rows


def _chunk_id(model: str, source: str, offsets: Sequence[tuple[int, int]], text: str) -> int:
    """A hash of all that a chunk and its vector are made of.

    Two of a million chunks share one with a probability of .00000005.
    """
    made_of = json.dumps([model, source, offsets, text]).encode()
    return as_id(hashlib.blake2b(made_of).digest())
