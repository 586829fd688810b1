"""What the index holds, as the rest of the package reads it: articles, chunks, and how the index was made."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from assistant.articles import article_path, printable
from assistant.errors import UnknownArticleError
from assistant.index.centres import language_centres
from assistant.index.database import Database
from assistant.index.filtering import passing_query, values_of
from assistant.index.packing import VECTOR_ID_TYPE, PackedText, unit_vectors, unpack_text
from assistant.records import Article, Filters, Record, Removed, Source, Span

# Two numbers for the range of each sentence.
_OFFSET_TYPE = "<i4"


class State(Record):
    """How the index was made, and which vectors belong to it.

    Attributes:
        version: another one after every change.
        corpus: the folder, resolved.
        chroma_url: the server that has the vectors; None for a folder of this index.
        recipe: everything the chunks and vectors depend on besides the articles, by its name in words.
        vectors: name of the folder or collection that holds the vectors.
        vectors_removed: how many were taken out of it since it was begun; Chroma's graph keeps their places.
        entries_removed: how many chunks were taken out of the lexical index, be it that they came again as they were,
            since it was optimised; FTS5 keeps traces of them.
        manifest: size of each file in that folder.
        vectors_complete: False from when chunks change until a server has their vectors.
        replaced: collections that the server need not keep once it has them.
    """

    version: str
    corpus: str
    chroma_url: str | None
    recipe: dict[str, str]
    vectors: str
    vectors_removed: int = 0
    entries_removed: int = 0
    manifest: dict[str, int]
    vectors_complete: bool
    replaced: tuple[str, ...]


class _Collections(BaseModel):
    """What a state says of the vectors, whichever version of this program wrote it."""

    chroma_url: str | None
    vectors: str
    replaced: tuple[str, ...] = ()


def collections_of(library: Database, chroma_url: str | None) -> tuple[str, ...]:
    """The collections on a server that a library names which cannot be used itself, as far as that can be read."""
    row = library.salvage("SELECT json FROM state")
    try:
        named = _Collections.model_validate_json(row[0] if row else "")
    except ValidationError:
        return ()
    return (named.vectors, *named.replaced) if named.chroma_url == chroma_url else ()


@dataclass(frozen=True, eq=False)
class StoredChunk:
    """A chunk with what retrieval needs to weigh it.

    A search weighs about a hundred and keeps a few; so what only those need is made when it is asked for.

    Attributes:
        id: equal in every index over the same articles with the same settings.
        article: the text of its article.
        start: offset into the article's text; `end` is the one behind the chunk.
        offsets: the ranges of its sentences in the article's text, as `pack_offsets` makes them.
        terms: index terms of the chunk, in order.
        vectors: (sentences, dimensions), each of length 1.
        vector_ids: equal for sentences of equal text.
    """

    id: int
    source: Source
    article: PackedText
    start: int
    end: int
    offsets: bytes
    terms: tuple[str, ...]
    vectors: NDArray[np.float32]
    vector_ids: tuple[int, ...]

    @cached_property
    def text(self) -> str:
        """Its own text."""
        return self.article.text[self.start : self.end]

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """The ranges of its sentences in the article's text."""
        ranges = np.frombuffer(self.offsets, dtype=_OFFSET_TYPE).reshape(-1, 2).tolist()
        return tuple(Span(start=start, end=end) for start, end in ranges)


def pack_offsets(spans: Sequence[Span]) -> bytes:
    """Ranges of a text as they are stored."""
    return np.array([(span.start, span.end) for span in spans], dtype=_OFFSET_TYPE).tobytes()


class Snapshot:
    """The library as it stands at one moment.

    Args:
        connection: one within a transaction, whose view it is.
        corpus_dir: the folder that the articles' paths are given in.
    """

    def __init__(self, connection: sqlite3.Connection, corpus_dir: Path) -> None:
        self._connection = connection
        self._corpus_dir = corpus_dir

    def state(self) -> State | None:
        """How the index was made; None before the first sync has ended."""
        row = self._connection.execute("SELECT json FROM state").fetchone()
        return State.model_validate_json(row[0]) if row else None

    def fingerprints(self) -> dict[str, bytes]:
        """What each article was made from, by article id."""
        return dict(self._connection.execute("SELECT id, fingerprint FROM articles").fetchall())

    def chunk_count(self) -> int:
        """How many chunks there are."""
        count: int = self._connection.execute("SELECT chunks FROM totals").fetchone()[0]
        return count

    def vector_size(self) -> tuple[int, int]:
        """The dimensions of the vectors, and the bytes that each takes as it is stored; zeros if there are none."""
        row = self._connection.execute("SELECT sentence_ids, vectors FROM chunks LIMIT 1").fetchone()
        if row is None:
            return 0, 0
        ((vectors, vector_ids),) = _vectors_by_chunk([row])
        return vectors.shape[1], len(row[1]) // len(vector_ids)

    def sources(self) -> list[Source]:
        """All articles without their texts, by id."""
        rows = self._connection.execute("SELECT source FROM articles ORDER BY id")
        # Past what searches remember, which all of a large archive would drive out.
        return [_parsed_source(source, self._corpus_dir) for (source,) in rows]

    def article(self, article_id: str) -> Article:
        """One article with its text."""
        source, text = self._article_row(article_id, "source, text")
        return Article(**self._source(source).model_dump(), text=unpack_text(text))

    def lengths(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The lengths of articles in words, by id; ids that are not there are left out."""
        query = "SELECT articles.id, text FROM json_each(?) AS wanted JOIN articles ON articles.id = wanted.value"
        rows = self._connection.execute(query, (json.dumps(list(article_ids)),))
        return {article_id: len(unpack_text(text).split()) for article_id, text in rows}

    def unknown(self, filters: Filters) -> Filters:
        """Those outlets and articles of the filters that are not there."""
        return Filters(
            publishers=self._lacking("publisher", filters.publishers), articles=self._lacking("id", filters.articles)
        )

    def removed(self, article_id: str) -> tuple[Removed, ...]:
        """What cleaning took out of an article."""
        (removed,) = self._article_row(article_id, "removed")
        return tuple(Removed.model_validate(run) for run in json.loads(removed))

    def chunks(self, ids: Sequence[int]) -> list[StoredChunk]:
        """The chunks with these ids, in this order; ids that are not there are left out."""
        rows = self._connection.execute(
            """
            SELECT chunks.id, source, article, start, "end", sentences, terms, sentence_ids, vectors
            FROM json_each(?) AS wanted
            JOIN chunks ON chunks.id = wanted.value
            JOIN articles ON articles.key = chunks.article
            ORDER BY wanted.key
            """,
            (json.dumps(list(ids)),),
        ).fetchall()
        texts = self._texts({row[2] for row in rows})
        vectors = _vectors_by_chunk([row[7:] for row in rows])
        return [self._chunk(row, texts[row[2]], *theirs) for row, theirs in zip(rows, vectors, strict=True)]

    def sentence_vectors(self, ids: Sequence[int]) -> list[NDArray[np.float32]]:
        """The vectors (sentences, dimensions) of each of these chunks, which must be there."""
        rows = self._connection.execute(
            """
            SELECT sentence_ids, vectors FROM json_each(?) AS wanted
            JOIN chunks ON chunks.id = wanted.value ORDER BY wanted.key
            """,
            (json.dumps(list(ids)),),
        )
        return [vectors for vectors, _ in _vectors_by_chunk(rows.fetchall())]

    def sketches(self, filters: Filters, portion: int) -> Iterator[tuple[tuple[int, ...], NDArray[np.uint8]]]:
        """The ids of the chunks whose article passes the filters, and their sketches (chunks, bytes), in portions."""
        query = f"""
            SELECT passed.id, sketches.vector FROM ({passing_query(filters, "id", "key")}) AS passed
            CROSS JOIN sketches ON sketches.chunk = passed.key
        """  # noqa: S608 - the filters' conditions
        rows = self._connection.execute(query, values_of(filters))
        while passed := rows.fetchmany(portion):
            ids, codes = zip(*passed, strict=True)
            yield ids, np.frombuffer(b"".join(codes), dtype=np.uint8).reshape(len(codes), -1)

    def chunk_ids(self) -> list[int]:
        """All chunk ids, in an order that does not depend on how the index came about."""
        rows = self._connection.execute(
            "SELECT chunks.id FROM articles JOIN chunks ON article = articles.key ORDER BY articles.id, start"
        )
        return [row[0] for row in rows]

    def vectors_of(self, article_ids: Sequence[str]) -> dict[int, bytes]:
        """The quantised vectors of the articles' sentences, by the hash of model and text."""
        found: dict[int, bytes] = {}
        rows = self._connection.execute(
            """
            SELECT sentence_ids, vectors FROM json_each(?) AS wanted
            JOIN articles ON articles.id = wanted.value
            JOIN chunks ON chunks.article = articles.key
            """,
            (json.dumps(list(article_ids)),),
        )
        for ids, vectors in rows:
            names = np.frombuffer(ids, dtype=VECTOR_ID_TYPE).tolist()
            length = len(vectors) // len(names)
            found |= {name: vectors[place * length : (place + 1) * length] for place, name in enumerate(names)}
        return found

    def language_centres(self) -> dict[str | None, NDArray[np.float32]]:
        """The mean sentence vector (dimensions,) of each language that articles are written in."""
        return language_centres(self._connection)

    def _article_row(self, article_id: str, columns: str) -> tuple[Any, ...]:
        query = f"SELECT {columns} FROM articles WHERE id = ?"  # noqa: S608 - the columns are this module's
        try:
            row: tuple[Any, ...] | None = self._connection.execute(query, (article_id,)).fetchone()
        except UnicodeEncodeError:  # a lone surrogate, which no id holds
            row = None
        if row is None:
            message = f"No article has the id {article_id!r}."
            raise UnknownArticleError(message)
        return row

    def _lacking(self, column: str, values: Sequence[str]) -> tuple[str, ...]:
        query = f"""
            SELECT wanted.key FROM json_each(?) AS wanted
            WHERE NOT EXISTS (SELECT 1 FROM articles WHERE {column} = wanted.value) ORDER BY wanted.key
        """  # noqa: S608 - the columns are this module's
        # Their places: a value with a lone surrogate would not come back.
        return tuple(values[place] for (place,) in self._connection.execute(query, (json.dumps(values),)))

    def _texts(self, keys: Iterable[int]) -> dict[int, PackedText]:
        """The articles' texts. SQLite would read an article once for each of its chunks."""
        query = "SELECT articles.key, text FROM json_each(?) AS wanted JOIN articles ON articles.key = wanted.value"
        return {key: PackedText(text) for key, text in self._connection.execute(query, (json.dumps(list(keys)),))}

    def _chunk(
        self, row: tuple[Any, ...], article: PackedText, vectors: NDArray[np.float32], vector_ids: NDArray[np.int64]
    ) -> StoredChunk:
        chunk_id, source, _, start, end, offsets, terms, _, _ = row
        return StoredChunk(
            id=chunk_id,
            source=self._source(source),
            article=article,
            start=start,
            end=end,
            offsets=offsets,
            terms=tuple(unpack_text(terms).split()),
            vectors=vectors,
            vector_ids=tuple(vector_ids.tolist()),
        )

    def _source(self, stored: str) -> Source:
        return _remembered_source(stored, self._corpus_dir)


def _vectors_by_chunk(rows: Sequence[tuple[bytes, bytes]]) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """The vectors of each chunk's sentences and their ids, from the columns `sentence_ids` and `vectors`."""
    if not rows:
        return []
    # All at once: a hundred small arrays cost more than one large one.
    vector_ids = np.frombuffer(b"".join(ids for ids, _ in rows), dtype=VECTOR_ID_TYPE)
    codes = np.frombuffer(b"".join(vectors for _, vectors in rows), dtype=np.uint8)
    vectors = unit_vectors(codes.reshape(len(vector_ids), -1))
    ends = accumulate((len(ids) // vector_ids.itemsize for ids, _ in rows), initial=0)
    return [(vectors[start:end], vector_ids[start:end]) for start, end in pairwise(ends)]


def _parsed_source(stored: str, corpus_dir: Path) -> Source:
    values = json.loads(stored)
    return Source(**values, path=printable(str(article_path(corpus_dir, values["id"]))))


_remembered_source = lru_cache(maxsize=10_000)(_parsed_source)
