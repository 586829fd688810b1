"""From a marker to its passage in the article and back; the list of all articles."""

import re

from playwright.sync_api import Page, expect

from tests.pages import Visit
from tests.reader import COST, OPERA, PHONE, SHEEP, ask, cards, tab_to


class TestASource:
    def test_a_click_on_a_marker_opens_the_article_at_the_passage(self, page: Page) -> None:
        ask(page, SHEEP).locator("a.cite").first.click()
        passage = page.locator("#article mark")
        expect(passage).to_contain_text("412 sheep")
        expect(passage).to_be_in_viewport()
        expect(page.locator("#article h2")).to_contain_text("The long winter of Tarn")
        expect(page.locator(".source-card[data-number='1']")).to_be_in_viewport()

    def test_the_keyboard_does_the_same(self, page: Page) -> None:
        ask(page, SHEEP)
        tab_to(page, page.locator("#chat a.cite").first, "Shift+Tab")
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

    def test_on_a_narrow_screen_the_passage_and_the_way_back_are_in_view(self, visit: Visit) -> None:
        page = visit(**PHONE)
        ask(page, SHEEP).locator("a.cite").first.click()
        expect(page.locator("#article mark")).to_be_in_viewport()
        expect(page.locator("#back")).to_be_in_viewport()
        page.locator("#back").click()
        expect(page.locator(".source-card[data-number='1'] a.open")).to_be_in_viewport()


class TestTheQuoteBehindAMarker:
    def test_it_shows_under_the_mouse(self, page: Page) -> None:
        ask(page, SHEEP).locator("a.cite").first.hover()
        expect(page.locator("#peek")).to_contain_text("The long winter of Tarn: In the end the vicar Agnes Holm")
        expect(page.locator("#peek")).to_be_in_viewport(ratio=1)
        page.locator("#masthead h1").hover()
        expect(page.locator("#peek")).to_be_hidden()

    def test_the_mouse_can_go_on_to_it(self, page: Page) -> None:
        ask(page, SHEEP).locator("a.cite").first.hover()
        peek = page.locator("#peek")
        peek.hover()
        page.wait_for_timeout(600)
        expect(peek).to_be_visible()
        page.keyboard.press("Escape")
        expect(peek).to_be_hidden()

    def test_it_shows_on_focus_and_goes_with_escape(self, page: Page) -> None:
        ask(page, SHEEP)
        tab_to(page, page.locator("#chat a.cite").first, "Shift+Tab")
        expect(page.locator("#peek")).to_contain_text("412 sheep")
        page.keyboard.press("Escape")
        expect(page.locator("#peek")).to_be_hidden()

    def test_a_screen_reader_hears_it(self, page: Page) -> None:
        marker = ask(page, SHEEP).locator("a.cite").first
        marker.focus()
        expect(marker).to_have_attribute("aria-description", re.compile("412 sheep"))


class TestAllArticles:
    def test_they_are_listed_newest_first_with_their_lengths(self, page: Page) -> None:
        page.locator("#masthead a.open-corpus").click()
        items = page.locator("#corpus li")
        expect(items).to_have_count(5)
        expect(items.first).to_contain_text("В Северске открылась новая библиотека")
        expect(items.first).to_contain_text("Северский вестник · 5 September 2023 · Russian")
        expect(items.first).to_contain_text(re.compile(r"\d+ words"))
        expect(page.locator("#back")).to_be_visible()

    def test_one_opens_with_its_cleaned_text_and_leads_back_to_the_list(self, page: Page) -> None:
        page.locator("#masthead a.open-corpus").click()
        page.locator("#corpus a.open", has_text="The long winter of Tarn").click()
        expect(page.locator("#article h2")).to_have_text("The long winter of Tarn")
        expect(page.locator("#article")).to_contain_text("412 sheep lost to the snow")
        expect(page.locator("#corpus li")).to_have_count(0)
        page.locator("#back").click()
        expect(page.locator("#corpus li")).to_have_count(5)
        page.locator("#back").click()
        expect(page.locator("#corpus li")).to_have_count(0)
        expect(page.locator("#sources .hint")).to_be_visible()

    def test_what_cleaning_left_out_can_be_read(self, page: Page) -> None:
        page.locator("#masthead a.open-corpus").click()
        page.locator("#corpus a.open", has_text="The long winter of Tarn").click()
        page.locator("#article article").wait_for()
        expect(page.locator("#article .text p", has_text="Leave a Reply")).to_have_count(0)
        removed = page.locator("#article details.removed")
        removed.locator("summary").click()
        expect(removed.locator("li", has_text="Leave a Reply")).to_be_visible()

    def test_the_list_gives_way_to_the_next_answer(self, page: Page) -> None:
        page.locator("#masthead a.open-corpus").click()
        page.locator("#corpus li").first.wait_for()
        ask(page, COST)
        expect(page.locator("#corpus li")).to_have_count(0)
        expect(cards(page).first).to_contain_text("Harbour bridge")
