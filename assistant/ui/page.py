"""The chat page: its components, where they stand, and which handler answers to what."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr

from assistant.assistant import Assistant
from assistant.records import Source
from assistant.ui import rendering
from assistant.ui.api import add_endpoints
from assistant.ui.examples import read_examples
from assistant.ui.handlers import FILTER_LABEL, FilterParts, Handlers, Parts
from assistant.ui.session import Conversation

TITLE: Final = "News assistant"
FOLDER: Final = Path(__file__).parent
QUOTES: Final = "quotes the articles, writes nothing itself"
WRITES: Final = "written by {model}, each sentence checked against the articles"
# Questions are answered side by side up to this number; more wait their turn.
CONCURRENCY: Final = 8


def build_page(bot: Assistant) -> gr.Blocks:
    """The page over an assistant whose index is up to date, not yet served.

    Raises:
        AssistantError: the articles cannot be listed.
    """
    articles = bot.articles()
    page = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(rendering.masthead_html(articles, _mode_words(bot)), elem_id="masthead", apply_default_css=False)
        with gr.Row(elem_id="columns", equal_height=False):
            parts = _place_parts(articles, read_examples(bot.settings.corpus_dir))
        _wire(parts, Handlers(bot, articles, parts))
        add_endpoints(bot)
    page.queue(default_concurrency_limit=CONCURRENCY)
    return page


def _mode_words(bot: Assistant) -> str:
    return WRITES.format(model=bot.settings.llm_model) if bot.mode == "generative" else QUOTES


def _place_parts(articles: Sequence[Source], examples: Sequence[str]) -> Parts:
    with gr.Column(elem_id="talk", scale=5, min_width=320):
        with gr.Row(elem_id="toolbar"):
            filters = _filters(sorted({article.publisher for article in articles if article.publisher}))
            fresh = gr.Button("New conversation", elem_id="fresh", size="sm", visible=False, min_width=100)
        chat = _chat(examples)
        question = _question()
    with gr.Column(elem_id="panel", scale=4, min_width=320):
        back = gr.Button("← All sources", elem_id="back", size="sm", visible=False)
        sources = gr.HTML(rendering.EMPTY_PANEL, elem_id="sources", apply_default_css=False)
        article = gr.HTML("", elem_id="article", apply_default_css=False, js_on_load=_file("page.js"))
    return Parts(
        question=question,
        chat=chat,
        fresh=fresh,
        filters=filters,
        back=back,
        sources=sources,
        article=article,
        conversation=gr.State(Conversation()),
        opened=gr.State(None),
    )


def _chat(examples: Sequence[str]) -> gr.Chatbot:
    # Messages arrive as escaped HTML: nothing in them is left for the chat to interpret.
    return gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        container=False,
        height=None,
        buttons=[],
        layout="bubble",
        latex_delimiters=[],
        allow_tags=False,
        placeholder="Answers quote the articles and show the passage behind every sentence.",
        examples=[{"text": question} for question in examples],
    )


def _question() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Question",
        show_label=False,
        container=False,
        placeholder="Ask about the articles",
        autofocus=True,
        max_lines=6,
        submit_btn=True,
    )


def _filters(outlets: Sequence[str]) -> FilterParts:
    with gr.Accordion(FILTER_LABEL, open=False, elem_id="filters") as box:
        with gr.Row():
            first = _date_box("From", "2023-05-31", "published-from")
            last = _date_box("To", "2024", "published-to")
        publishers = gr.Dropdown(list(outlets), label="Outlets", multiselect=True, elem_id="publishers")
        error = gr.HTML("", elem_id="filter-error", apply_default_css=False)
    clear = gr.Button("Clear filter", elem_id="clear-filters", size="sm", visible=False, min_width=100)
    return FilterParts(box=box, first=first, last=last, publishers=publishers, error=error, clear=clear)


def _date_box(label: str, example: str, elem_id: str) -> gr.Textbox:
    # Gradio's own date field drops what it cannot read without a word, and knows no months or years.
    return gr.Textbox(label=label, placeholder=f"such as {example}", elem_id=elem_id, max_lines=1, min_width=120)


def _wire(parts: Parts, handlers: Handlers) -> None:
    """Binds the handlers; all are private to the page: programs have endpoints of their own."""
    filters = parts.filters
    fields = [filters.first, filters.last, filters.publishers]
    reading = [parts.sources, parts.article, parts.back, parts.opened]
    talk = [parts.question, parts.chat, parts.conversation, parts.fresh, *reading]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    parts.question.submit(handlers.reply, [parts.question, parts.conversation, *fields], talk, **quiet)
    parts.chat.example_select(handlers.reply_to_example, [parts.conversation, *fields], talk, **quiet)
    parts.fresh.click(handlers.start_over, None, talk, **quiet)
    parts.article.open(handlers.open_passage, [parts.conversation], reading, **quiet)
    parts.back.click(handlers.close_article, [parts.conversation, parts.opened], reading, **quiet)

    dates = (filters.first, filters.last)
    changes = [filters.publishers.change, *(date.blur for date in dates), *(date.submit for date in dates)]
    gr.on(changes, handlers.set_filters, fields, filters, **quiet)
    filters.clear.click(handlers.clear_filters, None, filters, **quiet)


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
