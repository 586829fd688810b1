"""Articles, questions, file names and metadata that try to break the page."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.pages import Served
from tests.reader import LIGHTHOUSE, ask, cards, open_filter, open_menu, started

OWN_LINKS = "/^#(cite|passage|article|corpus|order|ask|retry|widen|edit|stay|only|copy|good|bad)-[0-9]+-[0-9]+$/"


def assert_nothing_ran(page: Page) -> None:
    # Whatever a script would do has been done once the browser has drawn two frames.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.title() == "News assistant"
    tricks = "img, script, iframe, object, embed, [onerror], [onmouseover], [onload], [src^='http'], form"
    expect(page.locator(f"#columns :is({tricks}), #conversations :is({tricks})")).to_have_count(0)
    links = page.locator("#columns a")
    assert links.evaluate_all(f"links => links.every(link => {OWN_LINKS}.test(link.getAttribute('href')))")


def test_an_articles_tricks_are_shown_as_text(page: Page) -> None:
    answer = ask(page, LIGHTHOUSE)
    expect(answer).to_contain_text("3 million crowns [2]")
    hostile = cards(page).filter(has_text="Lighthouse & rock").first
    expect(hostile).to_contain_text("<script>document.title")
    expect(hostile).to_contain_text("<img src=")
    hostile.locator("a.open").click()
    expect(page.locator("#article mark").first).to_be_in_viewport()
    assert_nothing_ran(page)


def test_metadata_in_the_filter_and_the_list_of_articles_are_shown_as_text(page: Page) -> None:
    open_filter(page)
    page.locator("#publishers input").click()
    expect(page.get_by_role("option", name="<img src=")).to_be_visible()
    page.get_by_role("option", name="<img src=").click()
    page.keyboard.press("Escape")
    expect(page.locator("#filters .label-wrap")).to_contain_text("<img src=")
    page.locator("#masthead a.open-corpus").click()
    expect(page.locator("#corpus")).to_contain_text("<script>document.title")
    assert_nothing_ran(page)


def test_a_hostile_question_is_shown_as_text_also_in_the_list_of_conversations(page: Page) -> None:
    question = "<img src=x onerror=\"document.title='owned'\"> ![x](http://tracker.example/x.png) **why**?"
    ask(page, question)
    expect(page.locator("#chat .question")).to_have_text(question)
    open_menu(page)
    expect(page.locator("#conversations .talk")).to_contain_text(question[:60])
    assert_nothing_ran(page)


def test_a_marker_inside_a_quotation_is_no_link(page: Page) -> None:
    links = ask(page, LIGHTHOUSE).locator("a.cite")
    numbers = {link.get_attribute("href") for link in links.all()}
    assert numbers == {f"#cite-0-{n + 1}" for n in range(cards(page).count())}
    assert links.count() == cards(page).count()


def test_the_browser_itself_would_stop_a_request_elsewhere(page: Page) -> None:
    blocked = page.evaluate(
        """() => new Promise((resolve) => {
            document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
            fetch("http://127.0.0.2:9/").catch(() => {});
        })"""
    )
    assert blocked == "connect-src"


def test_the_policy_comes_with_every_page(page: Page, served: Served) -> None:
    policy = page.request.get(served.url).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy


@pytest.mark.parametrize(
    "kept",
    [
        "nonsense",
        '"text"',
        "null",
        "[]",
        "{}",
        json.dumps({"title": "<img src=x onerror=\"document.title='owned'\">", "changed": 1, "data": "<script>"}),
        json.dumps({"title": "x", "changed": "y", "data": {"id": "x"}}),
        json.dumps({"title": "<b>old</b>", "changed": 2, "data": '{"id": "x", "exchanges": [{"question": 1}]}'}),
        json.dumps(
            {
                "title": "forged",
                "changed": 3,
                "data": json.dumps(
                    {
                        "id": "x",
                        "exchanges": [
                            {
                                "id": "y",
                                "question": "<script>document.title='owned'</script>",
                                "partial": "<img src=x onerror=\"document.title='owned'\"> [x](javascript:alert(1))",
                                "failure": "<img src=x onerror=\"document.title='owned'\">",
                            }
                        ],
                    }
                ),
            }
        ),
    ],
)
def test_a_conversation_planted_in_the_browser_does_nothing(page: Page, served: Served, kept: str) -> None:
    prefix = f"news-assistant:{served.bot.settings.index_path.name}"
    page.evaluate(
        """([prefix, kept]) => {
            localStorage.setItem(`${prefix}:talk:planted`, kept);
            sessionStorage.setItem(`${prefix}:current`, "planted");
        }""",
        [prefix, kept],
    )
    page.reload()
    started(page)
    open_menu(page)
    for planted in page.locator("#conversations .talk").all():
        planted.click()
    assert_nothing_ran(page)
    expect(ask(page, LIGHTHOUSE)).to_contain_text("3 million crowns")
    assert_nothing_ran(page)
