"""What a reader does on the page, for tests that drive a browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

COST = "How much did the repairs of the Harbour bridge cost?"
FARMS = "How many farms does the union put at concerned by the frost?"
SHEEP = "How many lost sheep did the vicar count at Tarn?"
LIGHTHOUSE = "To whom was the lighthouse at Skerry Rock sold, and for how much?"
OPERA = "Which orchestra played at the opening of the opera house in Vienna?"
# What a busy machine may take for a step.
PATIENCE_MS = 60_000
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}


def started(page: "Page") -> None:
    """Waits until the page is there and the server has told it its language, after which it reacts to everything."""
    page.locator("#question textarea").wait_for()
    page.locator("#conversations .hint, #conversations .talk").first.wait_for(state="attached")


def ask(page: "Page", question: str) -> "Locator":
    """Asks, waits for the whole answer and returns it."""
    with answering(page) as answer:
        begin(page, question)
    return answer


def begin(page: "Page", question: str) -> None:
    """Asks and does not wait."""
    box = page.locator("#question textarea")
    box.fill(question)
    box.press("Enter")


@contextmanager
def answering(page: "Page") -> Iterator["Locator"]:
    """Waits at the end of the block for one answer more than before, and gives the last one."""
    answers = whole_answers(page)
    before = answers.count()
    yield answers.last
    expect(answers).to_have_count(before + 1)
    expect(page.locator("#question .submit-button")).to_be_visible()


def whole_answers(page: "Page") -> "Locator":
    """The answers that are complete, and the failures."""
    return page.locator("#chat .answer:not(.pending)")


def questions(page: "Page") -> "Locator":
    """The questions in the chat."""
    return page.locator("#chat .question")


def cards(page: "Page") -> "Locator":
    """The cards beside the chat."""
    return page.locator("#sources .source-card")


def act(answer: "Locator", name: str) -> None:
    """Follows one of the links below an answer."""
    answer.get_by_role("link", name=name, exact=True).click()


def open_menu(page: "Page") -> "Locator":
    """Opens the menu and returns it."""
    menu = page.locator("#menu")
    menu.locator(".toggle-button").click()
    expect(menu).to_have_class(re.compile(r"\bopen\b"))
    expect(page.locator("#fresh")).to_be_in_viewport()
    return menu


def talks(page: "Page") -> "Locator":
    """The conversations listed in the menu."""
    return page.locator("#conversations .talk")


def open_filter(page: "Page") -> None:
    """Unfolds the filter."""
    page.locator("#filters button.label-wrap").click()
    expect(page.locator("#published-from")).to_be_visible()


def choose(page: "Page", field: str, option: str) -> None:
    """Chooses one of a field's options."""
    box = page.locator(field).locator("input")
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option).first.click()
    page.keyboard.press("Tab")


def from_date(page: "Page", date: str) -> None:
    """Fills in the first date of the filter, which is to be open."""
    page.locator("#published-from").locator("input, textarea").fill(date)
    page.keyboard.press("Tab")


@contextmanager
def being_kept(page: "Page") -> Iterator[None]:
    """Waits at the end of the block until the browser has kept a choice that was made in it."""
    kept = "localStorage.getItem('news-assistant:choices')"
    before = page.evaluate(kept)
    yield
    page.wait_for_function(f"before => {kept} !== before", arg=before)


def is_focused(locator: "Locator") -> bool:
    """Whether the keyboard is there."""
    return bool(locator.evaluate("element => element === document.activeElement"))


def tab_to(page: "Page", target: "Locator", key: str = "Tab", most: int = 60) -> None:
    """Presses Tab until the focus is there."""
    for _ in range(most):
        if is_focused(target):
            return
        page.keyboard.press(key)
    expect(target).to_be_focused()


def overflows(page: "Page") -> list[str]:
    """What is wider than the screen or than its place in the page; empty if all is well."""
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const wide = document.documentElement.scrollWidth > width ? ["the page"] : [];
            const parts = "#masthead, #chat .bubble-wrap, #chat .answer, #chat .question, #filters, .source-card," +
                " #sources .html-container, #article .html-container, #corpus .html-container, #conversations li";
            for (const part of document.querySelectorAll(parts)) {
                const box = part.getBoundingClientRect();
                if (!box.width || getComputedStyle(part).visibility === "hidden") continue;
                const name = part.id || part.className;
                if (part.scrollWidth > part.clientWidth + 1) wide.push(`${name} scrolls sideways`);
                if (box.right > width + 1 || box.left < -1) wide.push(`${name} leaves the screen`);
            }
            return wide;
        }"""
    )
    return found
