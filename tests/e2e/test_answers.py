"""What comes of a question, and what a reader can do with it."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages import Served, Visit
from tests.reader import (
    COST,
    FARMS,
    LIGHTHOUSE,
    OPERA,
    SHEEP,
    act,
    answering,
    ask,
    cards,
    from_date,
    open_filter,
    questions,
    whole_answers,
)


class TestAnAnswer:
    def test_it_quotes_and_says_who_and_when(self, page: Page) -> None:
        answer = ask(page, COST)
        expect(answer).to_contain_text("The works cost 48 million crowns")
        expect(answer).to_contain_text("Ellery Gazette")
        expect(answer).to_contain_text("12 March 2021")

    def test_a_card_names_outlet_author_date_language_quote_and_verdict(self, page: Page) -> None:
        ask(page, COST)
        card = cards(page).filter(has_text="48 million")
        expect(card).to_contain_text("Ellery Gazette · Clara Winfield · 12 March 2021 · English")
        expect(card.locator("blockquote")).to_contain_text("The works cost 48 million crowns")
        expect(card.locator(".support")).to_have_text("Supported by the quote")

    def test_the_box_is_empty_and_ready_for_the_next_question(self, page: Page) -> None:
        ask(page, COST)
        expect(page.locator("#question textarea")).to_have_value("")
        expect(page.locator("#question textarea")).to_be_enabled()
        expect(page.locator("#question textarea")).to_be_focused()
        expect(ask(page, SHEEP)).to_contain_text("412 sheep")

    def test_it_may_be_asked_for_with_the_button(self, page: Page) -> None:
        page.locator("#question textarea").fill(COST)
        page.locator("#question .submit-button").click()
        expect(whole_answers(page)).to_contain_text("48 million")

    def test_a_follow_up_is_understood(self, page: Page) -> None:
        ask(page, COST)
        expect(ask(page, "And when will it reopen?")).to_contain_text("3 May")

    def test_the_newest_message_is_in_view(self, page: Page) -> None:
        for question in (COST, SHEEP, FARMS, LIGHTHOUSE, OPERA):
            ask(page, question)
        expect(whole_answers(page).last).to_be_in_viewport()


class TestARefusal:
    def test_it_looks_like_one(self, page: Page) -> None:
        answer = ask(page, OPERA)
        expect(answer).to_have_class(re.compile("refused"))
        expect(page.locator("#refusal h2")).to_have_text("No answer found")
        expect(answer.locator("a.cite")).to_have_count(0)
        assert _border(answer) != _border(ask(page, COST))

    def test_it_says_what_was_searched_what_comes_nearest_and_what_may_help(self, page: Page) -> None:
        expect(ask(page, OPERA)).to_contain_text("Searched: 5 articles · <img")
        expect(page.locator("#refusal")).to_contain_text("These passages come nearest to the question")
        expect(page.locator("#refusal")).to_contain_text("Other words may help")
        expect(cards(page).first).to_be_in_viewport()

    def test_its_cards_have_no_numbers_and_no_verdict(self, page: Page) -> None:
        ask(page, OPERA)
        expect(page.locator(".source-card[data-number], .source-card .support")).to_have_count(0)

    def test_it_suggests_what_the_articles_do_answer(self, page: Page) -> None:
        refusal = ask(page, OPERA)
        suggestion = refusal.locator("xpath=..").locator("a.suggestion", has_text="Harbour bridge")
        with answering(page) as answer:
            suggestion.click()
        expect(answer).to_contain_text("48 million")


class TestWhatMayBeDoneWithIt:
    def test_ask_again_replaces_the_answer(self, page: Page) -> None:
        ask(page, COST)
        act(whole_answers(page).last, "Ask again")
        expect(page.locator("#chat .pending")).to_have_count(0)
        expect(whole_answers(page)).to_have_count(1)
        expect(questions(page)).to_have_text([COST])
        expect(whole_answers(page)).to_contain_text("48 million")

    def test_ask_again_drops_what_followed(self, page: Page) -> None:
        ask(page, COST)
        ask(page, SHEEP)
        act(whole_answers(page).first, "Ask again")
        expect(questions(page)).to_have_text([COST])
        expect(whole_answers(page)).to_have_count(1)
        expect(ask(page, "And when will it reopen?")).to_contain_text("3 May")

    def test_an_edited_question_replaces_the_old_one_and_what_followed(self, page: Page) -> None:
        ask(page, COST)
        ask(page, SHEEP)
        act(whole_answers(page).first, "Edit question")
        box = page.locator("#question textarea")
        expect(box).to_have_value(COST)
        expect(questions(page).first).to_contain_text("Sending it replaces what followed it.")
        box.fill(FARMS)
        box.press("Enter")
        expect(questions(page)).to_have_text([FARMS])
        expect(whole_answers(page)).to_contain_text("310")

    @pytest.mark.parametrize("motion", ["reduce", "no-preference"])
    def test_every_answer_is_in_view_as_soon_as_it_is_there(self, visit: Visit, motion: str) -> None:
        page = visit(reduced_motion=motion)
        for question in (COST, FARMS, SHEEP, OPERA, LIGHTHOUSE, COST):
            answer = ask(page, question)
            expect(questions(page).last).to_be_in_viewport(ratio=0.95)
            expect(answer).to_be_in_viewport(ratio=0.9)

    def test_a_draft_survives_a_link_that_asks(self, page: Page) -> None:
        answer = ask(page, COST)
        box = page.locator("#question textarea")
        box.fill("And what about")
        act(answer, "Ask again")
        expect(page.locator("#question .submit-button")).to_be_visible()
        expect(whole_answers(page)).to_contain_text("48 million")
        expect(box).to_have_value("And what about")

    def test_a_question_that_is_edited_can_be_left_as_it_was(self, page: Page) -> None:
        ask(page, COST)
        act(whole_answers(page).first, "Edit question")
        box = page.locator("#question textarea")
        expect(box).to_have_value(COST)
        page.get_by_role("link", name="Leave it as it was").click()
        expect(box).to_have_value("")
        expect(questions(page)).to_have_text([COST])
        ask(page, SHEEP)
        expect(questions(page)).to_have_text([COST, SHEEP])

    def test_a_copy_has_its_sources_as_footnotes(self, visit: Visit) -> None:
        page = visit(permissions=["clipboard-read", "clipboard-write"])
        act(ask(page, COST), "Copy with sources")
        expect(page.locator("#status")).to_have_text("Copied, with the sources as footnotes.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "The works cost 48 million crowns" in copied
        assert re.search(r"crowns.*\[\^\d\]", copied)
        assert re.search(
            r"^\[\^\d\]: Ellery Gazette, Clara Winfield, 12 March 2021: .*“The works cost", copied, re.MULTILINE
        )


class TestAThumb:
    @pytest.mark.parametrize(("name", "helpful"), [("Helpful", True), ("Not helpful", False)])
    def test_it_is_noted_with_a_reason(self, page: Page, served: Served, name: str, *, helpful: bool) -> None:
        act(ask(page, COST), name)
        expect(page.locator("#chat a.action.chosen")).to_have_text(name)
        reason = page.locator("#reason textarea")
        reason.fill("Right figure, <b>no</b> context.")
        reason.press("Enter")
        expect(reason).to_be_hidden()
        expect(page.get_by_test_id("toast-text")).to_have_text("Noted. Thank you.")
        first, last = _feedback(served)[-2:]
        assert first["question"] == last["question"] == COST
        assert (first["helpful"], first["reason"]) == (helpful, "")
        assert (last["helpful"], last["reason"]) == (helpful, "Right figure, <b>no</b> context.")

    def test_it_may_be_changed_and_needs_no_reason(self, page: Page, served: Served) -> None:
        ask(page, SHEEP)
        act(whole_answers(page).last, "Helpful")
        expect(page.locator("#chat a.action.chosen")).to_have_text("Helpful")
        act(whole_answers(page).last, "Not helpful")
        expect(page.locator("#chat a.action.chosen")).to_have_text("Not helpful")
        assert [thumb["helpful"] for thumb in _feedback(served)[-2:]] == [True, False]
        expect(ask(page, COST)).to_contain_text("48 million")


class TestCardsByDate:
    QUESTION = "What do the sources say about crowns?"

    def test_they_stand_oldest_first_on_request_and_as_cited_again(self, page: Page) -> None:
        with_dates = self._ask(page)
        page.get_by_role("link", name="Oldest first").click()
        expect(page.locator("#sources a.order")).to_have_text("In the order cited")
        dates = _dates(page)
        assert dates == sorted(dates)
        assert sorted(dates) == sorted(with_dates)
        page.get_by_role("link", name="In the order cited").click()
        expect(page.locator("#sources a.order")).to_have_text("Oldest first")
        assert _dates(page) == with_dates

    def _ask(self, page: Page) -> list[int]:
        ask(page, self.QUESTION)
        years = _dates(page)
        assert len(set(years)) > 1
        return years


def test_a_filter_is_named_in_the_answer(page: Page) -> None:
    open_filter(page)
    from_date(page, "2022")
    expect(ask(page, FARMS)).to_contain_text("Searched only: from 1 January 2022")


def _dates(page: Page) -> list[int]:
    """The years of the cards, as they stand."""
    return [
        int(re.findall(r"\b(?:19|20)\d\d\b", facts)[-1]) for facts in cards(page).locator(".facts").all_inner_texts()
    ]


def _border(answer: Locator) -> str:
    return str(answer.evaluate("element => getComputedStyle(element).borderInlineStartWidth"))


def _feedback(served: Served) -> list[dict[str, Any]]:
    lines = served.bot.settings.feedback_path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
