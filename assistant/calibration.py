"""Loads the measured coefficients that retrieval, refusal and answers score with.

They live in data/calibration.json, one entry per embedding model, with where they come from;
`python -m eval calibrate` writes it.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import Field

from assistant.records import Record

UNCALIBRATED = "uncalibrated"

Fitted = TypeVar("Fitted")


class Linear(Record):
    """A linear score over named features."""

    intercept: float
    weights: dict[str, float]

    def __call__(self, features: Mapping[str, float]) -> float:
        """The score in logits, 0 at the decision threshold.

        Raises:
            KeyError: a feature that the coefficients were fitted with is missing.
        """
        return self.intercept + sum(weight * features[name] for name, weight in self.weights.items())


class Refusal(Record):
    """Is there an answer among the passages? Scores above 0 say yes."""

    same_language: Linear = Field(description="Question and passages in one language that was not measured by itself.")
    by_language: dict[str, Linear] = Field(default={}, description="Those that were, by ISO 639-1 code.")
    other_language: Linear | None = Field(description="None: not measured, so such questions are never refused.")

    def within(self, language: str | None) -> Linear:
        """The score of passages in a language for questions in the same one."""
        return self.by_language.get(language or "", self.same_language)


class Calibration(Record):
    """The coefficients fitted for one embedding model."""

    refusal: Refusal
    selection: Linear = Field(description="Ranks the sentences of the passages by how likely they hold the answer.")
    selection_other_language: Linear
    provenance: dict[str, Any] = Field(description="Command, data and measured figures.")


@cache
def _all() -> dict[str, Calibration]:
    text = files("assistant").joinpath("data/calibration.json").read_text(encoding="utf-8")
    return {name: Calibration.model_validate(entry) for name, entry in json.loads(text).items()}


def fitted_for(embedding_model: str, entries: Mapping[str, Fitted]) -> Fitted:
    """The entry for an embedding model, or the one for those that were never measured.

    An entry's name may leave out the last part of a version, so that a patch release keeps its coefficients.
    """
    fitted = (entry for name, entry in entries.items() if f"{embedding_model}.".startswith(f"{name}."))
    return next(fitted, entries[UNCALIBRATED])


def calibration_for(embedding_model: str) -> Calibration:
    """The coefficients for an embedding model, or those that use term statistics alone if it was never measured."""
    return fitted_for(embedding_model, _all())


def is_calibrated(embedding_model: str) -> bool:
    """Whether refusal and selection were measured with this embedding model."""
    return calibration_for(embedding_model) is not _all()[UNCALIBRATED]
