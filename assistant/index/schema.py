"""The tables of library.sqlite.

All that answers rest on is in this one file, so that a sync is one transaction: articles, their chunks with the vectors
of the sentences, and the lexical index over the chunks' terms. Triggers keep the lexical index and the totals in step
with the chunks, whatever changes those.
"""

import sqlite3

from assistant.index.database import Format

STATEMENTS = (
    "CREATE TABLE state (json TEXT NOT NULL)",
    """
    CREATE TABLE articles (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        fingerprint BLOB NOT NULL,
        published TEXT,
        publisher TEXT,
        source TEXT NOT NULL,
        removed TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    # id: a hash of everything the chunk is made of, so the same articles give the same ids in every index.
    # sentences: ranges of the article's text, in JSON. sentence_ids: an int64 hash of model and text each.
    # vectors: a row of int8 each. terms: the index terms in order, joined by spaces.
    """
    CREATE TABLE chunks (
        id INTEGER PRIMARY KEY,
        article INTEGER NOT NULL REFERENCES articles (key),
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        sentences TEXT NOT NULL,
        sentence_ids BLOB NOT NULL,
        vectors BLOB NOT NULL,
        text TEXT NOT NULL,
        term_count INTEGER NOT NULL,
        terms TEXT NOT NULL
    )
    """,
    # Both hold all that listing, filtering and comparing need, so that those never read through the texts.
    "CREATE INDEX articles_at_a_glance ON articles (id, fingerprint, published, publisher)",
    "CREATE INDEX chunks_at_a_glance ON chunks (article, start)",
    # The tokenizer takes everything beyond ASCII as part of a word and changes the case of ASCII only, so it gives back
    # the terms that it is given.
    """
    CREATE VIRTUAL TABLE lexicon USING fts5 (
        terms, content = 'chunks', content_rowid = 'id', tokenize = "ascii tokenchars '_'"
    )
    """,
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (lexicon, row)",
    "CREATE TABLE totals (chunks INTEGER NOT NULL, terms INTEGER NOT NULL)",
    "INSERT INTO totals VALUES (0, 0)",
    """
    CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
        INSERT INTO lexicon (rowid, terms) VALUES (new.id, new.terms);
        UPDATE totals SET chunks = chunks + 1, terms = terms + new.term_count;
    END
    """,
    """
    CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
        INSERT INTO lexicon (lexicon, rowid, terms) VALUES ('delete', old.id, old.terms);
        UPDATE totals SET chunks = chunks - 1, terms = terms - old.term_count;
    END
    """,
)

# In the order in which they can go; triggers go with their table.
_TABLES = ("vocabulary", "lexicon", "chunks", "articles", "totals", "state")

LIBRARY = Format(application_id=0x4E774C62, version=1, statements=STATEMENTS)


def clear(connection: sqlite3.Connection) -> None:
    """Empties a library within a transaction, which readers see only at its end."""
    for table in _TABLES:
        connection.execute(f"DROP TABLE {table}")
    for statement in STATEMENTS:
        connection.execute(statement)
