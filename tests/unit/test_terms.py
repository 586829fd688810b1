import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.schema import LIBRARY
from assistant.terms import fold, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("?! — …", []),
        ("Bridges", ["bridg"]),
        ("The bridge, the bridge", ["the", "bridg", "the", "bridg"]),
        ("Café naïve", ["cafe", "naiv"]),
        ("1,500 1.500 1\u00a0500", ["1500", "1500", "1500"]),
        ("2.5 million", ["2", "5", "million"]),
        ("10,20", ["10", "20"]),
        ("snake_case", ["snake_cas"]),
        ("日本語", ["日本", "本語"]),
        ("日", ["日"]),
        ("ﬁne ＡＢＣ", ["fine", "abc"]),
        ("STRASSE Straße", ["strass", "strass"]),
    ],
)
def test_text_becomes_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("library", "libraries"),
        ("библиотека", "библиотеки"),
        ("Ереван", "ЕРЕВАН"),
        ("μουσείο", "μουσεία"),
        ("ёлка", "елка"),
    ],
)
def test_forms_of_a_word_meet_in_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(("text", "folded"), [("Ångström", "angstrom"), ("ΆΛΦΑ", "αλφα"), ("İstanbul", "istanbul")])
def test_folding_takes_off_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_very_long_word_is_cut() -> None:
    assert len(terms("x" * 1000)[0]) <= 64


def test_threads_do_not_disturb_each_other() -> None:
    texts = [f"libraries {i} библиотеки bridges" for i in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(terms, texts)) == [terms(text) for text in texts]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_the_lexical_index_keeps_terms_as_they_are(text: str) -> None:
    found = terms(text)
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in LIBRARY.statements:
            connection.execute(statement)
        connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (lexicon, row)")
        connection.execute("INSERT INTO lexicon (rowid, terms) VALUES (1, ?)", (" ".join(found),))
        stored = [row[0] for row in connection.execute("SELECT term FROM vocabulary")]
    assert sorted(stored) == sorted(set(found))
