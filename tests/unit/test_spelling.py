"""Misspelt terms, and names in another spelling."""

from collections.abc import Mapping, Sequence

import pytest

from assistant.question import read_question
from assistant.spelling import respelled
from assistant.terms import terms

CORPUS = {
    term: count
    for text, count in {
        "Korotchenko": 9,
        "Azerbaijan": 20,
        "corridor": 4,
        "border": 7,
        "Пашинян": 3,
        "Փաշինյան": 2,
        "brought": 1,
        "cutter": 1,
        "butter": 5,
    }.items()
    for term in terms(text)
}


def _occurring(wanted: Sequence[str]) -> Mapping[str, int]:
    return {term: CORPUS[term] for term in wanted if term in CORPUS}


def _respelled(text: str) -> tuple[str, ...]:
    question = read_question(text)
    return respelled(question, _occurring(question.terms), _occurring).terms


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Karotchenko", "Korotchenko"),
        ("Korotçenko", "Korotchenko"),
        ("Korotchenkko", "Korotchenko"),
        ("Korothcenko", "Korotchenko"),
        ("azerbaidjan", "Azerbaijan"),
        ("coridor", "corridor"),
        ("Пашынян", "Пашинян"),
        ("Փաշինեան", "Փաշինյան"),
        # Of two that are as near, the one that occurs more often.
        ("mutter", "butter"),
    ],
)
def test_a_word_that_is_one_letter_away_is_taken_for_the_one_that_occurs(typed: str, meant: str) -> None:
    assert _respelled(typed) == tuple(terms(meant))


@pytest.mark.parametrize(
    "typed",
    [
        "order",  # too short to tell
        "Kerotschenka",  # more than one letter
        "1234567",
        "corridor",  # occurs as it is
        "a" * 200,
    ],
)
def test_any_other_word_stays(typed: str) -> None:
    assert _respelled(typed) == tuple(terms(typed))


def test_a_name_in_another_spelling_still_has_to_be_found() -> None:
    question = read_question("What does Igor Karotchenko say?")
    assert set(terms("Korotchenko")) <= respelled(question, {}, _occurring).specific


def test_a_question_without_mistakes_comes_back_as_it_is() -> None:
    question = read_question("Where is the border of Azerbaijan?")
    assert respelled(question, _occurring(question.terms), _occurring) is question
