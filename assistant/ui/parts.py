"""The components of the page that change, by name, and what a reader has chosen in them."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import gradio as gr

from assistant.assistant import Assistant
from assistant.records import AnswerOptions, Filters
from assistant.ui.filters import read_filters
from assistant.ui.words import Words, words_in

# Gradio's own form of a handler's result: new values by component; what is left out stays as it is.
Changes = dict[Any, Any]
# What changes nothing; Gradio takes an empty result for one that is too short.
NOTHING: Final[Changes] = gr.skip()

LENGTHS: Final = ("short", "medium", "long")
USUAL_LENGTH: Final = "medium"
# Sentences that answers quote which are not of the usual length.
SHORT: Final = 1
LONG: Final = 6


class FilterParts(NamedTuple):
    """The components of the filter."""

    box: gr.Accordion
    first: gr.Textbox
    last: gr.Textbox
    publishers: gr.Dropdown
    articles: gr.Dropdown
    error: gr.HTML
    clear: gr.Button

    @property
    def fields(self) -> list[Any]:
        """What a reader fills in."""
        return [self.first, self.last, self.publishers, self.articles]


class MenuParts(NamedTuple):
    """The components of the menu: conversations, and settings of the page."""

    box: gr.Sidebar
    fresh: gr.Button
    conversations: gr.Markdown
    saving: gr.Markdown
    markdown: gr.Button
    json: gr.Button
    settings: gr.Markdown
    language: gr.Dropdown
    length: gr.Radio
    sources: gr.Slider
    mode: gr.Radio
    theme: gr.Button

    @property
    def fields(self) -> list[Any]:
        """The settings."""
        return [self.language, self.length, self.sources, self.mode]


class PanelParts(NamedTuple):
    """The components beside the chat."""

    back: gr.Button
    find: gr.Textbox
    sources: gr.HTML
    corpus: gr.HTML
    article: gr.HTML


class Parts(NamedTuple):
    """All of them, and the states of the session."""

    masthead: gr.HTML
    menu: MenuParts
    filters: FilterParts
    chat: gr.Chatbot
    reason: gr.Textbox
    question: gr.Textbox
    panel: PanelParts
    bridge: gr.HTML
    conversation: gr.State
    view: gr.State
    # Of its own, since the dropdown tells what it was set to only a second after it was.
    language: gr.State

    @property
    def wishes(self) -> list[Any]:
        """The inputs from which `Wishes` are made, in its order."""
        return [self.language, *self.menu.fields[1:], *self.filters.fields]


class Wishes(NamedTuple):
    """What a reader has chosen for the next answer, as the components give it."""

    language: str
    length: str
    sources: int
    mode: str
    first: str
    last: str
    publishers: Sequence[str] | None
    articles: Sequence[str] | None

    @property
    def words(self) -> Words:
        """The words of the page."""
        return words_in(self.language)

    def options(self, bot: Assistant) -> AnswerOptions:
        """What the answer shall have otherwise than the settings say: quotations for prose, but not the other way.

        Raises:
            ValueError: a component was made to give what it does not offer.
        """
        chosen = AnswerOptions.model_validate(
            {
                "mode": self.mode or None,
                "top_k": self.sources,
                "answer_sentences": _sentences(self.length, bot.settings.answer_sentences),
            }
        )
        quoted = bot.may_write and chosen.mode == "extractive"
        return chosen.model_copy(update={"mode": "extractive" if quoted else None})

    def filters(self) -> Filters:
        """Which articles may answer.

        Raises:
            FilterError: a field cannot be understood.
        """
        return read_filters(self.first, self.last, self.publishers, self.articles)


def _sentences(length: str, usual: int) -> int | None:
    """Most sentences of an answer, None for as many as usual; a long one is never shorter than that."""
    return {"short": SHORT, "long": max(LONG, usual)}.get(length)
