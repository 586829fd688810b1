"""Checks a generated sentence against the passages it cites, before a reader sees it."""

from assistant.checking.checker import Checker, Verdict
from assistant.checking.meaning import Grounding

__all__ = ["Checker", "Grounding", "Verdict"]
