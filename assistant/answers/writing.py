"""Answers one question in a model's words, and with the articles' own sentences where the model fails.

Imports LlamaIndex and the OpenAI client, which takes seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from assistant.answers.draft import Draft
from assistant.answers.generative import UnwrittenError, Writer
from assistant.answers.quoting import Quoting
from assistant.calibration import Calibration
from assistant.conversation.rewriting import rewritten_question
from assistant.errors import ModelError
from assistant.evidence import is_hopeless
from assistant.models.chat import Budget
from assistant.patience import Patience
from assistant.records import AnswerStage, Article, Turn, Usage
from assistant.retrieval import Retrieval
from assistant.settings import Settings

INSTEAD = "The articles are quoted instead."


class Writing(Quoting):
    """The same with a model.

    Args:
        settings: how much is read and said, and how long it may take from now on.
        writer: what writes and checks.
        patience: the time that the answer may take.
    """

    def __init__(self, settings: Settings, writer: Writer, patience: Patience) -> None:
        super().__init__(settings)
        self._writer = writer
        self._budget = Budget(settings, patience)
        self._notices: list[str] = []
        self._asked: str | None = None

    def standalone(self, question: str, history: Sequence[Turn], hopeless: Callable[[str], bool]) -> str:
        """By the model, and without it where it fails, where there is no talk, or no hope that is worth a call."""
        found = self._standalone(question, history, hopeless)
        self._asked = None if found == question else question
        return found

    def _standalone(self, question: str, history: Sequence[Turn], hopeless: Callable[[str], bool]) -> str:
        plain = super().standalone(question, history, hopeless)
        if not history or hopeless(plain):
            return plain
        try:
            turns = self._settings.history_turns
            rewritten = rewritten_question(question, history, turns, self._writer.model, self._budget)
        except ModelError as error:
            self._notices.append(f"The question was understood without the model: {error.in_words()}")
            rewritten = None
        return rewritten or plain

    def answer(
        self, retrieval: Retrieval, calibration: Calibration, article: Callable[[str], Article | None]
    ) -> Iterator[str | AnswerStage | Draft]:
        """Written by the model, checked sentence by sentence; quoted if nothing of it can be shown."""
        if is_hopeless(retrieval, calibration):
            yield from super().answer(retrieval, calibration, article)
            return
        try:
            yield from self._with_notices(self._writer.write(retrieval, self._budget, self._asked))
        except UnwrittenError as error:
            self._notices.append(f"{error} {INSTEAD}")
            for event in self._with_notices(super().answer(retrieval, calibration, article)):
                yield replace(event, checks=error.checks) if isinstance(event, Draft) else event

    def usage(self) -> Usage:
        """What was spent so far."""
        return self._budget.usage()

    def exchanges(self) -> list[dict[str, Any]]:
        """What the models were asked and replied so far."""
        return [asdict(exchange) for exchange in self._budget.exchanges]

    def _with_notices(self, events: Iterator[str | AnswerStage | Draft]) -> Iterator[str | AnswerStage | Draft]:
        for event in events:
            if isinstance(event, Draft):
                yield replace(event, notices=(*self._notices, *event.notices))
            else:
                yield event
