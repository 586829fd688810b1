"""Several readers at once."""

from playwright.sync_api import expect

from tests.pages import Visit
from tests.reader import COST, FARMS, SHEEP, ask, begin, cards, from_date, open_filter, questions, whole_answers

CROWD = 20
# A question, the first date of a filter, and what the answer must hold; the last two are filtered out.
ASKED = (
    (COST, "", "48 million"),
    (SHEEP, "", "412 sheep"),
    (FARMS, "2022", "310"),
    ("Во сколько обошлось строительство библиотеки?", "2023", "900 миллионов"),
    (COST, "2022", "from 1 January 2022"),
    (FARMS, "2023-01", "from 1 January 2023"),
)


def test_two_at_once_do_not_mix(visit: Visit) -> None:
    first, second = visit(), visit()
    begin(first, COST)
    begin(second, SHEEP)
    expect(whole_answers(first)).to_contain_text("48 million")
    expect(whole_answers(second)).to_contain_text("412 sheep")
    expect(questions(first)).to_have_count(1)
    expect(ask(first, "And when will it reopen?")).to_contain_text("3 May")
    second.locator("#chat a.cite").first.click()
    expect(second.locator("#article h2")).to_contain_text("The long winter of Tarn")
    expect(first.locator("#article article")).to_have_count(0)


def test_one_ones_filter_is_not_anothers(visit: Visit) -> None:
    first, second = visit(), visit()
    open_filter(first)
    from_date(first, "2022")
    expect(ask(first, COST)).to_contain_text("Searched only")
    expect(ask(second, COST)).to_contain_text("48 million")


def test_twenty_at_once_each_get_their_own_answer(visit: Visit) -> None:
    asked = [ASKED[place % len(ASKED)] for place in range(CROWD)]
    pages = [visit() for _ in asked]
    for page, (question, first, _) in zip(pages, asked, strict=True):
        if first:
            open_filter(page)
            from_date(page, first)
        page.locator("#question textarea").fill(question)
    for page in pages:
        page.locator("#question textarea").press("Enter")
    for page, (question, first, expected) in zip(pages, asked, strict=True):
        expect(whole_answers(page)).to_have_count(1, timeout=120_000)
        expect(questions(page)).to_have_text([question])
        answer = whole_answers(page).inner_text()
        assert expected in answer
        assert ("Searched only" in answer) == bool(first)
        others = {other for _, _, other in ASKED if other != expected and not other.startswith("from")}
        assert not [other for other in others if other in answer]
        assert cards(page).count() > 0
