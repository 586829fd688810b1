"""The tables of library.sqlite.

All that answers rest on is in this one file, so that a sync is one transaction: articles, their chunks with the vectors
of the sentences, and the lexical index over the chunks' terms. Triggers keep that, the sketches and the totals in step
with the chunks, whatever changes those; the frequencies, of which a batch of chunks changes many at once, are
`lexicon.count_terms`'s business.
"""

import sqlite3

from assistant.index.database import Format
from assistant.index.packing import VECTOR_ID_BYTES, sketch, unpack_text

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
        text BLOB NOT NULL
    )
    """,
    # key: in the order they came. Rows then fill their pages, and FTS5 needs a quarter of the room that ids take.
    # id: a hash of everything the chunk is made of, so the same articles give the same ids in every index.
    # sentences: their ranges in the article's text, two int32 each. sentence_ids: an int64 hash of model and text each.
    # vectors: a row each, see `packing`. terms: the index terms in order, packed like the articles' texts.
    """
    CREATE TABLE chunks (
        key INTEGER PRIMARY KEY,
        id INTEGER NOT NULL,
        article INTEGER NOT NULL REFERENCES articles (key),
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        sentences BLOB NOT NULL,
        sentence_ids BLOB NOT NULL,
        vectors BLOB NOT NULL,
        term_count INTEGER NOT NULL,
        terms BLOB NOT NULL
    )
    """,
    # The chunks' own vectors, close together: those that pass a filter are compared one by one.
    "CREATE TABLE sketches (chunk INTEGER PRIMARY KEY, vector BLOB NOT NULL)",
    # Listing, filtering and comparing find all they need in these, and never read through texts and vectors.
    "CREATE INDEX articles_at_a_glance ON articles (id, fingerprint)",
    "CREATE INDEX articles_by_date ON articles (published)",
    "CREATE INDEX articles_by_publisher ON articles (publisher, published)",
    "CREATE UNIQUE INDEX chunks_by_id ON chunks (id, article)",
    # Of chunks and articles that a search meets by the hundred, it wants these alone: their rows take 3 KB each.
    "CREATE UNIQUE INDEX chunks_by_key ON chunks (key, id)",
    "CREATE UNIQUE INDEX articles_by_key ON articles (key, published, publisher)",
    "CREATE INDEX chunks_by_article ON chunks (article, start, id)",
    # The tokenizer takes everything beyond ASCII as part of a word and changes the case of ASCII only, so it gives back
    # the terms that it is given.
    """
    CREATE VIRTUAL TABLE lexicon USING fts5 (
        terms, content = '', tokenize = "ascii tokenchars '_'"
    )
    """,
    "CREATE TABLE frequencies (term TEXT PRIMARY KEY, chunks INTEGER NOT NULL) WITHOUT ROWID",
    """
    CREATE TRIGGER term_gone AFTER UPDATE ON frequencies WHEN new.chunks = 0 BEGIN
        DELETE FROM frequencies WHERE term = new.term;
    END
    """,
    "CREATE TABLE totals (chunks INTEGER NOT NULL, terms INTEGER NOT NULL)",
    "INSERT INTO totals VALUES (0, 0)",
    f"""
    CREATE TRIGGER chunk_added AFTER INSERT ON chunks BEGIN
        INSERT INTO lexicon (rowid, terms) VALUES (new.key, unpack_text(new.terms));
        INSERT INTO sketches VALUES (new.key, sketch(new.vectors, length(new.sentence_ids) / {VECTOR_ID_BYTES}));
        UPDATE totals SET chunks = chunks + 1, terms = terms + new.term_count;
    END
    """,  # noqa: S608 - a constant
    """
    CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
        INSERT INTO lexicon (lexicon, rowid, terms) VALUES ('delete', old.key, unpack_text(old.terms));
        DELETE FROM sketches WHERE chunk = old.key;
        UPDATE totals SET chunks = chunks - 1, terms = terms - old.term_count;
    END
    """,
)

# In the order in which they can go; triggers go with their table.
_TABLES = ("lexicon", "sketches", "frequencies", "chunks", "articles", "totals", "state")

LIBRARY = Format(application_id=0x4E774C62, version=6, statements=STATEMENTS, functions=(sketch, unpack_text))


def optimise(connection: sqlite3.Connection) -> None:
    """Has FTS5 write its lists of chunks anew, without the traces of chunks that were removed."""
    connection.execute("INSERT INTO lexicon (lexicon) VALUES ('optimize')")


def clear(connection: sqlite3.Connection) -> None:
    """Empties a library within a transaction, which readers see only at its end."""
    for table in _TABLES:
        connection.execute(f"DROP TABLE {table}")
    for statement in STATEMENTS:
        connection.execute(statement)
