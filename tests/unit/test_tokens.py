import os
import subprocess
import sys

import pytest

from assistant.tokens import count_tokens, token_rank


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("hello", 1), ("hello world", 2), ("The bridge will reopen on 3 May.", 9), ("日本", 1), ("\n\n", 1)],
)
def test_tokens_are_counted(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def test_the_spelling_of_a_special_token_is_plain_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


@pytest.mark.parametrize("text", ["\x00", "🌉" * 10, "a\u0301", "x" * 10_000])
def test_unusual_text_is_counted(text: str) -> None:
    assert count_tokens(text) >= 1


def test_counting_needs_no_network() -> None:
    # A fresh process, in which nothing has been loaded yet; its network is closed.
    script = "from assistant.tokens import count_tokens; print(count_tokens('hello world'))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIKTOKEN")}
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment)
    assert run.stdout == "2\n"


def test_a_missing_vocabulary_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant import tokens

    monkeypatch.setattr(tokens, "find_spec", lambda _: None)
    with pytest.raises(ImportError, match="reinstall"):
        tokens._shipped_vocabularies()


def test_what_is_written_often_stands_early_in_the_vocabulary() -> None:
    often, seldom = token_rank(" the"), token_rank(" talks")
    assert often is not None
    assert seldom is not None
    assert often < seldom
    assert token_rank("two words") is None
