"""Loads the coefficients that likeness of meaning is judged by, which are in data/checking.json.

`python -m eval checker FILES --fit` writes it.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from assistant.calibration import Linear, fitted_for
from assistant.records import Record


class Likeness(Record):
    """Does a passage say what a sentence says? Above 0 it does; below `far` it is about something else."""

    score: Linear
    far: float = Field(le=0)


class Thresholds(Record):
    """What was fitted for one embedding model."""

    same_language: Likeness
    other_language: Likeness | None = Field(description="None: not measured, so such sentences are partial at best.")
    provenance: dict[str, Any] = Field(description="Command, data and measured figures.")


@cache
def _all() -> dict[str, Thresholds]:
    text = files("assistant").joinpath("data/checking.json").read_text(encoding="utf-8")
    return {name: Thresholds.model_validate(entry) for name, entry in json.loads(text).items()}


def thresholds_for(embedding_model: str) -> Thresholds:
    """The thresholds for an embedding model, or those that use shared terms alone if it was never measured."""
    return fitted_for(embedding_model, _all())
