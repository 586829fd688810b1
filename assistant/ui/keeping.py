"""What a reader does with a conversation: opens and leaves it, takes it along, says what it was worth."""

import html
import logging
import re

import gradio as gr
from pydantic import ValidationError

from assistant.errors import AssistantError
from assistant.feedback import feedback_on, write_feedback
from assistant.ui import bridge
from assistant.ui.desk import Desk
from assistant.ui.export import answer_markdown, conversation_json, conversation_markdown
from assistant.ui.panel import session_changes
from assistant.ui.parts import NOTHING, Changes
from assistant.ui.session import Conversation, Exchange, Session, View, named, told
from assistant.ui.words import words_in

_NOT_IN_A_FILE_NAME = re.compile(r"[^\w-]+")
LONGEST_FILE_NAME = 60
# A conversation is kept by the browser, so a hostile one is no larger than what a reader could have asked for.
LONGEST_CONVERSATION = 5_000_000

log = logging.getLogger(__name__)


class Keeping:
    """Conversations beyond the moment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, event: gr.EventData, conversation: Conversation, view: View, language: str) -> Changes:
        """Goes on with a conversation that the browser kept."""
        kept = told(event, "conversation")[:LONGEST_CONVERSATION]
        try:
            opened = Conversation.model_validate_json(kept)
        except ValidationError:
            # Kept by an earlier version of the page, or changed by hand.
            log.warning("A conversation that the browser kept cannot be read.")
            words = words_in(language)
            gr.Warning(words("unreadable"), title=words("title"))
            here = Session(conversation=conversation, view=view)
            return session_changes(self._desk, here, words) | {self._desk.parts.bridge: bridge.opened()}
        last = max(len(opened.exchanges) - 1, 0)
        there = Session(conversation=opened, view=View(place=last))
        return self._begun(there, language) | {self._desk.parts.bridge: bridge.opened()}

    def remind(self, event: gr.EventData, conversation: Conversation, view: View, language: str) -> Changes:
        """Goes on with a conversation if it was forgotten here, as Gradio does an hour after a connection was lost."""
        return NOTHING if conversation.exchanges else self.open(event, conversation, view, language)

    def leave(self, language: str) -> Changes:
        """Begins a new conversation: no messages, no sources."""
        return self._begun(Session(), language) | {
            self._desk.parts.question: gr.Textbox(value="", submit_btn=True, stop_btn=False),
            self._desk.parts.bridge: bridge.leave(),
        }

    def copy(self, event: gr.EventData, conversation: Conversation, language: str) -> Changes:
        """Copies an answer with its sources as footnotes."""
        _, exchange = named(event, conversation)
        if exchange is None or exchange.answer is None:
            return NOTHING
        words = words_in(language)
        return {
            self._desk.parts.bridge: bridge.copy(
                answer_markdown(exchange.answer, words), words("copied"), words("copied.not")
            )
        }

    def save_markdown(self, conversation: Conversation, language: str) -> Changes:
        """Saves the conversation as Markdown with numbered sources."""
        text = conversation_markdown(conversation.title(), conversation.answers(), words_in(language))
        return {self._desk.parts.bridge: bridge.save(_file_name(conversation, "md"), "text/markdown", text)}

    def save_json(self, conversation: Conversation) -> Changes:
        """Saves the conversation as JSON, with all that is known of each answer."""
        text = conversation_json(conversation.title(), conversation.answers())
        return {self._desk.parts.bridge: bridge.save(_file_name(conversation, "json"), "application/json", text)}

    def rate(self, event: gr.EventData, conversation: Conversation, view: View, language: str) -> Changes:
        """Notes whether an answer helped, and asks why."""
        reference, exchange = named(event, conversation)
        if reference is None or exchange is None:
            return NOTHING
        rated = exchange.model_copy(update={"helpful": reference.kind == "good"})
        if not self._noted(rated, "", language):
            return NOTHING
        words, parts = words_in(language), self._desk.parts
        changed = conversation.changed(reference.place, helpful=rated.helpful)
        return {
            parts.chat: self._desk.messages(changed, words, editing=view.editing),
            parts.conversation: changed,
            parts.view: view.having(rating=reference.place),
            parts.bridge: bridge.keep(changed, focus="#reason textarea"),
            parts.reason: gr.Textbox(value="", visible=True),
        }

    def give_reason(self, reason: str, conversation: Conversation, view: View, language: str) -> Changes:
        """Notes why an answer helped or not."""
        exchange = conversation.exchange(view.rating)
        if reason.strip() and exchange and self._noted(exchange, reason, language):
            words = words_in(language)
            gr.Info(words("thanks"), title=words("title"))
        return {
            self._desk.parts.reason: gr.Textbox(value="", visible=False),
            self._desk.parts.bridge: bridge.focus("#question textarea"),
        }

    def _begun(self, session: Session, language: str) -> Changes:
        return {
            **session_changes(self._desk, session, words_in(language)),
            self._desk.parts.conversation: session.conversation,
            self._desk.parts.reason: gr.Textbox(value="", visible=False),
            # An answer that was still coming was stopped.
            self._desk.parts.question: gr.Textbox(submit_btn=True, stop_btn=False),
        }

    def _noted(self, exchange: Exchange, reason: str, language: str) -> bool:
        if exchange.answer is None or exchange.helpful is None:
            return False
        thumb = feedback_on(
            exchange.answer, exchange.id, helpful=exchange.helpful, reason=reason, filters=exchange.filters
        )
        words = words_in(language)
        try:
            write_feedback(self._desk.bot.settings.feedback_path, thumb)
        except AssistantError as error:
            # Toasts are HTML.
            gr.Warning(html.escape(words.said(error.in_words())), title=words("title"))
            return False
        except Exception:
            log.exception("Feedback could not be noted.")
            gr.Warning(words("unexpected"), title=words("title"))
            return False
        return True


def _file_name(conversation: Conversation, ending: str) -> str:
    name = _NOT_IN_A_FILE_NAME.sub("-", conversation.title())[:LONGEST_FILE_NAME].strip("-")
    return f"{name or 'conversation'}.{ending}"
