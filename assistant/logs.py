"""Writes the log of a program as lines of JSON into a file; without one, only warnings are seen, on standard error."""

import logging
from pathlib import Path

from pythonjsonlogger.json import JsonFormatter

from assistant.errors import SettingsError

FIELDS = ["asctime", "levelname", "name", "message"]
NAMES = {"asctime": "time", "levelname": "level", "name": "logger"}


def write_log(path: Path) -> None:
    """Adds what happens from now on to the file, one object a line; a second call for it changes nothing.

    Raises:
        SettingsError: the file cannot be written.
    """
    logger = logging.getLogger(__package__)
    if any(getattr(handler, "baseFilename", None) == str(path.resolve()) for handler in logger.handlers):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path.resolve(), encoding="utf-8")
    except OSError as error:
        message = f"The log file {path} cannot be written: {error.strerror or error}."
        raise SettingsError(message) from error
    handler.setFormatter(JsonFormatter(FIELDS, rename_fields=NAMES))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
