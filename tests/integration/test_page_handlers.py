"""What the page does, short of a browser: its handlers over a real index."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import pytest

from assistant import Answer, Assistant, Filters, Settings
from assistant.records import Turn
from assistant.ui import handlers, rendering
from assistant.ui.handlers import Changes, Handlers, Parts
from assistant.ui.page import _place_parts
from assistant.ui.rendering import Reference
from assistant.ui.session import Conversation
from tests.articles import write_corpus

COST = "How much did the repairs of the Harbour bridge cost?"
OPERA = "Which orchestra played at the opening of the opera house in Vienna?"
NO_FILTER: tuple[str, str, list[str]] = ("", "", [])


class Desk(NamedTuple):
    """The handlers, with the parts that they change."""

    handlers: Handlers
    parts: Parts

    def ask(self, question: str, before: Conversation | None = None, filters: Sequence[Any] = NO_FILTER) -> Changes:
        """All that asking a question has changed when it is done."""
        changes: Changes = {}
        for change in self.handlers.reply(question, before or Conversation(), *filters):
            changes.update(change)
        return changes

    def conversation(self, *questions: str) -> Conversation:
        """The session after some questions."""
        conversation = Conversation()
        for question in questions:
            conversation = self.ask(question, conversation)[self.parts.conversation]
        return conversation

    def last_message(self, changes: Changes) -> str:
        """The newest message in the chat."""
        message: Turn = changes[self.parts.chat][-1]
        return message["content"]

    def open(self, reference: object, conversation: Conversation) -> Changes:
        """What a click on a citation or a card changes."""
        return self.handlers.open_passage(gr.EventData(None, {"reference": reference}), conversation)


@pytest.fixture(scope="module")
def corpus_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("handlers") / "news")


@pytest.fixture(scope="module")
def bot(corpus_dir: Path) -> Iterator[Assistant]:
    settings = Settings(corpus_dir=corpus_dir, index_dir=corpus_dir.parent / "index", max_question_chars=200)
    with Assistant(settings) as assistant:
        yield assistant


@pytest.fixture(scope="module")
def desk(bot: Assistant) -> Desk:
    with gr.Blocks():
        parts = _place_parts(bot.articles(), ())
    return Desk(Handlers(bot, bot.articles(), parts), parts)


def test_an_answer_grows_and_ends_with_its_sources(desk: Desk) -> None:
    views = list(desk.handlers.reply(COST, Conversation(), *NO_FILTER))
    assert views[0][desk.parts.question] == ""
    assert "Searching" in desk.last_message(views[0])
    assert "48 million" in desk.last_message(views[1])
    assert desk.parts.sources not in views[1]
    assert 'data-number="1"' in views[-1][desk.parts.sources]
    assert 'href="#cite-0-1"' in desk.last_message(views[-1])


def test_an_example_is_asked_like_any_question(desk: Desk) -> None:
    chosen = gr.SelectData(None, {"index": 0, "value": {"text": COST}})
    *_, last = desk.handlers.reply_to_example(chosen, Conversation(), *NO_FILTER)
    assert "48 million" in desk.last_message(last)


def test_a_refusal_says_what_was_searched(desk: Desk) -> None:
    changes = desk.ask(OPERA)
    assert "Searched: 3 articles · 3 outlets · 12 March 2021 – 5 September 2023" in desk.last_message(changes)
    assert 'id="refusal"' in changes[desk.parts.sources]


def test_the_filter_in_force_is_shown_with_the_answer(desk: Desk) -> None:
    changes = desk.ask(COST, filters=("2021", "", ["Ellery Gazette"]))
    assert "Searched only: from 1 January 2021 · Ellery Gazette" in desk.last_message(changes)


def test_the_filter_holds(desk: Desk) -> None:
    conversation: Conversation = desk.ask(COST, filters=("2022", "", []))[desk.parts.conversation]
    assert conversation.answers[0].refused


@pytest.mark.parametrize(
    ("question", "filters", "words"),
    [
        ("", NO_FILTER, "empty"),
        (" \n", NO_FILTER, "empty"),
        ("x" * 201, NO_FILTER, "at most 200 are read"),
        (COST, ("soon", "", []), "“soon” is not a date"),
        (COST, ("2022", "2021", []), "before it begins"),
    ],
)
def test_a_mistake_becomes_words_and_the_question_returns(
    desk: Desk, question: str, filters: Sequence[Any], words: str
) -> None:
    changes = desk.ask(question, filters=filters)
    assert words in desk.last_message(changes)
    assert changes[desk.parts.question] == question
    assert changes[desk.parts.conversation].history() == []


def test_a_blank_question_leaves_only_the_words_about_it(desk: Desk) -> None:
    assert [message["role"] for message in desk.ask(" ")[desk.parts.chat]] == ["assistant"]


def test_any_other_failure_is_logged_and_the_next_question_is_answered(
    desk: Desk, bot: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Iterator[Answer]:
        message = "a bug"
        raise RuntimeError(message)

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(bot, "stream", fail)
        changes = desk.ask(COST)
    assert handlers.UNEXPECTED in desk.last_message(changes)
    assert "a bug" in caplog.text
    assert "48 million" in desk.last_message(desk.ask(COST, changes[desk.parts.conversation]))


def test_the_assistant_is_told_of_answers_but_not_of_failures(
    desk: Desk, bot: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Sequence[Turn]] = []
    stream = bot.stream

    def spy(question: str, history: Sequence[Turn], filters: Filters) -> Iterator[Any]:
        told.append(history)
        return stream(question, history, filters)

    monkeypatch.setattr(bot, "stream", spy)
    conversation = desk.conversation(COST, "", OPERA)
    first = conversation.answers[0]
    assert told[-1] == [{"role": "user", "content": COST}, {"role": "assistant", "content": first.text}]
    assert len(conversation.messages) == 5


def test_a_citation_opens_its_article_at_the_passage(desk: Desk) -> None:
    conversation = desk.conversation(COST)
    changes = desk.open("#cite-0-1", conversation)
    assert "<mark" in changes[desk.parts.article]
    assert 'class="cards reading"' in changes[desk.parts.sources]
    assert changes[desk.parts.opened] == Reference("cite", 0, 1)


def test_an_earlier_answer_keeps_its_own_sources(desk: Desk) -> None:
    conversation = desk.conversation(COST, "Во сколько обошлось строительство библиотеки?")
    article = desk.open("#cite-0-1", conversation)[desk.parts.article]
    assert "Harbour bridge" in article


def test_a_card_of_a_refusal_opens_its_passage(desk: Desk) -> None:
    changes = desk.open("#passage-0-2", desk.conversation(OPERA))
    assert "<mark" in changes[desk.parts.article]


@pytest.mark.parametrize(
    "reference", ["", "#cite-0-9", "#cite-1-1", "#cite-0-0", "#passage-0-99", "#passage-0-0", "#question", None, 7]
)
def test_a_reference_to_nothing_changes_nothing(desk: Desk, reference: object) -> None:
    assert desk.open(reference, desk.conversation(COST)) == {}


def test_an_event_without_a_reference_changes_nothing(desk: Desk) -> None:
    assert desk.handlers.open_passage(gr.EventData(None, {}), Conversation()) == {}


def test_an_article_that_is_gone_is_said_to_be(desk: Desk, bot: Assistant, corpus_dir: Path) -> None:
    conversation = desk.conversation(COST)
    harbour = corpus_dir / "2021" / "harbour.txt"
    kept = harbour.read_text(encoding="utf-8")
    harbour.unlink()
    bot.sync()
    try:
        assert "2021/harbour.txt" in desk.open("#cite-0-1", conversation)[desk.parts.article]
        harbour.write_text(kept.replace("The Harbour bridge at", "After all the Harbour bridge at"), encoding="utf-8")
        bot.sync()
        assert rendering.CHANGED in desk.open("#cite-0-1", conversation)[desk.parts.article]
    finally:
        harbour.write_text(kept, encoding="utf-8")
        bot.sync()


def test_an_article_that_cannot_be_shown_is_logged(
    desk: Desk, bot: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = desk.conversation(COST)
    monkeypatch.setattr(bot, "article", lambda _: 1 / 0)
    with caplog.at_level(logging.ERROR):
        assert handlers.UNEXPECTED in desk.open("#cite-0-1", conversation)[desk.parts.article]
    assert "ZeroDivisionError" in caplog.text


def test_the_way_back_leads_to_the_cards_with_the_one_read_set_apart(desk: Desk) -> None:
    conversation = desk.conversation(COST)
    changes = desk.handlers.close_article(conversation, Reference("cite", 0, 1))
    assert changes[desk.parts.article] == ""
    assert "aria-current" in changes[desk.parts.sources]
    assert "reading" not in changes[desk.parts.sources]


def test_without_an_open_article_the_way_back_leaves_the_cards_alone(desk: Desk) -> None:
    assert desk.parts.sources not in desk.handlers.close_article(Conversation(), None)


def test_starting_over_forgets_the_conversation(desk: Desk) -> None:
    changes = desk.handlers.start_over()
    assert changes[desk.parts.chat] == []
    assert changes[desk.parts.conversation] == Conversation()
    assert changes[desk.parts.sources] == rendering.EMPTY_PANEL


def test_a_filter_is_named_where_it_is_folded_away(desk: Desk) -> None:
    changes = desk.handlers.set_filters("2021", "", ["Ellery Gazette"])
    assert changes[desk.parts.filters.box].label == "Filter: from 1 January 2021 · Ellery Gazette"
    assert changes[desk.parts.filters.error] == ""
    assert changes[desk.parts.filters.clear].visible is True


def test_a_wrong_date_is_said_to_be_where_it_was_typed(desk: Desk) -> None:
    changes = desk.handlers.set_filters("soon", "", [])
    assert "“soon” is not a date" in changes[desk.parts.filters.error]
    assert changes[desk.parts.filters.box].label == handlers.FILTER_LABEL


def test_one_click_clears_the_filter(desk: Desk) -> None:
    filters = desk.parts.filters
    changes = desk.handlers.clear_filters()
    assert (changes[filters.first], changes[filters.last], changes[filters.publishers]) == ("", "", [])
    assert changes[filters.clear].visible is False
