import logging
import threading
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from assistant import Answer, AnswerOptions, Assistant
from assistant.records import AnswerDelta, AnswerStage, Turn
from assistant.ui import asking
from assistant.ui.parts import NOTHING
from assistant.ui.references import Reference, key_of
from assistant.ui.session import Conversation
from assistant.ui.words import words_in
from tests.articles import COST, LIBRARY_COST, OPERA, REOPENING
from tests.markup import Page
from tests.readers import Reader
from tests.rendered import ENGLISH, assert_one_block


def questions(reader: Reader) -> list[str]:
    return [exchange.question for exchange in reader.session.conversation.exchanges]


def kept(reader: Reader) -> Conversation:
    """The conversation as the browser was asked to keep it."""
    assert reader.bridge["do"] == "keep"
    return Conversation.model_validate_json(reader.bridge["data"])


class TestAnswer:
    def test_it_grows_and_ends_with_its_sources(self, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asking, "SHOWN_SECONDS", 0.0)
        steps = reader.asking(COST)
        next(steps)
        box = reader.seen[reader.parts.question]
        assert (box["value"], box["submit_btn"], box["stop_btn"]) == ("", False, True)
        assert "Searching the articles…" in reader.chat[-1]
        stages = [Page(reader.chat[-1]).text for _ in steps if reader.parts.panel.sources not in reader.seen]
        assert any(stage.startswith("Reading ") for stage in stages)
        assert "48 million" in stages[-1]
        assert 'data-number="1"' in reader.seen[reader.parts.panel.sources]
        assert 'href="#cite-0-1"' in reader.chat[-1]

    def test_text_that_comes_at_once_is_shown_at_once(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = desk_bot.ask(COST)
        pieces = [AnswerDelta(text=f"{number} ") for number in range(1000)]
        monkeypatch.setattr(desk_bot, "watch", lambda *_: iter([AnswerStage(name="writing"), *pieces, whole]))
        assert len(list(reader.asking(COST))) < 30

    def test_every_message_on_the_way_is_one_block_of_html(self, reader: Reader) -> None:
        for _ in reader.asking(COST):
            for message in reader.chat if reader.parts.chat in reader.seen else ():
                assert_one_block(message)

    def test_the_next_question_can_be_typed_when_it_is_there(self, reader: Reader) -> None:
        reader.ask(COST)
        box = reader.seen[reader.parts.question]
        assert (box.submit_btn, box.stop_btn) == (True, False)
        assert "value" not in box._constructor_args[0]

    def test_the_browser_is_asked_to_keep_the_conversation(self, reader: Reader) -> None:
        reader.ask(COST)
        assert (reader.bridge["id"], reader.bridge["title"]) == (reader.session.conversation.id, COST)
        assert kept(reader) == reader.session.conversation.to_keep()

    def test_no_two_wishes_to_the_browser_are_alike(self, reader: Reader) -> None:
        reader.ask(COST)
        serial = reader.bridge["serial"]
        reader.ask(REOPENING)
        assert reader.bridge["serial"] != serial

    def test_the_cards_are_those_of_the_newest_answer(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.ask(LIBRARY_COST)
        assert reader.session.view.place == 1
        assert "900 миллионов" in reader.seen[reader.parts.panel.sources]

    def test_an_example_is_asked_like_any_question(self, reader: Reader) -> None:
        reader.choose_example(COST)
        assert "48 million" in reader.chat[-1]

    def test_a_refusal_says_what_was_searched(self, reader: Reader) -> None:
        reader.ask(OPERA)
        outlets = "Ellery Gazette, The Valley Observer, Северский вестник"
        assert f"Searched: 3 articles · {outlets} · 12 March 2021 – 5 September 2023" in reader.chat[-1]
        assert 'id="refusal"' in reader.seen[reader.parts.panel.sources]

    def test_what_was_chosen_is_what_is_asked_for(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Any] = []
        watch = desk_bot.watch

        def spy(*given: Any) -> Iterator[AnswerStage | AnswerDelta | Answer]:
            asked.extend(given)
            return watch(*given)

        monkeypatch.setattr(desk_bot, "watch", spy)
        reader.wishes = reader.wishes._replace(length="short", sources=3, publishers=["Ellery Gazette"])
        reader.ask(COST)
        _, _, filters, options = asked
        assert filters.publishers == ("Ellery Gazette",)
        assert options == AnswerOptions(top_k=3, answer_sentences=1)

    def test_the_assistant_is_told_of_answers_but_not_of_failures(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[list[Turn]] = []
        watch = desk_bot.watch

        def spy(question: str, history: list[Turn], *more: Any) -> Iterator[AnswerStage | AnswerDelta | Answer]:
            told.append(history)
            return watch(question, history, *more)

        monkeypatch.setattr(desk_bot, "watch", spy)
        for question in (COST, "x" * 201, OPERA):
            reader.ask(question)
        first = reader.session.conversation.answers()[0]
        assert told[-1] == [{"role": "user", "content": COST}, {"role": "assistant", "content": first.text}]
        assert len(reader.chat) == 6


class TestFilter:
    def test_it_holds_and_is_shown_with_the_answer(self, reader: Reader) -> None:
        reader.wishes = reader.wishes._replace(first="2021", publishers=["Ellery Gazette"])
        reader.ask(COST)
        assert "48 million" in reader.chat[-1]
        assert "Searched only: from 1 January 2021 · Ellery Gazette" in reader.chat[-1]

    def test_after_a_refusal_it_can_be_left_out(self, reader: Reader) -> None:
        reader.wishes = reader.wishes._replace(first="2022")
        reader.ask(COST)
        assert reader.session.conversation.answers()[0].refused
        reader.follow("reply_to_link", "#widen-0-0")
        assert questions(reader) == [COST]
        assert "48 million" in reader.chat[-1]
        filters = reader.parts.filters
        assert [reader.seen[field] for field in filters.fields] == ["", "", [], []]
        assert reader.seen[filters.clear].visible is False
        assert reader.seen[filters.box].label == "Filter by date, outlet and article"

    def test_asked_again_it_holds_again(self, reader: Reader) -> None:
        reader.wishes = reader.wishes._replace(first="2022")
        reader.ask(COST)
        reader.follow("reply_to_link", "#retry-0-0")
        assert reader.session.conversation.answers()[0].refused


class TestMistakes:
    @pytest.mark.parametrize("question", ["", " \n", "\u3000"])
    def test_a_blank_question_is_told_and_loses_nothing(
        self, reader: Reader, question: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        reader.ask(COST)
        reader.follow("edit", "#edit-0-0")
        before = dict(reader.seen)
        reader.ask(question)
        assert ENGLISH("question.empty") in capsys.readouterr().out
        assert reader.seen == before

    @pytest.mark.parametrize(
        ("question", "filters", "words"),
        [
            ("x" * 201, {}, "at most 200 are read"),
            ("?!", {}, "no word to search for"),
            (COST, {"first": "soon"}, "“soon” is not a date"),
            (COST, {"first": "2022", "last": "2021"}, "before it begins"),
            (COST, {"first": "<img src=x>"}, "“&lt;img src=x&gt;” is not a date"),
        ],
    )
    def test_it_becomes_words_and_the_question_returns_to_its_box(
        self, reader: Reader, question: str, filters: dict[str, Any], words: str
    ) -> None:
        reader.wishes = reader.wishes._replace(**filters)
        _, returned, ready = (step[reader.parts.question] for step in reader.asking(question))
        assert_one_block(reader.chat[-1])
        assert words in reader.chat[-1]
        assert returned.value == question
        assert (ready.submit_btn, ready.stop_btn) == (True, False)
        assert "value" not in ready._constructor_args[0]
        assert reader.session.conversation.history() == []
        assert kept(reader) == reader.session.conversation

    @pytest.mark.parametrize(
        "wishes", [{"sources": 10**9}, {"sources": "many"}, {"mode": "shouted"}, {"length": ["short"]}, {"articles": 7}]
    )
    def test_choices_that_are_not_on_offer_are_words_too(self, reader: Reader, wishes: dict[str, Any]) -> None:
        reader.wishes = reader.wishes._replace(**wishes)
        reader.ask(COST)
        assert ENGLISH("unexpected") in reader.chat[-1]

    def test_what_nobody_expected_is_said_in_whatever_language_the_page_speaks(self, reader: Reader) -> None:
        reader.wishes = reader.wishes._replace(sources="many", language="hy")  # type: ignore[arg-type]
        reader.ask(COST)
        assert words_in("hy")("unexpected") in reader.chat[-1]
        reader.do("speak", reader.session, "ru", "long", "", "", "", [], [])
        assert words_in("ru")("unexpected") in reader.chat[-1]

    def test_half_a_character_does_no_harm(self, reader: Reader) -> None:
        reader.ask(f"{COST} \ud83d")
        assert "48 million" in reader.chat[-1]
        reader.wishes = reader.wishes._replace(first="\ud83d")
        reader.ask(COST)
        assert "is not a date" in reader.chat[-1]
        assert "".join(reader.chat).encode()

    def test_any_other_failure_is_logged_and_the_next_question_is_answered(
        self, reader: Reader, desk_bot: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object) -> Iterator[AnswerDelta]:
            yield AnswerDelta(text="It cost ")
            message = "a bug"
            raise RuntimeError(message)

        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
            patch.setattr(desk_bot, "watch", fail)
            reader.ask(COST)
        assert Page(reader.chat[-1]).text.startswith(f"It cost {ENGLISH('unexpected')}")
        assert "a bug" in caplog.text
        reader.ask(COST)
        assert "48 million" in reader.chat[-1]


class TestAgain:
    def test_a_suggestion_is_asked_as_it_stands(self, reader: Reader) -> None:
        reader.ask(COST)
        assert f">{REOPENING}</a>" in reader.chat[-1]
        reader.follow("reply_to_link", "#ask-0-0")
        assert questions(reader) == [COST, REOPENING]

    def test_suggestions_stand_below_the_newest_answer_alone(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.ask(OPERA)
        assert ["suggestions" in message for message in reader.chat] == [False, False, False, True]

    def test_asked_again_a_question_takes_what_followed_along(self, reader: Reader) -> None:
        for question in (COST, OPERA, LIBRARY_COST):
            reader.ask(question)
        reader.follow("reply_to_link", "#retry-1-0")
        assert questions(reader) == [COST, OPERA]
        assert reader.session.view.place == 1

    def test_a_question_that_is_edited_is_marked_and_can_be_left_as_it_was(self, reader: Reader) -> None:
        reader.ask(COST)
        reader.ask(REOPENING)
        reader.follow("edit", "#edit-0-0")
        assert [ENGLISH("editing") in message for message in reader.chat] == [True, False, False, False]
        assert Page(reader.chat[0]).attributes("href") == ["#stay-0-0"]
        reader.follow("edit", "#stay-0-0")
        assert ENGLISH("editing") not in "".join(reader.chat)
        assert reader.seen[reader.parts.question] == ""
        reader.ask(LIBRARY_COST)
        assert questions(reader) == [COST, REOPENING, LIBRARY_COST]

    def test_an_edited_question_replaces_itself_and_what_followed(self, reader: Reader) -> None:
        for question in (COST, OPERA, LIBRARY_COST):
            reader.ask(question)
        reader.follow("edit", "#edit-1-0")
        assert reader.seen[reader.parts.question] == OPERA
        assert questions(reader) == [COST, OPERA, LIBRARY_COST]
        reader.ask(REOPENING)
        assert questions(reader) == [COST, REOPENING]
        reader.ask(LIBRARY_COST)
        assert questions(reader) == [COST, REOPENING, LIBRARY_COST]

    @pytest.mark.parametrize(
        "reference", ["", "#ask-0-9", "#ask-1-0", "#retry-1-0", "#widen-7-0", "#ask--1-0", "#retry-999999-0", None, 7]
    )
    def test_a_link_to_nothing_asks_nothing(self, reader: Reader, reference: object) -> None:
        reader.ask(COST)
        before = dict(reader.seen)
        assert reader.follow("reply_to_link", reference) == NOTHING
        assert reader.seen == before

    @pytest.mark.parametrize("reference", ["", "#edit-1-0", "#edit--1-0", "#edit-999999-0", None])
    def test_a_link_to_nothing_edits_nothing(self, reader: Reader, reference: object) -> None:
        reader.ask(COST)
        assert reader.follow("edit", reference) == NOTHING


class TestStop:
    @pytest.fixture(autouse=True)
    def slow(self, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """The first answer stands still after its first text until the test is over."""
        whole, over = reader.desk.bot.watch, threading.Event()

        def watch(*asked: Any) -> Iterator[AnswerStage | AnswerDelta | Answer]:
            monkeypatch.undo()
            for event in whole(*asked):
                yield event
                if isinstance(event, AnswerDelta):
                    over.wait(20)

        monkeypatch.setattr(reader.desk.bot, "watch", watch)
        yield
        over.set()

    @staticmethod
    def stop_writing(reader: Reader) -> None:
        """Stops an answer of which some text is there."""
        steps = reader.asking(COST)
        while "48 million" not in "".join(reader.chat if reader.parts.chat in reader.seen else ()):
            next(steps)
        assert reader.do("stop", reader.session, "en") == NOTHING
        # It ends, and is shown.
        assert len(list(steps)) == 2

    def test_it_leaves_what_was_written_and_says_so(self, reader: Reader) -> None:
        self.stop_writing(reader)
        assert "48 million" in reader.chat[-1]
        assert ENGLISH("stopped") in reader.chat[-1]
        assert kept(reader) == reader.session.conversation
        box = reader.seen[reader.parts.question]
        assert (box.submit_btn, box.stop_btn) == (True, False)
        assert "value" not in box._constructor_args[0]

    def test_a_stopped_question_can_be_asked_again(self, reader: Reader) -> None:
        self.stop_writing(reader)
        reader.follow("reply_to_link", "#retry-0-0")
        assert questions(reader) == [COST]
        assert ENGLISH("stopped") not in reader.chat[-1]

    def test_a_stopped_answer_is_no_history(self, reader: Reader) -> None:
        self.stop_writing(reader)
        assert reader.session.conversation.history() == []

    def test_before_any_text_it_leaves_the_question(self, reader: Reader) -> None:
        steps = reader.asking(COST)
        next(steps)
        reader.do("stop", reader.session, "en")
        # It ends, and is shown.
        assert len(list(steps)) == 2
        assert questions(reader) == [COST]
        assert ENGLISH("stopped") in reader.chat[-1]

    def test_that_it_was_stopped_is_said_in_whatever_language_the_page_speaks(self, reader: Reader) -> None:
        reader.wishes = reader.wishes._replace(language="az")
        self.stop_writing(reader)
        assert words_in("az")("stopped") in reader.chat[-1]
        reader.do("speak", reader.session, "hy", "long", "", "", "", [], [])
        assert words_in("hy")("stopped") in reader.chat[-1]

    def test_after_the_answer_it_changes_nothing_of_it(self, reader: Reader) -> None:
        self.stop_writing(reader)
        reader.ask(COST)
        before = reader.session
        reader.do("stop", reader.session, "en")
        assert reader.session == before
        assert "48 million" in reader.chat[-1]

    def test_with_nothing_asked_it_does_nothing(self, reader: Reader) -> None:
        reader.do("stop", reader.session, "en")
        assert reader.chat == []

    def test_of_an_answer_that_nobody_waits_for_nothing_is_kept_in_mind(self, reader: Reader) -> None:
        steps = reader.asking(COST)
        next(steps)
        steps.close()
        reader.do("stop", reader.session, "en")
        assert (reader.seen[reader.parts.question].submit_btn) is True

    def test_what_was_being_edited_is_not_lost_to_the_next_question(self, reader: Reader) -> None:
        self.stop_writing(reader)
        reader.ask(COST)
        reader.follow("edit", "#edit-1-0")
        link = gr.EventData(None, {"reference": "#ask-0-0"})
        steps = reader._steps("reply_to_link", link, reader.session, *reader.wishes)
        next(steps)
        reader.do("stop", reader.session, "en")
        list(steps)
        reader.ask(LIBRARY_COST)
        assert questions(reader) == [COST, COST, REOPENING, LIBRARY_COST]


class TestMeanwhile:
    """What a reader does while an answer is coming."""

    @pytest.fixture(autouse=True)
    def often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever there is of an answer is shown."""
        monkeypatch.setattr(asking, "SHOWN_SECONDS", 0.0)

    def test_the_list_of_articles_can_be_searched_and_stays(self, reader: Reader) -> None:
        steps, panel = reader.asking(COST), reader.parts.panel
        next(steps)
        reader.follow("show", "#corpus")
        for text, found in (("gazette", 1), ("", 3), ("observer", 1)):
            next(steps)
            reader.do("find", text, reader.session, "en")
            assert Page(reader.seen[panel.corpus]).count("li") == found
        *_, shown = steps
        assert not shown.keys() & set(panel), "what is typed next would be lost"
        assert reader.session.view.sought == "observer"
        reader.do("back", reader.session, "en")
        assert 'data-number="1"' in reader.seen[panel.sources]

    def test_an_article_leads_back_to_the_list_that_it_was_opened_from(self, reader: Reader) -> None:
        steps, panel = reader.asking(COST), reader.parts.panel
        next(steps)
        reader.follow("show", "#corpus")
        next(steps)
        reader.follow("show", str(Reference("article", key_of("2022/orchard.txt"))))
        list(steps)
        assert "Orchard growers ask for help" in reader.seen[panel.article]
        reader.do("back", reader.session, "en")
        assert Page(reader.seen[panel.corpus]).count("li") == 3
        assert reader.seen[panel.article] == ""

    def test_the_order_of_the_cards_can_be_turned_and_turned_back(self, reader: Reader) -> None:
        reader.ask(COST)
        steps = reader.asking(LIBRARY_COST)
        for oldest_first in (True, False):
            next(steps)
            reader.follow("show", "#order-0-0")
            assert reader.session.view.oldest_first == oldest_first
        list(steps)
        assert "900 миллионов" in reader.seen[reader.parts.panel.sources]

    def test_a_passage_of_an_earlier_answer_stays_and_leads_back_to_its_cards(self, reader: Reader) -> None:
        reader.ask(COST)
        steps, panel = reader.asking(LIBRARY_COST), reader.parts.panel
        next(steps)
        reader.follow("show", "#cite-0-1")
        list(steps)
        assert "<mark" in reader.seen[panel.article]
        reader.do("back", reader.session, "en")
        assert "Ellery Gazette" in reader.seen[panel.sources]

    def test_a_language_is_chosen_without_a_trace_in_the_chat_until_the_answer_is_there(self, reader: Reader) -> None:
        reader.ask(COST)
        steps, parts = reader.asking(LIBRARY_COST), reader.parts
        next(steps)
        changes = reader.do("speak", reader.session, "ru", "medium", "", "", "", [], [])
        assert "value" not in changes[parts.chat]
        assert words_in("ru")("sources.open") in Page(reader.seen[parts.panel.sources]).text
        reader.wishes = reader.wishes._replace(language="ru")
        list(steps)
        assert all(words_in("ru")("action.copy") in Page(reply).text for reply in reader.chat[1::2])
        assert len(reader.chat) == 4

    def test_after_it_the_cards_of_the_next_answer_come_by_themselves_again(self, reader: Reader) -> None:
        steps = reader.asking(COST)
        next(steps)
        reader.follow("show", "#corpus")
        list(steps)
        reader.ask(LIBRARY_COST)
        assert "900 миллионов" in reader.seen[reader.parts.panel.sources]


def test_two_readers_have_two_conversations(desk_page: gr.Blocks) -> None:
    one, other, third = (Reader(desk_page) for _ in range(3))
    one.ask(COST)
    other.ask(COST)
    third.choose_example(COST)
    assert len({reader.session.conversation.id for reader in (one, other, third)}) == 3


class TestEarlierQuestions:
    @pytest.mark.parametrize("link", ["#retry-0-0", "#ask-0-0"])
    def test_what_was_typed_and_not_sent_stays_in_its_box(self, reader: Reader, link: str) -> None:
        reader.ask(COST)
        steps = reader._steps("reply_to_link", gr.EventData(None, {"reference": link}), reader.session, *reader.wishes)
        boxes = [changes[reader.parts.question] for changes in steps if reader.parts.question in changes]
        assert len(boxes) == 2
        assert "value" not in boxes[0]
        assert "value" not in boxes[1]._constructor_args[0]

    def test_asking_one_again_keeps_the_conversation_that_it_leaves(self, reader: Reader) -> None:
        for question in (COST, REOPENING, LIBRARY_COST):
            reader.ask(question)
        left = reader.session.conversation
        reader.follow("reply_to_link", "#retry-0-0")
        assert questions(reader) == [COST]
        assert reader.session.conversation.id != left.id

    def test_asking_the_last_one_again_goes_on_with_it(self, reader: Reader) -> None:
        for question in (COST, REOPENING):
            reader.ask(question)
        left = reader.session.conversation
        reader.follow("reply_to_link", "#retry-1-0")
        assert questions(reader) == [COST, REOPENING]
        assert reader.session.conversation.id == left.id
