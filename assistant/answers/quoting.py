"""Answers one question with the articles' own sentences."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assistant.answers import extractive
from assistant.answers.draft import Draft
from assistant.calibration import Calibration
from assistant.conversation import standalone_question
from assistant.records import AnswerStage, Article, Turn, Usage
from assistant.retrieval import Retrieval
from assistant.settings import Settings


class Quoting:
    """Takes one question from its talk to an answer.

    Args:
        settings: how much is read and said.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def standalone(self, question: str, history: Sequence[Turn], hopeless: Callable[[str], bool]) -> str:
        """The question with what it takes from the talk before filled in.

        Args:
            question: as asked, after `history`.
            history: earlier messages, oldest first.
            hopeless: whether nothing that is found for a question comes near to an answer.
        """
        del hopeless  # costs nothing to find out in the answer
        return standalone_question(question, history, self._settings.history_turns)

    def answer(
        self, retrieval: Retrieval, calibration: Calibration, article: Callable[[str], Article | None]
    ) -> Iterator[str | AnswerStage | Draft]:
        """The pieces of the answer, then the whole.

        Args:
            retrieval: the passages to answer from.
            calibration: coefficients of refusal and selection.
            article: gives an article by id, None if it is gone.
        """
        if retrieval.question.survey:
            draft = extractive.survey(retrieval, calibration, article)
        else:
            draft = extractive.answer(retrieval, calibration, article, self._settings.answer_sentences)
        yield from draft.pieces
        yield draft

    def usage(self) -> Usage:
        """What was spent on models."""
        return Usage()

    def exchanges(self) -> list[dict[str, Any]]:
        """What models were asked and replied, for the trace."""
        return []
