"""What axe-core finds wrong for those who cannot see the page, or see it badly: nothing that is serious."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.pages import Visit
from tests.reader import COST, OPERA, PHONE, act, ask, begin, open_filter, open_menu, whole_answers

WIDE: dict[str, Any] = {}
SEVERE = {"serious", "critical"}


def severe(page: Page, state: str) -> list[str]:
    """What is seriously wrong now, a line each."""
    # Colours that are still changing have no contrast yet.
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(animation => animation.finished))")
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{state}: {violation['id']} at {node['target']}: {node.get('failureSummary', '')}"
        for violation in violations
        if violation["impact"] in SEVERE
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_serious_is_wrong(visit: Visit, screen: dict[str, Any], scheme: str) -> None:
    page = visit(color_scheme=scheme, **screen)
    wrong = severe(page, "start")
    act(ask(page, COST), "Helpful")
    expect(page.locator("#reason")).to_be_visible()
    wrong += severe(page, "answer")
    whole_answers(page).locator("a.cite").first.click()
    expect(page.locator("#article mark").first).to_be_focused()
    wrong += severe(page, "article")
    page.locator("#masthead a.open-corpus").click()
    page.locator("#corpus li").first.wait_for()
    wrong += severe(page, "all articles")
    ask(page, OPERA)
    wrong += severe(page, "refusal")
    open_filter(page)
    page.locator("#published-from").locator("input, textarea").fill("long ago")
    page.keyboard.press("Tab")
    expect(page.locator("#filter-error .error")).to_be_visible()
    wrong += severe(page, "filter")
    page.locator("#clear-filters").click()
    begin(page, " ")
    page.get_by_test_id("toast-text").wait_for()
    open_menu(page)
    wrong += severe(page, "menu and notice")
    assert wrong == []
