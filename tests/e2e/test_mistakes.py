"""What goes wrong becomes words, and the page goes on."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages import Served
from tests.reader import COST, ask


def test_a_question_that_is_too_long_becomes_words(page: Page) -> None:
    expect(ask(page, "why " * 100)).to_contain_text("at most 300")
    expect(page.locator("#question textarea")).to_be_enabled()
    expect(ask(page, COST)).to_contain_text("48 million")


def test_a_bug_becomes_words_and_the_page_stays_usable(
    page: Page, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(served.bot, "watch", lambda *_: 1 / 0)
        expect(ask(page, COST)).to_contain_text("Something went wrong")
    expect(page.locator("#question textarea")).to_have_value(COST)
    expect(ask(page, COST)).to_contain_text("48 million")


def test_an_article_that_cannot_be_opened_becomes_words(
    page: Page, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(page, COST)
    with monkeypatch.context() as patch:
        patch.setattr(served.bot, "article", lambda *_: 1 / 0)
        answer.locator("a.cite").first.click()
        expect(page.locator("#article .error")).to_contain_text("Something went wrong")
    page.locator("#back").click()
    answer.locator("a.cite").first.click()
    expect(page.locator("#article mark")).to_be_visible()
