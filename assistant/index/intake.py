"""Takes a corpus folder into a library: what changed since the last time, and nothing else, is cleaned and embedded."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.articles import CorpusFile, UnreadableFileError
from assistant.chunks import Chunk, split_chunks, split_sentences
from assistant.corpus import read_article
from assistant.index.embeddings import Embedder
from assistant.metadata import Overrides
from assistant.records import Article, Removed, Skipped, SyncReport
from assistant.settings import Settings
from assistant.terms import terms
from assistant.tokens import count_tokens

# Embedded and stored together: enough to put sentences of like length side by side, little enough for memory.
BATCH_SENTENCES = 2000
FINGERPRINT_BYTES = 16


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article that waits for the vectors of its sentences.

    Attributes:
        fingerprint: of everything it was made from.
        size: of its file, in bytes.
    """

    article: Article
    removed: Sequence[Removed]
    chunks: Sequence[Chunk]
    fingerprint: bytes
    size: int

    def sentences(self, chunk: Chunk) -> list[str]:
        """The sentences of one of its chunks."""
        return [self.article.text[span.start : span.end] for span in chunk.sentences]

    def source(self) -> str:
        """The article without its text, as JSON.

        The path depends on where the program was started: it is put in when the article is read.
        """
        return self.article.model_dump_json(exclude={"text", "path"})


class Intake:
    """One pass over the corpus, within a transaction of the library.

    Args:
        connection: the transaction.
        settings: how to split.
        embedder: makes the sentences' vectors.
        recipe: what else stored chunks depend on; an article made by another one counts as changed.
        advance: told how far it got, in bytes of the corpus.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: Settings,
        embedder: Embedder,
        recipe: Mapping[str, str],
        advance: Callable[[float], None],
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._embedder = embedder
        self._recipe = json.dumps(recipe, sort_keys=True).encode()
        self._advance = advance
        self._pending: list[PreparedArticle] = []

    def run(
        self, files: Sequence[CorpusFile], overrides: Mapping[str, Overrides], known: Mapping[str, bytes]
    ) -> SyncReport:
        """Brings the library up to date.

        Args:
            files: all that the folder has.
            overrides: what metadata.yaml says, by article id.
            known: the articles that the library had at the last sync, with their fingerprints.
        """
        unchanged: list[str] = []
        changed: list[str] = []
        skipped: list[Skipped] = []
        for file in files:
            try:
                done = changed if self._take(file, overrides.get(file.id), known.get(file.id)) else unchanged
                done.append(file.id)
            except UnreadableFileError as error:
                skipped.append(Skipped(path=file.id, reason=error.reason))
        self._flush()
        removed = sorted(set(known).difference(unchanged, changed))
        self._delete(removed)
        return SyncReport(
            added=tuple(article_id for article_id in changed if article_id not in known),
            updated=tuple(article_id for article_id in changed if article_id in known),
            removed=tuple(removed),
            unchanged=tuple(unchanged),
            skipped=tuple(skipped),
        )

    def _take(self, file: CorpusFile, overrides: Overrides | None, known: bytes | None) -> bool:
        """Reads one file and, if it is not the known one, prepares it."""
        data = file.read_bytes()
        fingerprint = self._fingerprint(data, overrides)
        if fingerprint == known:
            self._advance(len(data))
            return False
        read = read_article(file, data, overrides)
        chunks = self._split(read.article)
        self._pending.append(PreparedArticle(read.article, read.removed, chunks, fingerprint, len(data)))
        if sum(len(chunk.sentences) for pending in self._pending for chunk in pending.chunks) >= BATCH_SENTENCES:
            self._flush()
        return True

    def _fingerprint(self, data: bytes, overrides: Overrides | None) -> bytes:
        digest = hashlib.blake2b(self._recipe, digest_size=FINGERPRINT_BYTES)
        digest.update(overrides.model_dump_json().encode() if overrides else b"none")
        digest.update(data)
        return digest.digest()

    def _split(self, article: Article) -> list[Chunk]:
        sentences = split_sentences(article.text, article.language)
        size, overlap = self._settings.chunk_size, self._settings.chunk_overlap
        return split_chunks(article.text, sentences, size, overlap, count_tokens)

    def _flush(self) -> None:
        """Embeds and stores the articles that wait."""
        batch, self._pending = self._pending, []
        texts = {text for article in batch for chunk in article.chunks for text in article.sentences(chunk)}
        bytes_per_character = sum(article.size for article in batch) / (sum(map(len, texts)) or 1)
        vectors = self._embedder.vectors(texts, lambda characters: self._advance(characters * bytes_per_character))
        self._delete([article.article.id for article in batch])
        rows = [row for article in batch for row in self._chunk_rows(article, self._insert(article), vectors)]
        # FTS5 gathers rows in memory as long as their ids ascend.
        self._connection.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", sorted(rows))

    def _delete(self, article_ids: Sequence[str]) -> None:
        ids = (json.dumps(article_ids),)
        # Chunks first: in one statement they go in the order of their ids, which is quicker for FTS5.
        self._connection.execute(
            "DELETE FROM chunks WHERE article IN"
            " (SELECT key FROM articles WHERE id IN (SELECT value FROM json_each(?)))",
            ids,
        )
        self._connection.execute("DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?))", ids)

    def _insert(self, prepared: PreparedArticle) -> int | None:
        article = prepared.article
        removed = json.dumps([run.model_dump() for run in prepared.removed], ensure_ascii=False)
        published = article.published.isoformat() if article.published else None
        row = (article.id, prepared.fingerprint, published, article.publisher, prepared.source(), removed, article.text)
        return self._connection.execute("INSERT INTO articles VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid

    def _chunk_rows(
        self, prepared: PreparedArticle, article_key: int | None, vectors: Mapping[str, bytes]
    ) -> list[tuple[object, ...]]:
        source = prepared.source()
        rows: list[tuple[object, ...]] = []
        for chunk in prepared.chunks:
            text = prepared.article.text[chunk.start : chunk.end]
            offsets = [(span.start, span.end) for span in chunk.sentences]
            sentences = prepared.sentences(chunk)
            sentence_ids = [_as_id(self._embedder.key(sentence)) for sentence in sentences]
            chunk_terms = terms(text)
            row = (
                _chunk_id(self._embedder.model_id, source, offsets, text),
                article_key,
                chunk.start,
                chunk.end,
                json.dumps([{"start": start, "end": end} for start, end in offsets]),
                np.array(sentence_ids, dtype="<i8").tobytes(),
                b"".join(vectors[sentence] for sentence in sentences),
                text,
                len(chunk_terms),
                " ".join(chunk_terms),
            )
            rows.append(row)
        return rows


def _chunk_id(model: str, source: str, offsets: Sequence[tuple[int, int]], text: str) -> int:
    """A hash of all that a chunk and its vector are made of.

    Two of a million chunks share one with a probability of .00000005.
    """
    made_of = json.dumps([model, source, offsets, text]).encode()
    return _as_id(hashlib.blake2b(made_of).digest())


def _as_id(digest: bytes) -> int:
    # 63 bits: SQLite counts with signed integers of 64.
    return int.from_bytes(digest[:8], "big") >> 1
