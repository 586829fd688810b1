"""Searches under a filter: which chunks pass it, and the best of them.

If few chunks pass, those alone are searched. If many do, that costs more than the whole search: so it looks for more
than are wanted and leaves out what does not pass.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

from assistant.records import Filters

# Chunks that are few enough to be searched by themselves.
FEW: Final = 20_000
# Where many pass, so many are looked for as should hold enough that do, and a quarter more, since those that pass lie
# nearer to some questions than to others.
ROOM: Final = 1.25
# If those do not hold enough, so many are. If these do not either, as where all that passes is in another language than
# the question, what passes is searched by itself after all.
WIDEST: Final = 3200

Scores = dict[int, float]

# A comparison with an absent date or publisher is not true, so such an article does not pass.
_CONDITIONS: Final = {
    "published_from": "published >= :published_from",
    "published_to": "published <= :published_to",
    "publishers": "publisher IN (SELECT value FROM json_each(:publishers))",
    "articles": "articles.id IN (SELECT value FROM json_each(:articles))",
}


def values_of(filters: Filters) -> dict[str, str]:
    """What the placeholders of `passing_query` stand for; those alone that restrict."""
    values = {
        "published_from": filters.published_from and filters.published_from.isoformat(),
        "published_to": filters.published_to and filters.published_to.isoformat(),
        "publishers": filters.publishers and json.dumps(filters.publishers),
        "articles": filters.articles and json.dumps(filters.articles),
    }
    return {name: value for name, value in values.items() if value}


def passing_query(filters: Filters, *columns: str) -> str:
    """The SQL for columns of the chunks whose article passes the filters."""
    wanted = ", ".join(f"chunks.{column}" for column in columns)
    # The cross join makes SQLite begin with the articles, which have indexes for this and are fewer.
    query = f"SELECT {wanted} FROM articles CROSS JOIN chunks ON chunks.article = articles.key"  # noqa: S608
    return f"{query} WHERE {_restrictions(filters)}"


def best_passing(
    connection: sqlite3.Connection,
    k: int,
    filters: Filters | None,
    best: Callable[[int], Scores | None],
    best_among: Callable[[Filters], Scores],
) -> Scores:
    """The best `k` chunks that pass the filters, by whatever search.

    Args:
        connection: of the library.
        k: how many are wanted.
        filters: which articles may answer.
        best: gives the best of all chunks, as many as it is asked for and there are; None if it has to leave some out.
        best_among: gives the best `k` of those that pass, at a cost for each that does.

    Returns:
        Chunk id -> score, best first, as the searches give them.
    """
    if not filters:
        found = best(k)
        return best_among(Filters()) if found is None else found
    share, chunks = _passing(connection, filters)
    if share * chunks <= FEW:
        return best_among(filters)
    enough = max(k, int(ROOM * k / share))
    for looked_for in (enough, WIDEST) if enough < WIDEST else ():
        found = best(looked_for)
        if found is None:
            break
        ids = _passing_of(connection, found, filters)
        if len(ids) >= k or len(found) < looked_for:
            return dict(islice(((chunk_id, score) for chunk_id, score in found.items() if chunk_id in ids), k))
    return best_among(filters)


def _passing(connection: sqlite3.Connection, filters: Filters) -> tuple[float, int]:
    """The share of articles that pass, which an index tells in 8 ns an article, and the number of all chunks."""
    query = f"""
        SELECT 1.0 * count(*) / max(1, (SELECT count(*) FROM articles)), (SELECT chunks FROM totals) FROM articles
        WHERE {_restrictions(filters)}
    """  # noqa: S608 - the conditions are this module's
    share, chunks = connection.execute(query, values_of(filters)).fetchone()
    return share, chunks


def _passing_of(connection: sqlite3.Connection, ids: Iterable[int], filters: Filters) -> set[int]:
    query = f"""
        SELECT chunks.id FROM json_each(:ids) AS wanted
        CROSS JOIN chunks ON chunks.id = wanted.value
        CROSS JOIN articles INDEXED BY articles_by_key ON articles.key = chunks.article
        WHERE {_restrictions(filters)}
    """  # noqa: S608 - the conditions are this module's
    return {row[0] for row in connection.execute(query, values_of(filters) | {"ids": json.dumps(list(ids))})}


def _restrictions(filters: Filters) -> str:
    return " AND ".join(_CONDITIONS[name] for name in values_of(filters)) or "TRUE"
