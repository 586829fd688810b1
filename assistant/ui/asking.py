"""Asks for a reader: a question typed, an example, one suggested, one asked again; and stops."""

import logging
import threading
import time
from collections.abc import Iterator
from queue import Empty, Queue
from typing import Any, Final, TypeAlias

import gradio as gr

from assistant.characters import encodable
from assistant.errors import AssistantError
from assistant.records import Answer, AnswerDelta, AnswerStage, Turn
from assistant.ui.bridge import keep
from assistant.ui.choosing import cleared
from assistant.ui.desk import Desk
from assistant.ui.html.messages import pending_html, question_html
from assistant.ui.panel import chat_changes, panel_changes
from assistant.ui.parts import NOTHING, Changes, Wishes
from assistant.ui.session import Conversation, Exchange, Session, View, named
from assistant.ui.words import DEFAULT, Words, words_in

# How long a reader who stops an answer waits, at most, for the page to be ready again.
SILENCE_SECONDS: Final = 0.2
# Text that comes faster is shown together: each time costs the browser as much as a whole answer.
SHOWN_SECONDS: Final = 0.1
SEARCHING: Final = AnswerStage(name="searching")
Event: TypeAlias = AnswerStage | AnswerDelta | Answer

log = logging.getLogger(__name__)


class Asking:
    """Answers as the text comes. Whatever goes wrong becomes words in the chat."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # By the exchange whose answer is coming. Gradio could cancel an answer too, but may show one more step of it
        # after what its end has shown; so an answer ends itself, and nothing else writes into its conversation.
        self._stops: dict[str, threading.Event] = {}

    def reply(self, question: str, conversation: Conversation, view: View, *fields: Any) -> Iterator[Changes]:
        """Answers what was typed; it replaces the question that is being edited, and what followed that."""
        wishes = Wishes(*fields)
        if not question.strip():
            gr.Info(wishes.words("question.empty"), title=wishes.words("title"))
            # Of a generator that gives nothing at all, Gradio empties the outputs.
            yield NOTHING
            return
        before = _begun(conversation) if view.editing is None else _before(conversation, view.editing)
        yield from self._answer(question, Session(conversation=before, view=view), wishes, typed=True)

    def reply_to_example(
        self, event: gr.SelectData, conversation: Conversation, view: View, *fields: Any
    ) -> Iterator[Changes]:
        """Asks the example question that was chosen."""
        before = Session(conversation=_begun(conversation), view=view)
        yield from self._answer(event.value["text"], before, Wishes(*fields))

    def reply_to_link(
        self, event: gr.EventData, conversation: Conversation, view: View, *fields: Any
    ) -> Iterator[Changes]:
        """Asks a suggested question, or an earlier one again, with or without the filter."""
        wishes = Wishes(*fields)
        reference, exchange = named(event, conversation)
        if reference is None or exchange is None:
            yield NOTHING
            return
        if reference.kind == "ask":
            suggestions = self._desk.suggestions(conversation)
            if reference.number < len(suggestions):
                before = Session(conversation=conversation, view=view)
                yield from self._answer(suggestions[reference.number], before, wishes)
            else:
                yield NOTHING
            return
        if reference.kind == "widen":
            wishes = wishes._replace(first="", last="", publishers=[], articles=[])
            yield cleared(self._desk, wishes.words)
        before = Session(conversation=_before(conversation, reference.place), view=view)
        yield from self._answer(exchange.question, before, wishes)

    def arrive(self, conversation: Conversation, view: View, language: str) -> Changes:
        """Shows an answer that has come, in the language that the page speaks now; what was opened meanwhile stays."""
        # Not every question is one: a blank one brings no answer.
        return self._shown(conversation, view, language) if view.before else NOTHING

    def edit(self, event: gr.EventData, conversation: Conversation, view: View, language: str) -> Changes:
        """Puts an earlier question back into its box, or leaves it; what followed it goes when it is sent."""
        reference, exchange = named(event, conversation)
        if reference is None or exchange is None:
            return NOTHING
        parts, words = self._desk.parts, words_in(language)
        editing = reference.place if reference.kind == "edit" else None
        return {
            parts.question: exchange.question if editing is not None else "",
            parts.chat: self._desk.messages(conversation, words, editing=editing),
            parts.view: view.having(editing=editing),
        }

    def stop(self, conversation: Conversation, view: View, language: str) -> Changes:
        """Ends an answer as far as it came. If none is coming any more, the page is ready for the next question."""
        exchanges = conversation.exchanges
        if exchanges and exchanges[-1].id in self._stops:
            self._stops[exchanges[-1].id].set()
            return NOTHING
        return self._shown(conversation, view, language)

    def _answer(self, question: str, session: Session, wishes: Wishes, *, typed: bool = False) -> Iterator[Changes]:
        """Answers a question, which `arrive` then shows.

        Where it was not typed, what stands in the box was not sent yet, and stays.
        """
        desk, parts, words = self._desk, self._desk.parts, wishes.words
        question = encodable(question)
        before = session.conversation
        asked: list[Turn] = [
            *desk.messages(before, words, suggesting=False),
            {"role": "user", "content": question_html(question)},
        ]
        exchange = Exchange(question=question)
        box: dict[str, Any] = {"submit_btn": False, "stop_btn": True} | ({"value": ""} if typed else {})
        stop = self._stops[exchange.id] = threading.Event()
        try:
            # Whoever reloads the page meanwhile finds the question, as one that was stopped.
            begun = before.with_exchange(exchange.model_copy(update={"failure": words_in(DEFAULT)("stopped")}))
            yield {
                parts.bridge: keep(begun),
                parts.chat: [*asked, _pending(exchange, SEARCHING, words)],
                parts.conversation: before.with_exchange(exchange),
                # From here on the view is the reader's.
                parts.view: session.view.asked(),
                parts.question: gr.update(**box),
                parts.reason: gr.Textbox(value="", visible=False),
            }
            exchange = exchange.model_copy(update={"filters": wishes.filters()})
            pace = _Pace()
            for grown, stage in self._growing(exchange, before.history(), wishes):
                exchange = grown
                if stop.is_set():
                    break
                if exchange.answer is None and pace.is_due(stage):
                    yield {
                        parts.chat: [*asked, _pending(exchange, stage, words)],
                        parts.conversation: before.with_exchange(exchange),
                    }
        except AssistantError as error:
            exchange = exchange.model_copy(update={"failure": error.in_words()})
        except Exception:
            log.exception("A question could not be answered.")
            exchange = exchange.model_copy(update={"failure": words_in(DEFAULT)("unexpected")})
        finally:
            del self._stops[exchange.id]
        stopped = exchange.answer is None and not exchange.failure
        if stopped:
            exchange = exchange.model_copy(update={"failure": words_in(DEFAULT)("stopped")})
        conversation = before.with_exchange(exchange)
        changes = {parts.conversation: conversation, parts.bridge: keep(conversation)}
        if exchange.failure and typed and not stopped:
            # The question goes back into its box: most failures ask for other words.
            changes[parts.question] = gr.Textbox(value=question)
        yield changes

    def _growing(
        self, exchange: Exchange, history: list[Turn], wishes: Wishes
    ) -> Iterator[tuple[Exchange, AnswerStage]]:
        """The exchange as its answer grows, and what is being done for it."""
        stage = SEARCHING
        bot = self._desk.bot
        watched = bot.watch(exchange.question, history, exchange.filters, wishes.options(bot))
        for event in _interruptible(watched):
            if isinstance(event, AnswerStage):
                stage = event
            elif isinstance(event, AnswerDelta):
                exchange = exchange.model_copy(update={"partial": exchange.partial + event.text})
            elif event is not None:
                exchange = exchange.model_copy(update={"partial": "", "answer": event})
            yield exchange, stage

    def _shown(self, conversation: Conversation, view: View, language: str) -> Changes:
        """The conversation with nothing coming any more, and the page ready for the next question."""
        desk, words = self._desk, words_in(language)
        now = view.answered(len(conversation.exchanges) - 1) if view.before else view
        session = Session(conversation=conversation, view=now)
        # Drawn anew, what somebody reads would move, and a word that is being typed be lost.
        reading = now.opened or now.listing
        return {
            **chat_changes(desk, session, words),
            **({desk.parts.view: now} if reading else panel_changes(desk, session, words)),
            desk.parts.question: gr.Textbox(submit_btn=True, stop_btn=False),
        }


class _Pace:
    """Tells when to show an answer that grows: when something else is done for it, otherwise a few times a second."""

    def __init__(self) -> None:
        self._shown, self._at = SEARCHING, time.monotonic()

    def is_due(self, stage: AnswerStage) -> bool:
        """Whether to show it now, which it then counts as."""
        if stage == self._shown and time.monotonic() - self._at < SHOWN_SECONDS:
            return False
        self._shown, self._at = stage, time.monotonic()
        return True


def _pending(exchange: Exchange, stage: AnswerStage, words: Words) -> Turn:
    return {"role": "assistant", "content": pending_html(exchange.partial, stage, words)}


def _begun(conversation: Conversation) -> Conversation:
    """The conversation, or a new one: the empty one that readers start from is the same for all."""
    return conversation if conversation.exchanges else Conversation()


def _before(conversation: Conversation, place: int) -> Conversation:
    """What came before a place; where that leaves out more than the last exchange, as another conversation.

    The browser keeps the whole one under its own id.
    """
    before = conversation.until(place)
    return before if place >= len(conversation.exchanges) - 1 else Conversation(exchanges=before.exchanges)


def _interruptible(events: Iterator[Event]) -> Iterator[Event | None]:
    """The events, and None in a longer silence: Gradio can stop a generator only between two of its values."""
    came: Queue[Event | Exception | None] = Queue()
    left = threading.Event()

    def pump() -> None:
        try:
            for event in events:
                came.put(event)
                if left.is_set():
                    return
            came.put(None)
        except Exception as error:  # noqa: BLE001 - raised again where the events are read
            came.put(error)

    threading.Thread(target=pump, daemon=True).start()
    try:
        while True:
            try:
                event = came.get(timeout=SILENCE_SECONDS)
            except Empty:
                yield None
                continue
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event
    finally:
        left.set()
