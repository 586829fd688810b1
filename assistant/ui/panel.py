"""Beside the chat: cards, an article opened at a passage, the list of all articles."""

import html
import logging

import gradio as gr

from assistant.characters import encodable
from assistant.errors import AssistantError
from assistant.records import Source
from assistant.ui.desk import Desk
from assistant.ui.html.article import article_html
from assistant.ui.html.cards import cards_html
from assistant.ui.html.corpus import MOST_LISTED, corpus_html
from assistant.ui.html.pieces import message
from assistant.ui.labels import labels
from assistant.ui.parts import NOTHING, Changes
from assistant.ui.references import Reference
from assistant.ui.session import CARDS, Conversation, Session, View, told
from assistant.ui.words import Words, words_in

log = logging.getLogger(__name__)


class Panel:
    """Opens and closes what stands beside the chat."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def show(self, event: gr.EventData, conversation: Conversation, view: View, language: str) -> Changes:
        """Shows what a link names: a passage in its article, an article, all of them, or the cards in another order."""
        reference = Reference.parse(told(event, "reference"))
        found = reference and self._following(reference, Session(conversation=conversation, view=view))
        return panel_changes(self._desk, found, words_in(language)) if found else NOTHING

    def back(self, conversation: Conversation, view: View, language: str) -> Changes:
        """From an article to where it was opened from, from the list of articles to the cards."""
        before = view.having(opened="") if view.opened else view.having(listing=False)
        session = Session(conversation=conversation, view=before)
        # The card that was open is where a reader goes on.
        return panel_changes(self._desk, session, words_in(language), left=view.opened)

    def find(self, text: str, view: View, language: str) -> Changes:
        """Lists the articles that have the words typed in their title, outlet or people."""
        if not view.listing or view.opened or text == view.sought:
            # The box changes too when the list is opened anew.
            return NOTHING
        sought = encodable(text)
        listed = _listed_html(self._desk, sought, words_in(language))
        return {self._desk.parts.panel.corpus: listed, self._desk.parts.view: view.having(sought=sought)}

    def _following(self, reference: Reference, session: Session) -> Session | None:
        if reference.kind in CARDS:
            exchange = session.conversation.exchange(reference.place)
            there = exchange is not None and exchange.passage(reference) is not None
            changed = session.having(opened=str(reference), listing=False, place=reference.place)
            return changed if there else None
        if reference.kind == "article":
            article = self._desk.catalogue.article(reference.place)
            return session.having(opened=str(reference), listing=True) if article else None
        if reference.kind == "corpus":
            return session.having(opened="", listing=True, sought="")
        turned = session.having(oldest_first=not session.view.oldest_first)
        return turned if reference.kind == "order" else None


def session_changes(desk: Desk, session: Session, words: Words) -> Changes:
    """The chat of a session, and what stands beside it."""
    return {**chat_changes(desk, session, words), **panel_changes(desk, session, words)}


def chat_changes(desk: Desk, session: Session, words: Words) -> Changes:
    """The chat of a session."""
    return {
        desk.parts.chat: desk.messages(session.conversation, words, editing=session.view.editing),
        desk.parts.menu.fresh: gr.Button(words("menu.new"), interactive=bool(session.conversation.exchanges)),
    }


def panel_changes(desk: Desk, session: Session, words: Words, left: str = "") -> Changes:
    """What stands beside the chat in a session.

    Args:
        desk: the page.
        session: what is open in it.
        words: the words of the page.
        left: the reference of the card whose article was closed just now.
    """
    panel, view = desk.parts.panel, session.view
    opened = Reference.parse(view.opened)
    listing = view.listing and not opened
    return {
        panel.find: gr.Textbox(**labels(words)["panel.find"], value=view.sought, visible=listing),
        panel.back: gr.Button(words("sources.back"), visible=view.listing or opened is not None),
        panel.sources: "" if view.listing else cards_html(session, words, left),
        panel.corpus: _listed_html(desk, view.sought, words) if listing else "",
        panel.article: _opened_html(desk, session.conversation, opened, words) if opened else "",
        desk.parts.view: view,
    }


def _listed_html(desk: Desk, sought: str, words: Words) -> str:
    found = desk.catalogue.sought(sought)
    lengths = desk.lengths(found[:MOST_LISTED])
    return corpus_html(found, lambda article: lengths.get(article.id, 0), words)


def _opened_html(desk: Desk, conversation: Conversation, opened: Reference, words: Words) -> str:
    found = _place(desk, conversation, opened)
    if found is None:
        return ""
    source, quote, start = found
    try:
        return article_html(desk.bot.article(source.id), desk.bot.removed(source.id), words, quote, start)
    except AssistantError as error:
        return message("answer error", f"<p>{html.escape(words.said(error.in_words()))}</p>")
    except Exception:
        log.exception("The article %s could not be shown.", source.id)
        return message("answer error", f"<p>{html.escape(words('unexpected'))}</p>")


def _place(desk: Desk, conversation: Conversation, opened: Reference) -> tuple[Source, str, int] | None:
    if opened.kind == "article":
        article = desk.catalogue.article(opened.place)
        return (article, "", 0) if article else None
    exchange = conversation.exchange(opened.place)
    return exchange.passage(opened) if exchange else None
