"""The chat page: which reaction answers to what."""

from typing import Any, Final

import gradio as gr

from assistant.assistant import Assistant
from assistant.ui.api import add_endpoints
from assistant.ui.asking import Asking
from assistant.ui.catalogue import Catalogue
from assistant.ui.choosing import Choosing
from assistant.ui.desk import Desk
from assistant.ui.examples import read_examples
from assistant.ui.keeping import Keeping
from assistant.ui.layout import place_parts
from assistant.ui.panel import Panel
from assistant.ui.parts import Parts
from assistant.ui.words import DEFAULT, words_in

# Questions are answered side by side up to this number; more wait their turn, without a sign of it. An answer that a
# model writes is mostly waiting for the model.
CONCURRENCY: Final = 32
# Reactions are private to the page: programs have endpoints of their own.
QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}
# The browser keeps the choices under this name; what is kept is no secret from the page itself.
KEPT: Final[dict[str, Any]] = {"storage_key": "news-assistant:choices", "secret": "none"}
# The filter stays as long as the tab, which Gradio's state in the browser does not know.
# A browser may refuse to keep anything.
KEEP_FILTER: Final = """(...fields) => {
    try { sessionStorage.setItem("news-assistant:filter", JSON.stringify(fields)); } catch {}
}"""
ADD_FILTER: Final = """(kept) => {
    try { return [{ ...kept, filter: sessionStorage.getItem("news-assistant:filter") }]; } catch { return [kept]; }
}"""


def build_page(bot: Assistant) -> gr.Blocks:
    """The page over an assistant whose index is up to date, not yet served.

    Raises:
        AssistantError: the articles cannot be listed.
    """
    words = words_in(DEFAULT)
    page = gr.Blocks(title=words("title"), analytics_enabled=False, fill_width=True)
    with page:
        desk = build_desk(bot)
        kept = gr.BrowserState({}, **KEPT)
        answering = _wire_questions(desk.parts, Asking(desk))
        _wire_panel(desk.parts, Panel(desk))
        _wire_keeping(desk.parts, Keeping(desk), answering)
        choosing = Choosing(desk)
        _wire_choices(desk.parts, choosing, kept)
        loaded = page.load(choosing.begin, kept, _everything(desk.parts), js=ADD_FILTER, **QUIET)
        # A quick reader may have begun to fill the filter in.
        filters = desk.parts.filters
        loaded.then(choosing.set_filters, [desk.parts.language, *filters.fields], filters, **QUIET)
        add_endpoints(bot)
    page.queue(default_concurrency_limit=CONCURRENCY)
    return page


def build_desk(bot: Assistant) -> Desk:
    """The components in their places, and what their reactions work with; to be called within `gr.Blocks`."""
    catalogue, examples = Catalogue(tuple(bot.articles())), read_examples(bot.settings.corpus_dir)
    return Desk(bot, examples, place_parts(bot, catalogue, examples))


def _wire_questions(parts: Parts, asking: Asking) -> list[Any]:
    """Gives the events during which an answer is coming."""
    here, outputs = _here(parts), [*_talk(parts), *parts.filters]
    inputs = [*here[:-1], *parts.wishes]
    events = [
        parts.question.submit(asking.reply, [parts.question, *inputs], outputs, **QUIET),
        parts.chat.example_select(asking.reply_to_example, inputs, outputs, **QUIET),
        parts.bridge.ask(asking.reply_to_link, inputs, outputs, **QUIET),
    ]
    for event in events:
        # Not `then`, which comes after an answer that was cancelled too; and at once, not by the queue.
        event.success(asking.arrive, here, outputs, queue=False, **QUIET)
    parts.question.stop(asking.stop, here, outputs, **QUIET)
    parts.bridge.edit(asking.edit, here, outputs, **QUIET)
    return events


def _wire_panel(parts: Parts, panel: Panel) -> None:
    here, outputs = _here(parts), [*parts.panel, parts.view]
    sought = [parts.panel.find, parts.view, parts.language]
    parts.panel.find.change(panel.find, sought, outputs, trigger_mode="always_last", **QUIET)
    parts.bridge.open(panel.show, here, outputs, **QUIET)
    parts.panel.back.click(panel.back, here, outputs, **QUIET)


def _wire_choices(parts: Parts, choosing: Choosing, kept: gr.BrowserState) -> None:
    filters, menu = parts.filters, parts.menu
    language, fields = parts.language, filters.fields
    changes = [
        *(chosen.change for chosen in (filters.publishers, filters.articles)),
        *(event for day in (filters.first, filters.last) for event in (day.blur, day.submit)),
    ]
    gr.on(changes, choosing.set_filters, [language, *fields], filters, **QUIET)
    gr.on([field.change for field in fields], None, fields, js=KEEP_FILTER, **QUIET)
    parts.bridge.only(choosing.only, language, filters, **QUIET)
    filters.clear.click(choosing.clear_filters, language, filters, **QUIET)
    menu.language.input(
        choosing.speak,
        [parts.conversation, parts.view, menu.language, menu.length, menu.mode, *fields],
        _everything(parts),
        **QUIET,
    )
    menu.mode.input(choosing.set_mode, [language, menu.mode], parts.masthead, **QUIET)
    gr.on([field.input for field in menu.fields], choosing.keep, menu.fields, kept, **QUIET)


def _wire_keeping(parts: Parts, keeping: Keeping, answering: list[Any]) -> None:
    here, talk, language = _here(parts), _talk(parts), parts.language
    alone = [parts.conversation, language]
    for leaving in (parts.menu.fresh.click, parts.bridge.leave):
        leaving(keeping.leave, language, talk, cancels=answering, **QUIET)
    parts.bridge.resume(keeping.open, here, talk, cancels=answering, **QUIET)
    parts.bridge.remind(keeping.remind, here, talk, **QUIET)
    parts.bridge.copy(keeping.copy, alone, parts.bridge, **QUIET)
    parts.bridge.rate(keeping.rate, here, talk, **QUIET)
    parts.reason.submit(keeping.give_reason, [parts.reason, *here], [parts.reason, parts.bridge], **QUIET)
    parts.menu.markdown.click(keeping.save_markdown, alone, parts.bridge, **QUIET)
    parts.menu.json.click(keeping.save_json, parts.conversation, parts.bridge, **QUIET)


def _here(parts: Parts) -> list[Any]:
    """What stands in the page, and its language."""
    return [parts.conversation, parts.view, parts.language]


def _talk(parts: Parts) -> list[Any]:
    """What a turn of the conversation may change."""
    session = [parts.conversation, parts.view]
    return [parts.question, parts.chat, parts.reason, parts.menu.fresh, *session, parts.bridge, *parts.panel]


def _everything(parts: Parts) -> list[Any]:
    """What the language changes."""
    filters, menu = parts.filters, parts.menu
    return [parts.masthead, parts.language, *_talk(parts), *filters, *menu]
