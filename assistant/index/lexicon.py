"""Lexical search over the chunks' terms, and their statistics, in SQLite's FTS5.

Of FTS5, tantivy and bm25s this is the one whose index changes together with the articles and chunks in one transaction
and whose document frequencies are exact at once after a deletion. It takes about a microsecond for each posting that
it walks, which tantivy undercuts by far: hence the bound on postings.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from assistant.index.database import Database
from assistant.index.filtering import PASSING, Scores, best_passing, many_pass, values_of
from assistant.records import Filters

# Walked at most for one search, which takes about 10 ms. The rarest terms come first: they carry most of a score, and a
# chunk that only shares frequent words with a question answers nothing. Up to a few thousand chunks all terms fit.
MOST_POSTINGS = 10_000
# Terms whose frequency is remembered from one change of the index to the next.
MOST_REMEMBERED = 50_000

_SEARCH = """
SELECT rowid, bm25(lexicon) AS cost FROM lexicon
WHERE lexicon MATCH :wanted
ORDER BY cost, rowid LIMIT :k
"""
# The plus keeps FTS5 from looking up each id by itself: walking the postings once is 15 times as fast.
_FILTERED_SEARCH = _SEARCH.replace("ORDER BY", f"AND +rowid IN ({PASSING}) ORDER BY")


class Lexicon:
    """The lexical side of library.sqlite. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Counting a frequent term means walking all its postings, and questions share their frequent terms.
        self._remembered: tuple[str | None, dict[str, int]] = (None, {})

    def matching(self, terms: Sequence[str], k: int, filters: Filters | None) -> dict[int, float]:
        """The best `k` chunks by BM25 over the rarest of the terms, best first; equal scores by id."""
        with self._database.reading() as connection:
            wanted = _rarest(self._frequencies(connection, terms))
            if not wanted:
                return {}
            match = " OR ".join(f'"{term}"' for term in wanted)
            if not filters:
                return _best(connection, match, k)
            found = None
            if many_pass(connection, filters):
                found = best_passing(connection, k, filters, partial(_best, connection, match))
            return _best(connection, match, k, filters) if found is None else found

    def statistics(self) -> "TermStatistics":
        """What the index knows of its terms now."""
        with self._database.reading() as connection:
            chunks, terms = connection.execute("SELECT chunks, terms FROM totals").fetchone()
        return TermStatistics(chunks, terms / chunks if chunks else 0.0, self)

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each of the terms occurs."""
        with self._database.reading() as connection:
            return self._frequencies(connection, terms)

    def occurring(self, terms: Sequence[str]) -> dict[str, int]:
        """Those of many terms that occur, with the number of chunks they occur in; nothing is remembered."""
        query = "SELECT term, doc FROM json_each(?) AS wanted CROSS JOIN vocabulary ON vocabulary.term = wanted.value"
        with self._database.reading() as connection:
            return dict(connection.execute(query, (json.dumps(terms),)).fetchall())

    def _frequencies(self, connection: sqlite3.Connection, terms: Sequence[str]) -> dict[str, int]:
        version = connection.execute("SELECT max(json_extract(json, '$.version')) FROM state").fetchone()[0]
        remembered_version, remembered = self._remembered
        if remembered_version != version or len(remembered) > MOST_REMEMBERED:
            remembered = {}
            self._remembered = (version, remembered)
        for term in terms:
            if term not in remembered:
                row = connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
                remembered[term] = row[0] if row else 0
        return {term: remembered[term] for term in terms}


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
        return self._lexicon.document_frequency(terms)


def _best(connection: sqlite3.Connection, match: str, k: int, filters: Filters | None = None) -> Scores:
    values: dict[str, str | int | None] = {"wanted": match, "k": k}
    if filters:
        values |= values_of(filters)
    found = connection.execute(_FILTERED_SEARCH if filters else _SEARCH, values)
    # FTS5 gives better matches lower numbers.
    return {chunk_id: -cost for chunk_id, cost in found}


def _rarest(frequencies: dict[str, int]) -> list[str]:
    """The terms that occur, rarest first, as many as may be walked; at least one."""
    known = sorted((frequency, term) for term, frequency in frequencies.items() if frequency)
    chosen: list[str] = []
    walked = 0
    for frequency, term in known:
        walked += frequency
        if chosen and walked > MOST_POSTINGS:
            break
        chosen.append(term)
    return chosen
