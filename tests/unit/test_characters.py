import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.characters import EXCERPT_CHARS, encodable, excerpt, without_controls


@pytest.mark.parametrize(
    ("text", "expected"),
    [("bridge", "bridge"), ("мост \U0001f309", "мост \U0001f309"), ("a\ud83cb", "a?b"), ("\udfff", "?"), ("", "")],
)
def test_what_utf8_cannot_hold_becomes_a_question_mark(text: str, expected: str) -> None:
    assert encodable(text) == expected


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_go_into_json(text: str) -> None:
    json.dumps(encodable(text), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\tb\nc", "a\tb\nc"), ("\x1b[31mred", "�[31mred"), ("a\r\x00\x7f\x9b", "a����"), ("é \u00a0", "é \u00a0")],
)
def test_a_control_character_shows_that_it_was_there(text: str, expected: str) -> None:
    assert without_controls(text) == expected


def test_an_excerpt_is_one_line_that_says_where_it_is_cut() -> None:
    assert excerpt(" one\n\ntwo\tthree ") == "one two three"
    assert excerpt("x" * EXCERPT_CHARS) == "x" * EXCERPT_CHARS
    assert excerpt("x" * (EXCERPT_CHARS + 1)) == "x" * EXCERPT_CHARS + "…"
