"""The page's endpoint for programs, called with `gradio_client` as `/ask`."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from assistant.assistant import Assistant
from assistant.errors import AssistantError, QuestionError
from assistant.records import Turn
from assistant.ui.filters import read_filters


def ask_endpoint(bot: Assistant) -> Callable[..., dict[str, Any]]:
    """The function behind `/ask`; its signature and docstring are what callers see."""

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        published_from: str = "",
        published_to: str = "",
        publishers: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answers a question over the articles.

        Args:
            question: in any language.
            history: earlier messages, each {"role": "user" or "assistant", "content": text}, oldest first.
            published_from: earliest date, as 2024-04-25, 2024-04 or 2024; empty for any.
            published_to: latest date, in the same forms.
            publishers: outlets that may answer; all when empty.

        Returns:
            The answer as JSON: text with markers [1], citations, passages, whether it is a refusal.
        """
        try:
            filters = read_filters(published_from, published_to, publishers)
            return bot.ask(question, _turns(history), filters).model_dump(mode="json")
        except AssistantError as error:
            raise gr.Error(error.in_words(), print_exception=False) from error

    return ask


def _turns(history: list[dict[str, str]] | None) -> list[Turn]:
    turns: list[Turn] = []
    for entry in history or []:
        match entry:
            case {"role": "user" | "assistant" as role, "content": str(content)}:
                turns.append({"role": role, "content": content})
            case _:
                message = "The history holds something else than messages with a role and a content."
                raise QuestionError(message)
    return turns
