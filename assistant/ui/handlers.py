"""What the page does when a reader acts on it: asks, opens a passage, sets a filter.

A handler never raises: whatever goes wrong becomes words in the page, since an exception leaves a chat unusable until
the page is reloaded.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import gradio as gr

from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.records import Answer, AnswerDelta, Filters, Source
from assistant.ui import rendering
from assistant.ui.filters import read_filters
from assistant.ui.rendering import Reference
from assistant.ui.session import Conversation

UNEXPECTED = "Something went wrong here, and the log has the details. The page still works: ask again, or otherwise."
FILTER_LABEL = "Filter by date and outlet"

# Gradio's own form of a handler's result: new values by component; what is left out stays as it is.
Changes = dict[Any, Any]

log = logging.getLogger(__name__)


class FilterParts(NamedTuple):
    """The components of the filter."""

    box: gr.Accordion
    first: gr.Textbox
    last: gr.Textbox
    publishers: gr.Dropdown
    error: gr.HTML
    clear: gr.Button


class Parts(NamedTuple):
    """The components that change, and the session's state."""

    question: gr.Textbox
    chat: gr.Chatbot
    fresh: gr.Button
    filters: FilterParts
    back: gr.Button
    sources: gr.HTML
    article: gr.HTML
    conversation: gr.State
    opened: gr.State


class Handlers:
    """The page's reactions, over one assistant and the articles it held when the page was built."""

    def __init__(self, bot: Assistant, articles: Sequence[Source], parts: Parts) -> None:
        self._bot = bot
        self._articles = articles
        self._parts = parts

    def reply(self, question: str, conversation: Conversation, *fields: Any) -> Iterator[Changes]:
        """Answers a question as the text comes; the last change brings the sources."""
        parts = self._parts
        asked = conversation.asked(question)
        yield {
            parts.question: "",
            parts.chat: asked.showing(rendering.pending_html("")),
            parts.fresh: gr.Button(visible=True),
        }
        try:
            yield from self._answer(question, asked, read_filters(*fields))
        except AssistantError as error:
            yield self._failure(asked.failed(error.in_words()), question)
        except Exception:
            log.exception("A question could not be answered.")
            yield self._failure(asked.failed(UNEXPECTED), question)

    def reply_to_example(self, event: gr.SelectData, conversation: Conversation, *fields: Any) -> Iterator[Changes]:
        """Asks the example question that was chosen."""
        yield from self.reply(event.value["text"], conversation, *fields)

    def open_passage(self, event: gr.EventData, conversation: Conversation) -> Changes:
        """Opens the article behind a citation or a card, at its passage."""
        reference = Reference.parse(str(getattr(event, "reference", "")))
        found = reference and conversation.passage(reference)
        if not reference or not found:
            return {}
        parts = self._parts
        return {
            parts.back: gr.Button(visible=True),
            parts.sources: conversation.sources_html(reference, reading=True),
            parts.article: self._article_html(*found),
            parts.opened: reference,
        }

    def close_article(self, conversation: Conversation, opened: Reference | None) -> Changes:
        """Back from an article to the cards."""
        parts = self._parts
        changes: Changes = {parts.back: gr.Button(visible=False), parts.article: ""}
        if opened:
            changes[parts.sources] = conversation.sources_html(opened, reading=False)
        return changes

    def set_filters(self, *fields: Any) -> Changes:
        """Says what the filter lets through, or what is wrong with it."""
        error = ""
        try:
            filters = read_filters(*fields)
        except AssistantError as problem:
            filters, error = Filters(), rendering.error_html(problem.in_words())
        words = rendering.filter_words(filters)
        parts = self._parts.filters
        return {
            parts.box: gr.Accordion(label=f"Filter: {words}" if words else FILTER_LABEL),
            parts.error: error,
            parts.clear: gr.Button(visible=any(fields)),
        }

    def clear_filters(self) -> Changes:
        """Lets every article answer again."""
        parts = self._parts.filters
        return {parts.first: "", parts.last: "", parts.publishers: [], **self.set_filters("", "", [])}

    def start_over(self) -> Changes:
        """Leaves the conversation behind: no messages, no sources."""
        parts = self._parts
        return {
            parts.chat: [],
            parts.sources: rendering.EMPTY_PANEL,
            parts.conversation: Conversation(),
            parts.fresh: gr.Button(visible=False),
            **self._closed(),
        }

    def _answer(self, question: str, asked: Conversation, filters: Filters) -> Iterator[Changes]:
        parts = self._parts
        text = ""
        for event in self._bot.stream(question, asked.history(), filters):
            if isinstance(event, AnswerDelta):
                text += event.text
                yield {parts.chat: asked.showing(rendering.pending_html(text))}
            else:
                answered = asked.answered(event, self._searched(event, filters))
                yield {
                    parts.chat: list(answered.messages),
                    parts.sources: rendering.sources_html(event, len(asked.answers)),
                    parts.conversation: answered,
                    **self._closed(),
                }

    def _closed(self) -> Changes:
        parts = self._parts
        return {parts.back: gr.Button(visible=False), parts.article: "", parts.opened: None}

    def _searched(self, answer: Answer, filters: Filters) -> str:
        """What was searched, where a reader needs to know: under a filter, and after a refusal."""
        if filters:
            return f"Searched only: {rendering.filter_words(filters)}"
        return f"Searched: {rendering.corpus_words(self._articles)}" if answer.refused else ""

    def _article_html(self, source: Source, quote: str, start: int) -> str:
        try:
            article = self._bot.article(source.id)
        except AssistantError as error:
            return rendering.error_html(error.in_words())
        except Exception:
            log.exception("The article %s could not be shown.", source.id)
            return rendering.error_html(UNEXPECTED)
        return rendering.article_html(article, quote, start)

    def _failure(self, failed: Conversation, question: str) -> Changes:
        # The question goes back into its box: most failures ask for other words.
        parts = self._parts
        return {parts.question: question, parts.chat: list(failed.messages), parts.conversation: failed}
