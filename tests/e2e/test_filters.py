"""Which articles may answer."""

from playwright.sync_api import Page, Route, expect

from tests.reader import COST, FARMS, OPERA, act, ask, cards, choose, from_date, open_filter, started, whole_answers

LABEL = "#filters .label-wrap"


class TestTheFilter:
    def test_dates_restrict_and_one_click_clears(self, page: Page) -> None:
        open_filter(page)
        from_date(page, "2022")
        expect(page.locator(LABEL)).to_contain_text("Filter: from 1 January 2022")
        expect(ask(page, COST)).to_contain_text("Searched only: from 1 January 2022")
        page.locator("#clear-filters").click()
        expect(page.locator("#clear-filters")).to_be_hidden()
        expect(page.locator(LABEL)).to_contain_text("Filter by date")
        answer = ask(page, COST)
        expect(answer).to_contain_text("48 million")
        expect(answer).not_to_contain_text("Searched only")

    def test_outlets_restrict(self, page: Page) -> None:
        open_filter(page)
        choose(page, "#publishers", "The Valley Observer")
        expect(page.locator(LABEL)).to_contain_text("The Valley Observer")
        expect(ask(page, FARMS)).to_contain_text("Searched only: The Valley Observer")
        expect(cards(page).first).to_be_visible()
        assert "Gazette" not in page.locator("#sources").inner_text()

    def test_articles_restrict(self, page: Page) -> None:
        open_filter(page)
        choose(page, "#articles", "Orchard growers")
        expect(page.locator(LABEL)).to_contain_text("Orchard growers")
        expect(ask(page, FARMS)).to_contain_text("310")
        expect(ask(page, COST)).to_contain_text("Searched only: Orchard growers")
        expect(whole_answers(page).last).not_to_contain_text("48 million")

    def test_it_stays_when_the_page_is_loaded_again(self, page: Page) -> None:
        open_filter(page)
        from_date(page, "2019")
        choose(page, "#articles", "Orchard growers")
        expect(page.locator(LABEL)).to_contain_text("from 1 January 2019 · Orchard growers")
        # The browser keeps it beside what the server says of it.
        page.wait_for_function("/2019.*orchard/.test(sessionStorage.getItem('news-assistant:filter'))")
        page.reload()
        started(page)
        expect(page.locator(LABEL)).to_contain_text("from 1 January 2019 · Orchard growers")
        expect(ask(page, FARMS)).to_contain_text("Searched only: from 1 January 2019 · Orchard growers")
        page.locator("#clear-filters").click()
        expect(page.locator("#clear-filters")).to_be_hidden()
        page.wait_for_function("!/2019|orchard/.test(sessionStorage.getItem('news-assistant:filter'))")
        page.reload()
        started(page)
        expect(ask(page, FARMS)).not_to_contain_text("Searched only")

    def test_what_is_asked_while_the_page_loads_waits_for_it_and_for_the_conversation(self, page: Page) -> None:
        open_filter(page)
        choose(page, "#articles", "Orchard growers")
        ask(page, FARMS)
        held: list[Route] = []

        def hold(request: Route) -> None:
            held.append(request)

        page.route("**/queue/join*", hold)
        page.reload()
        question = page.locator("#question textarea")
        question.fill(COST)
        question.press("Enter")
        expect(page.locator("#question")).to_have_attribute("aria-busy", "true")
        expect(page.locator("#chat .question")).to_have_count(0)
        page.route("**/queue/join*", lambda request: request.continue_())
        for request in held:
            request.continue_()
        expect(page.locator("#chat .question")).to_have_text([FARMS, COST])
        expect(whole_answers(page).last).to_contain_text("Searched only: Orchard growers")
        expect(page.locator("#question")).not_to_have_attribute("aria-busy", "true")

    def test_one_that_is_begun_while_the_page_loads_holds_and_shows(self, page: Page) -> None:
        held: list[Route] = []

        def hold_the_first(request: Route) -> None:
            held.append(request)
            page.route("**/queue/join*", lambda other: other.continue_())

        page.route("**/queue/join*", hold_the_first)
        page.reload()
        open_filter(page)
        from_date(page, "2022")
        expect(page.locator(LABEL)).to_contain_text("Filter: from 1 January 2022")
        held[0].continue_()
        started(page)
        page.wait_for_timeout(1000)
        expect(page.locator(LABEL)).to_contain_text("Filter: from 1 January 2022")
        expect(page.locator("#clear-filters")).to_be_visible()
        expect(ask(page, COST)).to_contain_text("Searched only: from 1 January 2022")

    def test_clearing_it_by_keyboard_keeps_the_focus_there(self, page: Page) -> None:
        open_filter(page)
        from_date(page, "2022")
        page.locator("#clear-filters").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#clear-filters")).to_be_hidden()
        expect(page.locator(LABEL)).to_be_focused()

    def test_the_same_question_without_it_is_a_click_away(self, page: Page) -> None:
        open_filter(page)
        from_date(page, "2024")
        act(ask(page, COST), "Ask without the filter")
        expect(whole_answers(page)).to_contain_text("48 million")
        expect(page.locator("#chat .question")).to_have_text([COST])
        expect(page.locator("#published-from").locator("input, textarea")).to_have_value("")
        expect(page.locator("#clear-filters")).to_be_hidden()
        expect(page.locator(LABEL)).to_contain_text("Filter by date")

    def test_after_a_refusal_it_is_the_hint(self, page: Page) -> None:
        open_filter(page)
        from_date(page, "2022")
        ask(page, OPERA)
        expect(page.locator("#refusal")).to_contain_text("A wider filter may help")

    def test_a_wrong_date_is_said_to_be_at_once_and_when_asking(self, page: Page) -> None:
        open_filter(page)
        page.locator("#published-to").locator("input, textarea").fill("31.12.2024")
        page.keyboard.press("Tab")
        expect(page.locator("#filter-error")).to_contain_text("“31.12.2024” is not a date")
        page.reload()
        started(page)
        expect(page.locator("#filter-error")).to_contain_text("“31.12.2024” is not a date")
        expect(ask(page, COST)).to_contain_text("“31.12.2024” is not a date")
        expect(page.locator("#question textarea")).to_have_value(COST)
        page.locator("#clear-filters").click()
        expect(page.locator("#filter-error")).not_to_contain_text("not a date")
        expect(ask(page, COST)).to_contain_text("48 million")
