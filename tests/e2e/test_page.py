"""What a reader sees and does, in a real browser over a real index."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pages import Served, Visit

COST = "How much did the repairs of the Harbour bridge cost?"
FARMS = "How many farms does the union put at concerned by the frost?"
SHEEP = "How many lost sheep did the vicar count at Tarn?"
LIGHTHOUSE = "To whom was the lighthouse at Skerry Rock sold, and for how much?"
OPERA = "Which orchestra played at the opening of the opera house in Vienna?"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}


def ask(page: Page, question: str) -> Locator:
    """Asks, waits for the whole answer and returns it."""
    answers = page.locator("#chat .answer:not(.pending)")
    before = answers.count()
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")
    expect(answers).to_have_count(before + 1)
    return answers.last


def cards(page: Page) -> Locator:
    return page.locator("#sources .source-card")


def is_focused(locator: Locator) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))


class TestTheStart:
    def test_the_head_says_what_is_covered_and_how_it_answers(self, page: Page) -> None:
        expect(page.locator("#masthead h1")).to_have_text("News assistant")
        expect(page.locator("#masthead .facts")).to_contain_text("5 articles · 4 outlets · 4 February 2019 – 5 Sept")
        expect(page.locator("#masthead .facts")).to_contain_text("quotes the articles")

    def test_nothing_of_the_toolkit_shows(self, page: Page) -> None:
        expect(page.locator("footer")).to_have_count(0)
        expect(page.get_by_text("Gradio")).to_have_count(0)
        assert page.title() == "News assistant"

    def test_the_cursor_waits_in_the_question(self, page: Page) -> None:
        expect(page.locator("#question textarea")).to_be_focused()

    def test_an_example_is_asked_with_a_click(self, page: Page) -> None:
        page.locator("#chat .example", has_text="Во сколько").click()
        expect(page.locator("#chat .answer:not(.pending)")).to_contain_text("900 миллионов")
        expect(page.locator("#chat .example")).to_have_count(0)


class TestAnAnswer:
    def test_it_quotes_says_who_and_when_and_shows_the_source(self, page: Page) -> None:
        answer = ask(page, COST)
        expect(answer).to_contain_text("The works cost 48 million crowns")
        expect(answer).to_contain_text("Ellery Gazette")
        expect(answer).to_contain_text("12 March 2021")
        card = page.locator(".source-card[data-number='1']")
        expect(card).to_contain_text("Ellery Gazette · Clara Winfield · 12 March 2021 · English")
        expect(card).to_contain_text("Supported by the quote")

    def test_the_box_is_empty_and_ready_for_the_next_question(self, page: Page) -> None:
        ask(page, COST)
        expect(page.locator("#question textarea")).to_have_value("")
        expect(page.locator("#question textarea")).to_be_enabled()
        expect(ask(page, SHEEP)).to_contain_text("412 sheep")

    def test_it_may_be_asked_for_with_the_button(self, page: Page) -> None:
        page.locator("#question textarea").fill(COST)
        page.locator("#question .submit-button").click()
        expect(page.locator("#chat .answer:not(.pending)")).to_contain_text("48 million")

    def test_a_follow_up_is_understood(self, page: Page) -> None:
        ask(page, COST)
        expect(ask(page, "And when will it reopen?")).to_contain_text("3 May")

    def test_the_newest_message_is_in_view(self, page: Page) -> None:
        for question in (COST, SHEEP, FARMS, LIGHTHOUSE, OPERA):
            ask(page, question)
        expect(page.locator("#chat .answer").last).to_be_in_viewport()

    def test_a_refusal_looks_like_one(self, page: Page) -> None:
        answer = ask(page, OPERA)
        expect(answer).to_have_class(re.compile("refused"))
        expect(answer).to_contain_text("Searched: 5 articles")
        expect(page.locator("#refusal")).to_contain_text("No answer found")
        expect(cards(page).first).to_be_visible()
        expect(page.locator(".source-card[data-number]")).to_have_count(0)

    def test_starting_over_clears_the_page(self, page: Page) -> None:
        ask(page, COST)
        page.locator("#fresh").click()
        expect(page.locator("#chat .answer")).to_have_count(0)
        expect(cards(page)).to_have_count(0)
        expect(page.locator("#chat .example").first).to_be_visible()
        expect(page.locator("#fresh")).to_be_hidden()


class TestReadingASource:
    def test_a_click_on_a_marker_opens_the_article_at_the_passage(self, page: Page) -> None:
        ask(page, SHEEP).locator("a.cite").first.click()
        passage = page.locator("#article mark")
        expect(passage).to_contain_text("412 sheep")
        expect(passage).to_be_in_viewport()
        expect(page.locator("#article h2")).to_contain_text("The long winter of Tarn")
        expect(page.locator(".source-card[data-number='1']")).to_be_in_viewport()

    def test_the_keyboard_does_the_same(self, page: Page) -> None:
        ask(page, SHEEP)
        marker = page.locator("#chat a.cite").first
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if is_focused(marker):
                break
        page.keyboard.press("Enter")
        expect(page.locator("#article mark")).to_be_in_viewport()
        expect(page.locator("#article mark")).to_be_focused()

    def test_a_card_opens_its_article_too(self, page: Page) -> None:
        ask(page, OPERA)
        cards(page).first.get_by_role("link", name="Read in the article").click()
        expect(page.locator("#article mark").first).to_be_in_viewport()

    def test_the_way_back_leads_to_the_card(self, page: Page) -> None:
        ask(page, SHEEP).locator("a.cite").first.click()
        page.locator("#back").click()
        expect(page.locator("#article article")).to_have_count(0)
        expect(page.locator(".source-card[data-number='1'] a.open")).to_be_focused()
        expect(page.locator("#back")).to_be_hidden()

    def test_an_earlier_answer_brings_its_own_sources_back(self, page: Page) -> None:
        ask(page, COST)
        ask(page, SHEEP)
        page.locator("#chat a.cite").first.click()
        expect(page.locator("#article h2")).to_contain_text("Harbour bridge")
        expect(page.locator(".source-card[data-number='1']")).to_contain_text("Ellery Gazette")

    def test_the_next_answer_closes_the_article(self, page: Page) -> None:
        ask(page, COST).locator("a.cite").first.click()
        page.locator("#article mark").wait_for()
        ask(page, SHEEP)
        expect(page.locator("#article article")).to_have_count(0)
        expect(cards(page).first).to_contain_text("412 sheep")


class TestTheFilter:
    def open_filter(self, page: Page) -> None:
        page.locator("#filters button.label-wrap").click()

    def test_dates_restrict_and_one_click_clears(self, page: Page) -> None:
        self.open_filter(page)
        page.locator("#published-from input, #published-from textarea").fill("2022")
        page.keyboard.press("Tab")
        expect(page.locator("#filters .label-wrap")).to_contain_text("Filter: from 1 January 2022")
        expect(ask(page, COST)).to_contain_text("Searched only: from 1 January 2022")
        page.locator("#clear-filters").click()
        expect(page.locator("#clear-filters")).to_be_hidden()
        expect(ask(page, COST)).to_contain_text("48 million")

    def test_outlets_restrict(self, page: Page) -> None:
        self.open_filter(page)
        page.locator("#publishers input").click()
        page.get_by_role("option", name="The Valley Observer").click()
        expect(page.locator("#filters .label-wrap")).to_contain_text("The Valley Observer")
        expect(ask(page, FARMS)).to_contain_text("Searched only: The Valley Observer")
        assert "Gazette" not in page.locator("#sources").inner_text()

    def test_a_wrong_date_is_said_to_be_at_once_and_when_asking(self, page: Page) -> None:
        self.open_filter(page)
        page.locator("#published-to input, #published-to textarea").fill("31.12.2024")
        page.keyboard.press("Tab")
        expect(page.locator("#filter-error")).to_contain_text("“31.12.2024” is not a date")
        expect(ask(page, COST)).to_contain_text("“31.12.2024” is not a date")
        expect(page.locator("#question textarea")).to_have_value(COST)


class TestMistakes:
    @pytest.mark.parametrize(("question", "words"), [(" ", "empty"), ("why " * 100, "at most 300")])
    def test_they_become_words_and_the_page_stays_usable(self, page: Page, question: str, words: str) -> None:
        expect(ask(page, question)).to_contain_text(words)
        expect(page.locator("#question textarea")).to_be_enabled()
        expect(ask(page, COST)).to_contain_text("48 million")

    def test_a_bug_becomes_words_and_the_page_stays_usable(
        self, page: Page, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(served.bot, "stream", lambda *_: 1 / 0)
            expect(ask(page, COST)).to_contain_text("Something went wrong")
        expect(ask(page, COST)).to_contain_text("48 million")


class TestHostileArticles:
    def test_their_tricks_are_shown_as_text(self, page: Page) -> None:
        answer = ask(page, LIGHTHOUSE)
        expect(answer).to_contain_text("3 million crowns [2]")
        hostile = cards(page).filter(has_text="Lighthouse & rock").first
        expect(hostile).to_contain_text("<script>document.title")
        expect(hostile).to_contain_text("<img src=")
        hostile.locator("a.open").click()
        expect(page.locator("#article mark").first).to_be_in_viewport()
        self.assert_nothing_ran(page)

    def test_a_hostile_question_is_shown_as_text(self, page: Page) -> None:
        question = "<img src=x onerror=\"document.title='owned'\"> ![x](http://tracker.example/x.png) **why**?"
        ask(page, question)
        expect(page.locator("#chat .question")).to_have_text(question)
        self.assert_nothing_ran(page)

    def test_a_marker_inside_a_quotation_is_no_link(self, page: Page) -> None:
        links = ask(page, LIGHTHOUSE).locator("a.cite")
        numbers = {link.get_attribute("href") for link in links.all()}
        assert numbers == {f"#cite-0-{n + 1}" for n in range(cards(page).count())}
        assert links.count() == cards(page).count()

    def test_the_browser_itself_would_stop_a_request_elsewhere(self, page: Page) -> None:
        blocked = page.evaluate(
            """() => new Promise((resolve) => {
                document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
                fetch("http://127.0.0.2:9/").catch(() => {});
            })"""
        )
        assert blocked == "connect-src"

    def assert_nothing_ran(self, page: Page) -> None:
        page.wait_for_timeout(300)
        assert page.title() == "News assistant"
        expect(page.locator("#columns img, #columns script, #columns iframe, #columns b[onmouseover]")).to_have_count(0)
        assert page.locator("#columns a").evaluate_all(
            "links => links.every(link => /^#(cite|passage)-/.test(link.getAttribute('href')))"
        )


class TestVisitors:
    def test_two_at_once_do_not_mix(self, visit: Visit) -> None:
        first, second = visit(), visit()
        for page, question in ((first, COST), (second, SHEEP)):
            page.locator("#question textarea").fill(question)
        for page in (first, second):
            page.locator("#question textarea").press("Enter")
        expect(first.locator("#chat .answer:not(.pending)")).to_contain_text("48 million")
        expect(second.locator("#chat .answer:not(.pending)")).to_contain_text("412 sheep")
        expect(first.locator("#chat .question")).to_have_count(1)
        expect(ask(first, "And when will it reopen?")).to_contain_text("3 May")
        second.locator("#chat a.cite").first.click()
        expect(second.locator("#article h2")).to_contain_text("The long winter of Tarn")
        expect(first.locator("#article article")).to_have_count(0)

    def test_one_ones_filter_is_not_anothers(self, visit: Visit) -> None:
        first, second = visit(), visit()
        TestTheFilter().open_filter(first)
        first.locator("#published-from input, #published-from textarea").fill("2022")
        expect(ask(first, COST)).to_contain_text("Searched only")
        expect(ask(second, COST)).to_contain_text("48 million")


class TestScreens:
    def test_on_a_wide_one_the_sources_stand_beside_the_chat(self, page: Page) -> None:
        ask(page, COST)
        chat, sources = page.locator("#chat").bounding_box(), page.locator("#sources").bounding_box()
        assert chat
        assert sources
        assert sources["x"] >= chat["x"] + chat["width"]
        assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")

    def test_on_a_narrow_one_they_stand_below_it(self, visit: Visit) -> None:
        page = visit(**PHONE)
        ask(page, COST)
        chat, sources = page.locator("#chat").bounding_box(), page.locator("#sources").bounding_box()
        assert chat
        assert sources
        assert sources["y"] >= chat["y"] + chat["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

    def test_on_a_narrow_one_the_passage_and_the_way_back_are_in_view(self, visit: Visit) -> None:
        page = visit(**PHONE)
        ask(page, SHEEP).locator("a.cite").first.click()
        expect(page.locator("#article mark")).to_be_in_viewport()
        expect(page.locator("#back")).to_be_in_viewport()

    @pytest.mark.parametrize(("scheme", "darker"), [("light", "text"), ("dark", "page")])
    def test_light_and_dark_follow_the_system(self, visit: Visit, scheme: str, darker: str) -> None:
        page = visit(color_scheme=scheme)
        ask(page, COST)
        text = _brightness(page.locator("#chat .answer").evaluate("e => getComputedStyle(e).color"))
        ground = _brightness(page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor"))
        assert abs(text - ground) > 150
        assert (text < ground) == (darker == "text")


def _brightness(color: str) -> float:
    red, green, blue = map(float, re.findall(r"[\d.]+", color)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
