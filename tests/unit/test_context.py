"""What goes without saying in an article."""

from datetime import date

import pytest

from assistant.context import known_terms
from assistant.records import Source
from assistant.terms import terms

CALDER = Source(
    id="a.txt",
    path="news/a.txt",
    speaker="Ruth Calder",
    author="Tom Ashgrove",
    publisher="The Valley Observer",
    published=date(2024, 1, 30),
)


@pytest.mark.parametrize(
    "words",
    ["Ruth Calder", "Ashgrove", "Valley Observer", "January 2024", "в январе 2024", "январь", "ocak", "janvier"],
)
def test_speaker_author_outlet_and_month_go_without_saying(words: str) -> None:
    assert known_terms(CALDER) & set(terms(words))


@pytest.mark.parametrize("words", ["February", "2023", "30", "Harbour bridge"])
def test_nothing_else_does(words: str) -> None:
    assert not known_terms(CALDER) & set(terms(words))


def test_of_an_article_of_which_nothing_is_known_nothing_does() -> None:
    assert known_terms(Source(id="a.txt", path="news/a.txt", title="January")) == frozenset()
