"""Wide and narrow screens, light and dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages import Visit
from tests.reader import COST, PHONE, ask, open_menu, overflows


class TestWideAndNarrow:
    def test_on_a_wide_screen_the_sources_stand_beside_the_chat(self, page: Page) -> None:
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
        assert overflows(page) == []

    def test_the_menu_fits_on_a_narrow_one_and_can_be_closed(self, visit: Visit) -> None:
        page = visit(**PHONE)
        menu = open_menu(page)
        assert overflows(page) == []
        menu.locator(".toggle-button").click()
        expect(page.locator("#fresh")).not_to_be_in_viewport()
        expect(ask(page, COST)).to_contain_text("48 million")

    def test_the_handle_of_the_menu_and_the_way_back_do_not_overlap(self, visit: Visit) -> None:
        page = visit(**PHONE)
        ask(page, COST).locator("a.cite").first.click()
        page.locator("#article mark").wait_for()
        handle, back = page.locator("#menu .toggle-button").bounding_box(), page.locator("#back").bounding_box()
        assert handle
        assert back
        assert handle["x"] + handle["width"] <= back["x"]

    @pytest.mark.parametrize("zoomed", [{"width": 320, "height": 640}, {"width": 700, "height": 450}])
    def test_it_also_fits_where_a_reader_zooms_in(self, visit: Visit, zoomed: dict[str, int]) -> None:
        page = visit(viewport=zoomed)
        ask(page, COST).locator("a.cite").first.click()
        expect(page.locator("#article mark")).to_be_in_viewport()
        assert overflows(page) == []


@pytest.mark.parametrize(("scheme", "darker"), [("light", "text"), ("dark", "page")])
def test_light_and_dark_follow_the_system(visit: Visit, scheme: str, darker: str) -> None:
    page = visit(color_scheme=scheme)
    text = _brightness(ask(page, COST).evaluate("e => getComputedStyle(e).color"))
    ground = _brightness(page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor"))
    assert abs(text - ground) > 150
    assert (text < ground) == (darker == "text")


def _brightness(color: str) -> float:
    red, green, blue = map(float, re.findall(r"[\d.]+", color)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue
