"""Two hundred articles: every one is a choice, and the page stays a page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant import Settings
from tests.articles import write_corpus
from tests.pages import Served, Visit, serving
from tests.reader import PHONE, ask, choose, is_focused, open_filter, overflows

LABEL = "#filters .label-wrap"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("many")
    corpus = write_corpus(folder / "news")
    for number in range(200):
        title = f"Report number {number} on the canals of the lower Velm and what became of their keepers"
        text = f"{title}\n\n3 May 2020\n\nCanal {number} was closed for {number + 2} days by order of the keeper."
        (corpus / f"canal-{number:03}.txt").write_text(text, encoding="utf-8")
    with serving(Settings(corpus_dir=corpus, index_dir=folder / "index")) as page:
        yield page


@pytest.mark.parametrize("screen", [{}, PHONE])
def test_one_is_found_by_typing_and_answers(visit: Visit, screen: dict[str, object]) -> None:
    page = visit(**screen)
    open_filter(page)
    page.locator("#articles input").click()
    # The list draws a hundred and finds the others by what is typed.
    expect(page.get_by_role("option")).to_have_count(100)
    assert overflows(page) == []
    page.keyboard.press("Tab")
    choose(page, "#articles", "Report number 137 on")
    expect(page.locator(LABEL)).to_contain_text("Report number 137 on")
    expect(ask(page, "For how many days was canal 137 closed?")).to_contain_text("139 days")
    assert overflows(page) == []


def test_many_chosen_at_once_stay_readable(visit: Visit) -> None:
    page = visit(**PHONE)
    open_filter(page)
    page.locator("#articles input").click()
    for number in range(12):
        page.get_by_role("option").nth(number).click()
    page.keyboard.press("Tab")
    expect(page.locator("#articles .token")).to_have_count(12)
    expect(page.locator("#clear-filters")).to_be_visible()
    assert overflows(page) == []
    ask(page, "For how many days was canal 137 closed?")
    assert overflows(page) == []


def test_one_is_found_in_the_list_and_answers_alone(page: Page) -> None:
    page.locator("#masthead a.open-corpus").click()
    expect(page.locator("#corpus li")).to_have_count(203)
    find = page.locator("#find textarea, #find input")
    find.click()
    page.keyboard.type("number 42 onx")
    expect(page.locator("#corpus li")).to_have_count(0)
    page.keyboard.press("Backspace")
    expect(page.locator("#corpus li")).to_have_count(1)
    find.fill("")
    expect(page.locator("#corpus li")).to_have_count(203)
    find.fill("number 42 on")
    expect(page.locator("#corpus li")).to_have_count(1)
    assert is_focused(find)
    page.locator("#corpus a.only").click()
    expect(page.locator(LABEL)).to_contain_text("Report number 42 on")
    assert is_focused(page.locator("#question textarea"))
    answer = ask(page, "For how many days was canal 42 closed?")
    expect(answer).to_contain_text("44 days")
    expect(answer).to_contain_text("Searched only: Report number 42 on")
    page.locator("#clear-filters").click()
    expect(page.locator(LABEL)).not_to_contain_text("Report number 42 on")


def test_all_are_listed(page: Page) -> None:
    page.locator("#masthead a.open-corpus").click()
    expect(page.locator("#corpus li")).to_have_count(203)
    page.locator("#corpus a.open", has_text="Report number 137 on").click()
    expect(page.locator("#article")).to_contain_text("closed for 139 days")
