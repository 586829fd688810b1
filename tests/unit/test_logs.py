"""The log of a program: JSON lines in a file, and nothing without one."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import SettingsError
from assistant.logs import write_log

LOGGER = logging.getLogger("assistant")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers, level = list(LOGGER.handlers), LOGGER.level
    yield
    for handler in set(LOGGER.handlers) - set(handlers):
        LOGGER.removeHandler(handler)
        handler.close()
    LOGGER.setLevel(level)


def test_the_log_is_a_line_of_json_for_each_event(tmp_path: Path) -> None:
    path = tmp_path / "var" / "log.jsonl"
    write_log(path)
    write_log(path)
    logging.getLogger("assistant.models").warning("The model %s is slow.", "m", extra={"seconds": 1.5})
    (line,) = path.read_text(encoding="utf-8").splitlines()
    found = json.loads(line)
    assert found.pop("time")
    expected = {"level": "WARNING", "logger": "assistant.models", "message": "The model m is slow.", "seconds": 1.5}
    assert found == expected


def test_without_a_file_nothing_is_set_up() -> None:
    assert not any(isinstance(handler, logging.FileHandler) for handler in LOGGER.handlers)
    assert not LOGGER.isEnabledFor(logging.INFO)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(SettingsError, match="log"):
        write_log(tmp_path / "taken" / "log.jsonl")
