"""What a reader may choose, and that the choice lasts."""

from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from assistant.ui.words import DEFAULT, LANGUAGES, words_in
from tests.pages import Visit
from tests.reader import COST, FARMS, OPERA, PHONE, ask, being_kept, cards, open_menu, overflows, started, whole_answers

SPOKEN = [code for code in LANGUAGES if files("assistant").joinpath("data", "words", f"{code}.yaml").is_file()]


def brightness(page: Page) -> float:
    """Of the ground, from 0 to 255."""
    ground = "() => getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    parts: list[float] = page.evaluate(ground)
    red, green, blue = parts
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_short_answers_quote_less_than_long_ones(page: Page) -> None:
    open_menu(page)
    found = []
    for length in ("short", "long"):
        page.get_by_label(length, exact=True).check()
        ask(page, COST)
        found.append(cards(page).count())
    assert found[0] < found[1]


def test_the_number_of_passages_is_what_a_refusal_shows(page: Page) -> None:
    open_menu(page)
    for number in ("2", "4"):
        page.locator("#passages input[type='number']").fill(number)
        page.keyboard.press("Tab")
        ask(page, OPERA)
        expect(cards(page)).to_have_count(int(number))


def test_without_an_endpoint_there_is_no_choice_of_mode(page: Page) -> None:
    open_menu(page)
    expect(page.locator("#length")).to_be_visible()
    expect(page.locator("#mode")).to_be_hidden()


def test_choices_survive_a_reload(page: Page) -> None:
    open_menu(page)
    with being_kept(page):
        page.get_by_label("long", exact=True).check()
    with being_kept(page):
        page.locator("#passages input[type='number']").fill("2")
        page.keyboard.press("Tab")
    page.reload()
    started(page)
    open_menu(page)
    expect(page.get_by_label("long", exact=True)).to_be_checked()
    expect(page.locator("#passages input[type='number']")).to_have_value("2")
    ask(page, OPERA)
    expect(cards(page)).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_until_it_is_chosen_and_then_stays(visit: Visit, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    was_dark = scheme == "dark"
    assert (brightness(page) < 128) == was_dark
    open_menu(page)
    page.locator("#theme").click()
    expect(page.locator("body.dark")).to_have_count(0 if was_dark else 1)
    assert (brightness(page) < 128) != was_dark
    page.reload()
    started(page)
    expect(page.locator("body.dark")).to_have_count(0 if was_dark else 1)


class TestLanguages:
    @pytest.mark.parametrize("code", SPOKEN)
    def test_the_page_speaks_the_language_of_the_browser(self, visit: Visit, code: str) -> None:
        page, words = visit(locale=code), words_in(code)
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(page.locator("#masthead h1")).to_have_text(words("title"))
        expect(page.locator("#question textarea")).to_have_attribute("placeholder", words("question.placeholder"))
        expect(page.locator("#filters .label-wrap")).to_contain_text(words("filter.label"))
        expect(page.locator("#fresh")).to_have_text(words("menu.new"))
        expect(page.locator("#conversations .hint")).to_have_text(words("menu.none"))

    @pytest.mark.parametrize("code", SPOKEN)
    def test_an_answer_a_refusal_and_their_cards_are_in_it_and_fit_on_a_phone(self, visit: Visit, code: str) -> None:
        page, words = visit(locale=code, **PHONE), words_in(code)
        expect(ask(page, FARMS)).to_contain_text(words("action.copy"))
        expect(cards(page).first).to_contain_text(words("sources.open"))
        assert overflows(page) == []
        ask(page, OPERA)
        expect(page.locator("#refusal h2")).to_have_text(words("refusal.title"))
        assert overflows(page) == []

    @pytest.mark.parametrize("code", [code for code in SPOKEN if code != DEFAULT])
    def test_it_is_chosen_in_the_menu_changes_what_is_there_and_stays(self, page: Page, code: str) -> None:
        words = words_in(code)
        ask(page, FARMS)
        open_menu(page)
        page.locator("#language input").click()
        with being_kept(page):
            page.get_by_role("option", name=LANGUAGES[code]).click()
        expect(page.locator("#fresh")).to_have_text(words("menu.new"))
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(whole_answers(page)).to_contain_text(words("action.copy"))
        page.reload()
        started(page)
        expect(page.locator("#fresh")).to_have_text(words("menu.new"))

    def test_another_language_of_the_browser_is_answered_in_english(self, visit: Visit) -> None:
        page = visit(locale="fi")
        expect(page.locator("#fresh")).to_have_text("New conversation")
        expect(ask(page, FARMS)).to_contain_text("Copy with sources")
