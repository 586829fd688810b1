"""Everything a mouse can do, keys can do."""

from playwright.sync_api import Page, expect

from tests.reader import COST, FARMS, SHEEP, answering, cards, questions, tab_to, talks, whole_answers


def test_from_a_question_to_its_passage_and_on_to_the_next_question(page: Page) -> None:
    # The cursor waits in the question.
    with answering(page):
        page.keyboard.type(SHEEP)
        page.keyboard.press("Enter")
    tab_to(page, page.locator("#chat a.cite").first, "Shift+Tab")
    expect(page.locator("#peek")).to_contain_text("412 sheep")
    page.keyboard.press("Enter")
    expect(page.locator("#article mark")).to_be_focused()
    expect(page.locator("#article mark")).to_be_in_viewport()
    tab_to(page, page.locator("#back"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".source-card[data-number='1'] a.open")).to_be_focused()
    tab_to(page, page.locator("#question textarea"), "Shift+Tab")
    with answering(page) as answer:
        page.keyboard.type(COST)
        page.keyboard.press("Enter")
    expect(answer).to_contain_text("48 million")


def test_an_example_a_thumb_and_its_reason(page: Page) -> None:
    tab_to(page, page.locator("#chat .example", has_text="Harbour bridge"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(whole_answers(page)).to_contain_text("48 million")
    tab_to(page, page.get_by_role("link", name="Helpful", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#reason textarea"))
    page.keyboard.type("It says when.")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast-text")).to_have_text("Noted. Thank you.")


def test_the_filter_and_the_way_out_of_it(page: Page) -> None:
    tab_to(page, page.locator("#filters button.label-wrap"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#published-from").locator("input, textarea"))
    page.keyboard.type("2022")
    tab_to(page, page.locator("#publishers input"))
    page.keyboard.type("Valley")
    page.keyboard.press("Enter")
    expect(page.locator("#filters .label-wrap")).to_contain_text("The Valley Observer")
    tab_to(page, page.locator("#clear-filters"))
    page.keyboard.press("Enter")
    expect(page.locator("#filters .label-wrap")).to_contain_text("Filter by date")


def test_the_menu_opens_settings_and_conversations(page: Page) -> None:
    with answering(page):
        page.keyboard.type(FARMS)
        page.keyboard.press("Enter")
    tab_to(page, page.locator("#menu .toggle-button"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#fresh"))
    page.keyboard.press("Enter")
    expect(questions(page)).to_have_count(0)
    tab_to(page, talks(page))
    page.keyboard.press("Enter")
    expect(questions(page)).to_have_text([FARMS])
    # Gradio makes a group of its own of each choice, so that Tab leads to the next one.
    tab_to(page, page.get_by_label("long", exact=True))
    page.keyboard.press("Space")
    expect(page.get_by_label("long", exact=True)).to_be_checked()
    tab_to(page, page.locator("#theme"))
    page.keyboard.press("Enter")
    expect(page.locator("body.dark")).to_have_count(1)


def test_a_closed_menu_is_passed_over(page: Page) -> None:
    for _ in range(25):
        page.keyboard.press("Tab")
        assert not page.evaluate("!!document.activeElement.closest('.sidebar-content')")


def test_the_list_of_articles_and_what_was_left_out_of_one(page: Page) -> None:
    tab_to(page, page.locator("#masthead a.open-corpus"), "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#corpus a.open", has_text="The long winter of Tarn"))
    page.keyboard.press("Enter")
    expect(page.locator("#article article")).to_be_focused()
    tab_to(page, page.locator("#article summary"))
    page.keyboard.press("Enter")
    expect(page.locator("#article details li").first).to_be_visible()
    tab_to(page, page.locator("#back"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#corpus li")).to_have_count(5)
    page.keyboard.press("Shift+Tab")
    tab_to(page, page.locator("#back"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#corpus li")).to_have_count(0)


def test_where_the_keyboard_is_can_be_seen(page: Page) -> None:
    with answering(page):
        page.keyboard.type(SHEEP)
        page.keyboard.press("Enter")
    last = cards(page).locator("a.open").first
    targets = (page.locator("#chat a.cite").first, page.locator("#chat a.action").first, last)
    for target in targets:
        page.locator("#question textarea").focus()
        before = target.evaluate(OUTLINE)
        tab_to(page, target, "Tab" if target is last else "Shift+Tab")
        assert target.evaluate(OUTLINE) != before


OUTLINE = "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.boxShadow].join() }"
