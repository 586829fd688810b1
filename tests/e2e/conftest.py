"""A real browser before the real page."""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright

from assistant import Settings
from tests.articles import write_corpus
from tests.pages import Served, Visit, add_hostile_articles, serving
from tests.reader import PATIENCE_MS, started

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
HOW_TO_GET_ONE = (
    "No Chromium or Chrome found; install one, on Debian with `apt-get install chromium`, to test the page."
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(HOW_TO_GET_ONE)
    if path is None:
        pytest.skip(HOW_TO_GET_ONE)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("e2e")
    corpus = write_corpus(folder / "news")
    add_hostile_articles(corpus)
    with serving(Settings(corpus_dir=corpus, index_dir=folder / "index", max_question_chars=300)) as page:
        yield page


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """Opens the page as a new visitor, if need be of another server; options are those of a Playwright context.

    Afterwards no visitor may have met another host, a script's error or a dialog, in any of their tabs.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open_page(url: str = served.url, **options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1400, "height": 900}, "reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: troubles.extend(_elsewhere(request.url, url)))
        context.on("weberror", lambda event: troubles.append(f"script error: {event.error}"))
        context.on("dialog", dismiss)
        page = context.new_page()
        page.goto(url)
        started(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


def _elsewhere(url: str, home: str) -> list[str]:
    parts = urlsplit(url)
    inside = parts.scheme in {"data", "blob"} or parts.netloc == urlsplit(home).netloc
    return [] if inside else [f"request to {url}"]
