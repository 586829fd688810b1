"""What a newcomer finds."""

import pytest
from playwright.sync_api import Page, expect

from tests.pages import Visit
from tests.reader import COST, PHONE, ask, begin, questions, whole_answers


def test_the_head_says_what_is_covered_and_how_it_answers(page: Page) -> None:
    expect(page.locator("#masthead h1")).to_have_text("News assistant")
    expect(page.locator("#masthead .facts")).to_contain_text("5 articles · 4 outlets · 4 February 2019 – 5 Sept")
    expect(page.locator("#masthead .facts")).to_contain_text("quotes the articles")


@pytest.mark.parametrize("screen", [{}, PHONE])
def test_the_head_is_in_view(visit: Visit, screen: dict[str, object]) -> None:
    page = visit(**screen)
    expect(page.locator("#masthead h1")).to_be_in_viewport()
    expect(page.locator("#masthead .facts")).to_be_in_viewport(ratio=1)


def test_it_says_where_the_sources_will_be(page: Page) -> None:
    expect(page.locator("#sources .hint")).to_be_in_viewport()


def test_nothing_of_the_toolkit_shows(page: Page) -> None:
    expect(page.locator("footer")).to_have_count(0)
    expect(page.get_by_text("Gradio")).to_have_count(0)
    assert page.title() == "News assistant"


def test_the_cursor_waits_in_the_question(page: Page) -> None:
    expect(page.locator("#question textarea")).to_be_focused()


def test_an_example_is_asked_with_a_click(page: Page) -> None:
    page.locator("#chat .example", has_text="Во сколько").click()
    expect(whole_answers(page)).to_contain_text("900 миллионов")
    expect(page.locator("#chat .example")).to_have_count(0)


def test_the_examples_come_back_with_a_new_conversation_and_work(page: Page) -> None:
    ask(page, COST)
    page.locator("#menu .toggle-button").click()
    page.locator("#fresh").click()
    page.locator("#chat .example", has_text="Harbour bridge").click()
    expect(whole_answers(page)).to_contain_text("48 million")


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_question_is_not_asked(page: Page, blank: str) -> None:
    begin(page, blank)
    expect(page.get_by_test_id("toast-text")).to_have_text("Type a question first.")
    expect(questions(page)).to_have_count(0)
    expect(ask(page, COST)).to_contain_text("48 million")
