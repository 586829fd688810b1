"""Lexical search over the chunks' terms, and their statistics, in SQLite's FTS5.

Of FTS5, tantivy and bm25s this is the one whose index changes together with the articles and chunks in one transaction
and whose document frequencies are exact at once after a deletion. It takes about a microsecond for each posting that
it walks, which tantivy undercuts by far: hence the bound on postings. FTS5 itself would count a term's documents by
walking all its postings, so the numbers are kept in a table beside it.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.index.database import Database
from assistant.index.filtering import Scores, best_passing, passing_query, values_of
from assistant.index.packing import unpack_text
from assistant.records import Filters

# Walked at most for one search, which takes about 10 ms. The rarest terms come first: they carry most of a score, and a
# chunk that only shares frequent words with a question answers nothing. Up to a few thousand chunks all terms fit.
MOST_POSTINGS = 10_000
# Walked for the rarest term, if that alone occurs more often. A term beyond it tells next to nothing of a chunk.
MOST_OF_ONE = 50_000

# FTS5 knows chunks by keys, which depend on the order they came in. So that equal scores stand by id, whatever their
# keys, all that equal the last one take part.
_SEARCH = """
WITH scored AS MATERIALIZED (
    SELECT rowid AS key, bm25(lexicon) AS cost FROM lexicon WHERE lexicon MATCH :wanted {restriction}
)
SELECT chunks.id, cost FROM scored CROSS JOIN chunks INDEXED BY chunks_by_key ON chunks.key = scored.key
WHERE cost <= ifnull((SELECT cost FROM scored ORDER BY cost LIMIT 1 OFFSET :k - 1), 0)
ORDER BY cost, chunks.id LIMIT :k
"""


class Lexicon:
    """The lexical side of library.sqlite. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def matching(self, terms: Sequence[str], k: int, filters: Filters | None) -> dict[int, float]:
        """The best `k` chunks by BM25 over the rarest of the terms, best first; equal scores by id."""
        with self._database.reading() as connection:
            wanted = _rarest(_frequencies(connection, terms))
            if not wanted:
                return {}
            best = partial(_best, connection, " OR ".join(f'"{term}"' for term in wanted))
            return best_passing(connection, k, filters, best, partial(best, k))

    def statistics(self) -> "TermStatistics":
        """What the index knows of its terms now."""
        with self._database.reading() as connection:
            chunks, terms = connection.execute("SELECT chunks, terms FROM totals").fetchone()
        return TermStatistics(chunks, terms / chunks if chunks else 0.0, self)

    def occurring(self, terms: Sequence[str]) -> dict[str, int]:
        """Those of the terms that occur, with the number of chunks they occur in."""
        with self._database.reading() as connection:
            return _frequencies(connection, terms)


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """What BM25 needs to know of the corpus.

    Attributes:
        chunk_count: chunks in the index.
        mean_length: their mean length in terms.
    """

    chunk_count: int
    mean_length: float
    _lexicon: Lexicon

    def document_frequency(self, terms: Sequence[str], /) -> dict[str, int]:
        """In how many chunks each of the terms occurs; 0 for an unknown one."""
        return dict.fromkeys(terms, 0) | self._lexicon.occurring(terms)


def count_terms(connection: sqlite3.Connection, chunks: Iterable[bytes], *, gone: bool = False) -> None:
    """Keeps the document frequencies in step with chunks that come or go.

    Args:
        connection: a transaction of the library.
        chunks: the packed terms of each.
        gone: whether they go.
    """
    counts = Counter(term for terms in chunks for term in set(unpack_text(terms).split()))
    connection.executemany(
        "INSERT INTO frequencies VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET chunks = chunks + excluded.chunks",
        sorted((term, -count if gone else count) for term, count in counts.items()),
    )


def _frequencies(connection: sqlite3.Connection, terms: Sequence[str]) -> dict[str, int]:
    query = "SELECT term, chunks FROM json_each(?) AS wanted CROSS JOIN frequencies ON term = wanted.value"
    return dict(connection.execute(query, (json.dumps(terms),)).fetchall())


def _best(connection: sqlite3.Connection, match: str, k: int, filters: Filters | None = None) -> Scores:
    # The plus keeps FTS5 from looking up each key by itself: walking the postings once is 15 times as fast.
    restriction = f"AND +rowid IN ({passing_query(filters, 'key')})" if filters else ""
    values = {"wanted": match, "k": k} | (values_of(filters) if filters else {})
    # FTS5 gives better matches lower numbers.
    found = connection.execute(_SEARCH.format(restriction=restriction), values)
    return {chunk_id: -cost for chunk_id, cost in found}


def _rarest(frequencies: dict[str, int]) -> list[str]:
    """The terms that occur, rarest first, as many as may be walked."""
    known = sorted((frequency, term) for term, frequency in frequencies.items())
    chosen: list[str] = []
    walked = 0
    for frequency, term in known:
        walked += frequency
        if walked > (MOST_POSTINGS if chosen else MOST_OF_ONE):
            break
        chosen.append(term)
    return chosen
