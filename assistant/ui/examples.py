"""The example questions that a corpus brings along, in `examples.yaml` beside its articles."""

import logging
from pathlib import Path
from typing import Any

import yaml

FILE_NAME = "examples.yaml"

log = logging.getLogger(__name__)


def read_examples(corpus_dir: Path) -> tuple[str, ...]:
    """The questions listed in the corpus folder, in order; empty when it has no such file.

    A broken file costs the page its examples, not its start: it is logged and left out.
    """
    path = corpus_dir / FILE_NAME
    try:
        return _questions(yaml.safe_load(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, yaml.YAMLError) as error:
        log.warning("No example questions: %s cannot be used: %s", path, error)
        return ()


def _questions(content: Any) -> tuple[str, ...]:
    if not isinstance(content, list) or not all(isinstance(question, str) for question in content):
        message = "it should be a list of questions"
        raise ValueError(message)
    questions = dict.fromkeys(question.strip() for question in content)
    return tuple(question for question in questions if question)
