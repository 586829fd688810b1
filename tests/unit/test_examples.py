import logging
from pathlib import Path

import pytest

from assistant.ui.examples import FILE_NAME, read_examples

SEEDS = Path(__file__).parents[2] / "seeds"


def write(folder: Path, content: bytes) -> Path:
    (folder / FILE_NAME).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"- What is new?\n- When?\n", ("What is new?", "When?")),
        ("- Что нового?\n".encode(), ("Что нового?",)),
        ("\ufeff- What is new?\n".encode(), ("What is new?",)),
        (b'- "  Spaced?  "\n- ""\n- "Spaced?"\n', ("Spaced?",)),
        (b"[]", ()),
    ],
)
def test_the_questions_come_in_order_and_once(tmp_path: Path, content: bytes, expected: tuple[str, ...]) -> None:
    assert read_examples(write(tmp_path, content)) == expected


def test_a_corpus_need_not_have_examples(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_examples(tmp_path) == ()
    assert caplog.records == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"What is new?",
        b"question: What is new?",
        b"- 1\n- 2\n",
        b"- [",
        b"- \xff\xfe",
        b"- !!python/object:os.system x",
    ],
)
def test_a_broken_file_costs_the_examples_and_is_logged(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert read_examples(write(tmp_path, content)) == ()
    assert FILE_NAME in caplog.text


def test_a_file_that_cannot_be_read_is_logged_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).mkdir()
    assert read_examples(tmp_path) == ()
    assert FILE_NAME in caplog.text


def test_the_shipped_corpus_has_examples_in_two_languages() -> None:
    questions = read_examples(SEEDS)
    assert len(questions) >= 4
    assert any(question.isascii() for question in questions)
    assert any("а" <= letter <= "я" for question in questions for letter in question)
