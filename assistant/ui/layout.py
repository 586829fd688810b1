"""The components of the page and where they stand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr

from assistant.assistant import Assistant
from assistant.ui.catalogue import Catalogue
from assistant.ui.choosing import MOST_CHOICES
from assistant.ui.desk import mode_words
from assistant.ui.html.cards import cards_html
from assistant.ui.html.corpus import masthead_html
from assistant.ui.labels import labels
from assistant.ui.parts import USUAL_LENGTH, FilterParts, MenuParts, PanelParts, Parts
from assistant.ui.session import Conversation, Session, View
from assistant.ui.words import DEFAULT, words_in

FOLDER: Final = Path(__file__).parent
# Passages that a reader may choose to have answers drawn from.
MOST_SOURCES: Final = 20

Labels = dict[str, dict[str, Any]]


def place_parts(bot: Assistant, catalogue: Catalogue, examples: Sequence[str]) -> Parts:
    """Places all components; to be called within `gr.Blocks`."""
    words = labels(words_in(DEFAULT))
    bridge = gr.HTML(
        html_template="", elem_id="bridge", js_on_load=_file("page.js"), corpus=bot.settings.index_path.name
    )
    menu = _menu(bot, words)
    said = masthead_html(catalogue.extent, mode_words(bot, "", words_in(DEFAULT)), words_in(DEFAULT))
    head = gr.HTML(said, elem_id="masthead", apply_default_css=False)
    with gr.Row(elem_id="columns", equal_height=False):
        with gr.Column(elem_id="talk", scale=5, min_width=320):
            chat = _chat(examples, words)
            reason = gr.Textbox(
                **words["reason"], elem_id="reason", show_label=False, container=False, visible=False, submit_btn=True
            )
            question = _question(words)
            filters = _filters(catalogue, words)
        panel = _panel(words)
    return Parts(
        masthead=head,
        menu=menu,
        filters=filters,
        chat=chat,
        reason=reason,
        question=question,
        panel=panel,
        bridge=bridge,
        conversation=gr.State(Conversation()),
        view=gr.State(View()),
        language=gr.State(DEFAULT),
    )


def _menu(bot: Assistant, words: Labels) -> MenuParts:
    settings = bot.settings
    with gr.Sidebar(**words["menu.box"], elem_id="menu", open=False, width=300) as box:
        fresh = gr.Button(**words["menu.fresh"], elem_id="fresh", size="sm")
        conversations = gr.Markdown(**words["menu.conversations"])
        # Filled in by page.js with what the browser keeps.
        gr.HTML("", elem_id="conversations", apply_default_css=False)
        saving = gr.Markdown(**words["menu.saving"])
        with gr.Row():
            markdown = gr.Button(**words["menu.markdown"], elem_id="save-markdown", size="sm", min_width=80)
            json = gr.Button(**words["menu.json"], elem_id="save-json", size="sm", min_width=80)
        heading = gr.Markdown(**words["menu.settings"])
        language = gr.Dropdown(**words["menu.language"], value=DEFAULT, elem_id="language", filterable=False)
        length = gr.Radio(**words["menu.length"], value=USUAL_LENGTH, elem_id="length")
        sources = gr.Slider(
            **words["menu.sources"],
            minimum=1,
            # The setting may go further than readers usually may.
            maximum=max(MOST_SOURCES, settings.top_k),
            step=1,
            value=settings.top_k,
            elem_id="passages",
        )
        mode = gr.Radio(**words["menu.mode"], value=bot.mode, elem_id="mode", visible=bot.may_write)
        theme = gr.Button(**words["menu.theme"], elem_id="theme", size="sm")
    return MenuParts(
        box=box,
        fresh=fresh,
        conversations=conversations,
        saving=saving,
        markdown=markdown,
        json=json,
        settings=heading,
        language=language,
        length=length,
        sources=sources,
        mode=mode,
        theme=theme,
    )


def _chat(examples: Sequence[str], words: Labels) -> gr.Chatbot:
    # Messages arrive as escaped HTML: nothing in them is left for the chat to interpret.
    return gr.Chatbot(
        **words["chat"],
        elem_id="chat",
        show_label=False,
        container=False,
        height=None,
        buttons=[],
        layout="bubble",
        latex_delimiters=[],
        allow_tags=False,
        # page.js shows a new answer from its beginning instead.
        autoscroll=False,
        examples=[{"text": question} for question in examples],
    )


def _question(words: Labels) -> gr.Textbox:
    return gr.Textbox(
        **words["question"],
        elem_id="question",
        show_label=False,
        container=False,
        autofocus=True,
        max_lines=6,
        submit_btn=True,
    )


def _filters(catalogue: Catalogue, words: Labels) -> FilterParts:
    with gr.Row(elem_id="toolbar"):
        with gr.Accordion(**words["filters.box"], open=False, elem_id="filters") as box:
            with gr.Row():
                # Gradio's own date field drops what it cannot read without a word, and knows no months or years.
                first = gr.Textbox(**words["filters.first"], elem_id="published-from", max_lines=1, min_width=120)
                last = gr.Textbox(**words["filters.last"], elem_id="published-to", max_lines=1, min_width=120)
            publishers = gr.Dropdown(
                catalogue.outlets, **words["filters.publishers"], value=[], multiselect=True, elem_id="publishers"
            )
            chosen = gr.Dropdown(
                catalogue.choices(MOST_CHOICES),
                **words["filters.articles"],
                value=[],
                multiselect=True,
                elem_id="articles",
            )
            error = gr.HTML("", elem_id="filter-error", apply_default_css=False)
        clear = gr.Button(**words["filters.clear"], elem_id="clear-filters", size="sm", visible=False, min_width=100)
    return FilterParts(
        box=box, first=first, last=last, publishers=publishers, articles=chosen, error=error, clear=clear
    )


def _panel(words: Labels) -> PanelParts:
    with gr.Column(elem_id="panel", scale=4, min_width=320):
        back = gr.Button(**words["panel.back"], elem_id="back", size="sm", visible=False)
        find = gr.Textbox(**words["panel.find"], elem_id="find", show_label=False, container=False, visible=False)
        sources = gr.HTML(cards_html(Session(), words_in(DEFAULT)), elem_id="sources", apply_default_css=False)
        corpus = gr.HTML("", elem_id="corpus", apply_default_css=False, js_on_load=_file("corpus.js"))
        article = gr.HTML("", elem_id="article", apply_default_css=False, js_on_load=_file("article.js"))
    return PanelParts(back=back, find=find, sources=sources, corpus=corpus, article=article)


def _file(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
