"""What programs may call, as Gradio's endpoints; `tools` offers the same as tools of the Model Context Protocol."""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from inspect import signature
from typing import Any, Final, Literal

import gradio as gr
from gradio.events import api
from pydantic import BaseModel, ValidationError, validate_call
from pydantic_core import to_jsonable_python

from assistant.assistant import Assistant
from assistant.characters import encodable
from assistant.errors import AssistantError
from assistant.records import MOST_PASSAGES, Answer, Filters, Passage, Source, Turn
from assistant.ui.filters import read_filters

UNEXPECTED: Final = "Something went wrong here, and the log has the details."

log = logging.getLogger(__name__)

Function = Callable[..., Any]


class CallError(AssistantError):
    """A program's call cannot be understood, or failed for a reason that is not the caller's."""


class Message(BaseModel):
    """One message of a conversation; whatever else a caller keeps with it is not read."""

    role: Literal["user", "assistant"]
    content: str


def functions(bot: Assistant) -> list[Function]:
    """What programs may call; callers read the signatures and docstrings.

    Each takes and returns JSON, checks what it is given, and whatever goes wrong is an `AssistantError`.
    """

    def ask(  # noqa: PLR0913, PLR0917 - callers name what they give
        question: str,
        history: list[Message] | None = None,
        published_from: str | None = None,
        published_to: str | None = None,
        publishers: list[str] | None = None,
        articles: list[str] | None = None,
    ) -> Answer:
        """Answers a question from the articles, with the passage behind every sentence, or says that they do not tell.

        Args:
            question: in any language.
            history: earlier messages that a follow-up refers to, oldest first, each with a role and a content.
            published_from: earliest date of publication, as 2024-04-25, 2024-04 or 2024; empty for any.
            published_to: latest date of publication, in the same forms.
            publishers: the only outlets that may answer; all when empty.
            articles: ids of the only articles that may answer; all when empty.

        Returns:
            The text with markers such as [1], their citations, the passages found, and whether it is a refusal.
        """
        turns: list[Turn] = [{"role": message.role, "content": message.content} for message in history or ()]
        return bot.ask(question, turns, _filters(bot, published_from, published_to, publishers, articles))

    def retrieve(  # noqa: PLR0913, PLR0917
        question: str,
        k: int | None = None,
        published_from: str | None = None,
        published_to: str | None = None,
        publishers: list[str] | None = None,
        articles: list[str] | None = None,
    ) -> list[Passage]:
        """Finds the passages of the articles that are nearest to a question, without answering it.

        Args:
            question: in any language; it has to stand for itself.
            k: how many passages, 1 to 50; by default as many as an answer is drawn from.
            published_from: earliest date of publication, as 2024-04-25, 2024-04 or 2024; empty for any.
            published_to: latest date of publication, in the same forms.
            publishers: the only outlets to search; all when empty.
            articles: ids of the only articles to search; all when empty.

        Returns:
            The passages, best first, each with its source, its text and its place in the article.
        """
        if k is not None and not 1 <= k <= MOST_PASSAGES:
            message = f"k is the number of passages: 1 to {MOST_PASSAGES}, not {k}."
            raise CallError(message)
        return list(bot.retrieve(question, k, _filters(bot, published_from, published_to, publishers, articles)))

    def articles() -> list[Source]:
        """Lists the articles that answers are drawn from.

        Returns:
            What is known of each: id, title, publisher, author, speaker, date, language, address; null where unknown.
        """
        return bot.articles()

    return [_careful(function) for function in (ask, retrieve, articles)]


def add_endpoints(bot: Assistant) -> None:
    """Adds the functions to the page that is being built, as `/ask`, `/retrieve` and `/articles`."""
    for function in functions(bot):
        api(_with_gradio_errors(function), api_name=function.__name__)


def in_words(error: AssistantError) -> str:
    """What to tell a caller, as JSON can hold it."""
    return encodable(error.in_words())


def _filters(
    bot: Assistant, first: str | None, last: str | None, publishers: Sequence[str] | None, ids: Sequence[str] | None
) -> Filters:
    """The filters of a call. What no article has is a mistake here: a program would take a refusal for the truth."""
    filters = read_filters(first, last, publishers, ids)
    if filters.publishers or filters.articles:
        unknown = bot.unknown(filters)
        _refuse_unknown("outlet", unknown.publishers)
        _refuse_unknown("id", unknown.articles)
    return filters


def _refuse_unknown(what: str, names: Sequence[str]) -> None:
    if names:
        message = f"No article has the {what} “{names[0][:80]}”; `articles` lists what there is."
        raise CallError(message)


def _careful(function: Function) -> Function:
    """The function with JSON in and JSON out; it refuses what its signature does not allow, and never says too much."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return _without_paths(to_jsonable_python(function(*args, **kwargs)))
        except AssistantError:
            raise
        except Exception as error:
            log.exception("A program's call of %s failed.", function.__name__)
            raise CallError(UNEXPECTED) from error

    # Outside of `run`, so that only the arguments can be what is not valid.
    checked = validate_call(run)
    names = list(signature(function).parameters)

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            # Gradio passes by position, and a mistake should name its argument.
            return checked(**dict(zip(names, args, strict=False)), **kwargs)
        except ValidationError as error:
            raise CallError(_mistake(error)) from error

    return call


def _without_paths(value: Any) -> Any:
    """Leaves out where files are: that is this machine's affair, and Gradio's client would try to download them."""
    match value:
        case dict():
            return {key: _without_paths(part) for key, part in value.items() if key != "path"}
        case list():
            return [_without_paths(part) for part in value]
        case _:
            return value


def _mistake(error: ValidationError) -> str:
    # Without the value, which may be anything and any length.
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."


def _with_gradio_errors(function: Function) -> Function:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except AssistantError as error:
            raise gr.Error(in_words(error), print_exception=False) from error

    return call
