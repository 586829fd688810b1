"""Conversations are kept by the browser: listed, opened again, deleted, taken along."""

import json
import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from assistant import Answer
from tests.articles import write_corpus
from tests.pages import Served, Visit
from tests.reader import (
    COST,
    FARMS,
    PATIENCE_MS,
    SHEEP,
    act,
    ask,
    cards,
    from_date,
    open_filter,
    open_menu,
    questions,
    started,
    talks,
    whole_answers,
)
from tests.servers import free_port, running

# Leaves no room for a conversation in what the browser keeps.
FILL_UP = """
    for (let size = 2 ** 23; size >= 16; size /= 2) {
      try { localStorage.setItem("filling", (localStorage.getItem("filling") ?? "") + "x".repeat(size)); } catch {}
    }
"""

# Of every conversation that the browser keeps, leaves next to nothing.
SHORTEN = """
    for (const key of Object.keys(localStorage).filter((key) => key.includes(":talk:"))) {
      localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), data: "{}" }));
    }
"""


def undo(page: Page, deleted: str) -> None:
    """Brings a conversation back, once a second press on what deleted it is not taken for that."""
    page.wait_for_timeout(700)
    page.locator("#conversations li").filter(has_text=f"Deleted: {deleted}").get_by_role("button", name="Undo").click()


class TestStartingOver:
    def test_it_clears_the_page(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        expect(cards(page)).to_have_count(0)
        expect(page.locator("#chat .example").first).to_be_visible()

    def test_what_was_said_before_is_forgotten_there_and_kept_in_the_list(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        ask(page, SHEEP)
        expect(talks(page)).to_have_text([SHEEP, COST])
        expect(page.locator("#conversations [aria-current]")).to_have_text(f"{SHEEP}✕")


class TestTheList:
    def test_it_says_what_it_is_for_while_it_is_empty(self, page: Page) -> None:
        expect(open_menu(page).locator("#conversations .hint")).to_contain_text("kept in this browser")

    def test_an_earlier_conversation_opens_with_its_cards_and_goes_on(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        ask(page, SHEEP)
        talks(page).filter(has_text=COST).click()
        expect(questions(page)).to_have_text([COST])
        expect(cards(page).first).to_contain_text("Harbour bridge")
        expect(ask(page, "And when will it reopen?")).to_contain_text("3 May")
        whole_answers(page).first.locator("a.cite").first.click()
        expect(page.locator("#article mark")).to_be_visible()
        expect(talks(page)).to_have_text([COST, SHEEP])

    def test_one_is_deleted_for_good(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.get_by_role("button", name=f"Delete: {COST}").click()
        expect(talks(page)).to_have_count(0)
        page.reload()
        started(page)
        expect(talks(page)).to_have_count(0)
        expect(whole_answers(page)).to_have_count(0)

    def test_what_was_deleted_by_mistake_can_be_brought_back(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.get_by_role("button", name=f"Delete: {COST}").press("Enter")
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        expect(whole_answers(page)).to_have_count(0)
        page.wait_for_timeout(700)
        page.keyboard.press("Enter")
        expect(talks(page).filter(has_text=COST)).to_be_focused()
        expect(questions(page)).to_have_text([COST])
        expect(ask(page, "And when will it reopen?")).to_contain_text("3 May")

    def test_bringing_one_back_does_not_close_the_one_that_was_begun_since(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.get_by_role("button", name=f"Delete: {COST}").click()
        expect(whole_answers(page)).to_have_count(0)
        ask(page, SHEEP)
        undo(page, COST)
        expect(talks(page)).to_have_text([SHEEP, COST])
        expect(questions(page)).to_have_text([SHEEP])

    def test_bringing_one_back_overwrites_nothing(self, page: Page) -> None:
        other = page.context.new_page()
        other.goto(page.url)
        started(other)
        ask(page, COST)
        open_menu(other)
        other.get_by_role("button", name=f"Delete: {COST}").click()
        ask(page, SHEEP)
        expect(talks(other)).to_have_text([COST])
        undo(other, COST)
        expect(talks(other)).to_have_text([COST, COST])
        page.reload()
        started(page)
        expect(questions(page)).to_have_text([COST, SHEEP])

    def test_without_room_none_is_brought_back_and_none_is_lost(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        ask(page, SHEEP)
        page.get_by_role("button", name=f"Delete: {COST}").click()
        page.evaluate(FILL_UP)
        undo(page, COST)
        expect(page.locator("#status")).to_contain_text("no room left")
        expect(talks(page)).to_have_text([SHEEP])
        page.evaluate("localStorage.removeItem('filling')")
        undo(page, COST)
        expect(talks(page)).to_have_text([SHEEP, COST])

    def test_a_full_browser_makes_room_by_the_oldest_and_says_so(self, page: Page) -> None:
        ask(page, COST)
        ask(page, "And when will it reopen?")
        open_menu(page)
        for question in (SHEEP, FARMS):
            page.locator("#fresh").click()
            expect(whole_answers(page)).to_have_count(0)
            if question == FARMS:
                page.evaluate(FILL_UP)
            ask(page, question)
        expect(page.locator("#status")).to_have_text(f"Deleted, since this browser is full: {COST}")
        expect(talks(page)).to_have_text([FARMS, SHEEP])
        page.evaluate("localStorage.removeItem('filling')")
        undo(page, COST)
        expect(talks(page)).to_have_text([FARMS, SHEEP, COST])

    def test_what_had_to_go_for_a_conversation_that_is_not_kept_is_told_with_that(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        page.evaluate(FILL_UP)
        ask(page, SHEEP)
        ask(page, FARMS)
        full = "This browser has no room left to keep it."
        expect(page.locator("#status")).to_have_text(f"{full} Deleted, since this browser is full: {COST}")

    def test_room_that_is_not_enough_is_not_made(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        page.evaluate(SHORTEN)
        page.evaluate(FILL_UP)
        ask(page, SHEEP)
        expect(page.locator("#status")).to_contain_text("no room left")
        expect(talks(page)).to_have_text([COST])

    def test_the_focus_stays_where_it_was_when_another_tab_adds_one(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        delete = page.get_by_role("button", name=f"Delete: {COST}")
        delete.focus()
        other = page.context.new_page()
        other.goto(page.url)
        started(other)
        ask(other, SHEEP)
        expect(talks(page)).to_have_text([SHEEP, COST])
        expect(delete).to_be_focused()

    def test_two_presses_delete_one_and_what_is_deleted_stays_in_its_place(self, page: Page) -> None:
        open_menu(page)
        ask(page, COST)
        for question in (SHEEP, FARMS):
            page.locator("#fresh").click()
            expect(whole_answers(page)).to_have_count(0)
            ask(page, question)
        rows = page.locator("#conversations li")
        page.get_by_role("button", name=f"Delete: {SHEEP}").dblclick()
        expect(talks(page)).to_have_text([FARMS, COST])
        expect(rows.nth(1)).to_contain_text(f"Deleted: {SHEEP}")
        page.get_by_role("button", name=f"Delete: {FARMS}").click()
        expect(talks(page)).to_have_text([COST])
        undo(page, SHEEP)
        expect(talks(page)).to_have_text([SHEEP, COST])
        expect(talks(page).first).to_be_focused()

    @pytest.mark.parametrize("store", ["localStorage", "sessionStorage"])
    def test_a_browser_that_keeps_nothing_still_asks(self, browser: Browser, served: Served, store: str) -> None:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        failures: list[object] = []
        # Playwright leaves an attribute on what it is given, which a method of a list cannot have.
        page.on("pageerror", lambda failure: failures.append(failure))  # noqa: PLW0108
        denied = "{ configurable: true, get() { throw new Error('denied'); } }"
        page.add_init_script(f"Object.defineProperty(window, '{store}', {denied})")
        page.goto(served.url)
        started(page)
        expect(ask(page, COST)).to_contain_text("48 million")
        open_menu(page)
        expect(talks(page)).to_have_text([COST])
        assert failures == []
        page.close()


class TestComingBack:
    def test_the_conversation_goes_on_after_a_reload(self, page: Page) -> None:
        ask(page, COST)
        act(whole_answers(page).last, "Helpful")
        expect(page.locator("#chat a.chosen")).to_have_count(1)
        page.reload()
        started(page)
        expect(questions(page)).to_have_text([COST])
        expect(page.locator("#chat a.chosen")).to_have_text("Helpful")
        expect(cards(page).first).to_contain_text("Harbour bridge")
        expect(ask(page, "And when will it reopen?")).to_contain_text("3 May")

    def test_a_new_conversation_stays_new_after_a_reload(self, page: Page) -> None:
        ask(page, COST)
        open_menu(page)
        page.locator("#fresh").click()
        expect(whole_answers(page)).to_have_count(0)
        page.reload()
        started(page)
        expect(page.locator("#chat .example").first).to_be_visible()
        expect(talks(page)).to_have_text([COST])

    @pytest.mark.parametrize("asked", [False, True], ids=["typed", "asked"])
    def test_it_goes_on_after_the_server_was_started_again(self, visit: Visit, tmp_path: Path, asked: bool) -> None:
        port = free_port()
        settings = {"CORPUS_DIR": write_corpus(tmp_path / "news"), "INDEX_DIR": tmp_path / "index", "PORT": port}
        environment = os.environ | {f"ASSISTANT_{name}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-m", "assistant", "chat"]
        with running(command, port, environment) as url:
            page = visit(url)
            ask(page, COST)
            open_filter(page)
            from_date(page, "2019")
            expect(page.locator("#filters .label-wrap")).to_contain_text("from 1 January 2019")
            page.evaluate("window.before = true")
            page.locator("#question textarea").fill("What about the")
        expect(page.locator("#status")).to_contain_text("The server does not answer.")
        if asked:
            page.locator("#question textarea").press("Enter")
        with running(command, port, environment):
            # The page notices by itself, and loads itself again.
            page.wait_for_function("!window.before && document.readyState === 'complete'", timeout=60_000)
            started(page)
            expect(page.locator("#status")).to_contain_text("The server was started again.")
            expect(page.locator("#question textarea")).to_have_value("What about the")
            expect(questions(page)).to_have_text([COST])
            expect(ask(page, "And when will it reopen?")).to_contain_text("Searched only: from 1 January 2019")
            expect(whole_answers(page).last).to_contain_text("3 May")
            expect(questions(page)).to_have_count(2)


class TestTwoTabs:
    @pytest.fixture
    def tabs(self, page: Page) -> tuple[Page, Page]:
        other = page.context.new_page()
        other.goto(page.url)
        started(other)
        return page, other

    def test_each_has_its_own_conversation_and_both_are_kept(self, tabs: tuple[Page, Page]) -> None:
        one, other = tabs
        ask(one, COST)
        ask(other, SHEEP)
        ask(one, "And when will it reopen?")
        expect(questions(other)).to_have_text([SHEEP])
        for tab in tabs:
            expect(talks(tab)).to_have_text([COST, SHEEP])
            tab.reload()
            started(tab)
        expect(questions(one)).to_have_text([COST, "And when will it reopen?"])
        expect(questions(other)).to_have_text([SHEEP])

    def test_going_on_with_the_same_one_in_both_loses_nothing(self, tabs: tuple[Page, Page]) -> None:
        one, other = tabs
        ask(one, COST)
        open_menu(other)
        talks(other).click()
        expect(questions(other)).to_have_text([COST])
        ask(other, SHEEP)
        ask(one, FARMS)
        expect(talks(one)).to_have_count(2)
        for tab, last in ((one, FARMS), (other, SHEEP)):
            tab.reload()
            started(tab)
            expect(questions(tab)).to_have_text([COST, last])
            ask(tab, "And when will it reopen?")
            expect(talks(tab)).to_have_count(2)


class TestTakingItAlong:
    def test_as_markdown(self, page: Page) -> None:
        name, text = self._saved(page, "#save-markdown")
        assert name.endswith(".md")
        assert text.startswith(f"# {COST}".replace("?", ""))
        assert "48 million crowns" in text
        assert "412 sheep" in text
        assert "[^1]: " in text

    def test_as_json(self, page: Page) -> None:
        name, text = self._saved(page, "#save-json")
        assert name.endswith(".json")
        saved = json.loads(text)
        assert saved["title"] == COST
        assert [Answer.model_validate(answer).question for answer in saved["answers"]] == [COST, SHEEP]

    def _saved(self, page: Page, button: str) -> tuple[str, str]:
        ask(page, COST)
        ask(page, SHEEP)
        open_menu(page)
        with page.expect_download() as download:
            page.locator(button).click()
        return download.value.suggested_filename, download.value.path().read_text(encoding="utf-8")
