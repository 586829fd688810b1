"""Texts that are hard to lay out: other scripts, unbroken words, very long articles."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from assistant import Settings
from tests.articles import write_corpus
from tests.pages import Served, Visit, serving
from tests.reader import OPERA, PHONE, ask, cards, open_menu, overflows, whole_answers

pytestmark = pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
ARABIC = """افتتاح مكتبة جديدة في المدينة القديمة

12 March 2022

افتتحت البلدية يوم السبت مكتبة جديدة في المدينة القديمة تضم 45 ألف كتاب. وقال المدير سامي حداد إن المكتبة ستفتح أبوابها
حتى منتصف الليل. وكلفت أعمال البناء 7 ملايين دينار. وسيتحول المبنى القديم إلى متحف للمخطوطات.
"""
CHINESE = """河谷大坝工程提前完工

2022年5月3日

河谷大坝工程于五月三日提前完工，总投资为八十二亿元。项目负责人李明表示，大坝将为三百万居民供水。工程共用时四年，参与建设的工人超过一万人。
"""
UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4
LONG_WORDS = f"""The society with the long name {UNBROKEN}

6 June 2021

The society {UNBROKEN} paid 512 ducats for the steamer Isolde. Its address is
https://steamers.example/{"archive-of-all-sailings/" * 12}index.html as of June.
"""
NOVEL = "\n\n".join(
    ["The year of the lamplighters", "7 July 2018"]
    + [
        f"In week {week} the lamplighters of Osterholm lit {week * 7 + 900} lamps between dusk and the last tram, and "
        "the clerk of the council wrote the figure into the grey ledger, where it stands by the price of oil."
        for week in range(140)
    ]
    + ["At midnight on the last day the clerk Jorun Eide closed the ledger and gave it to the town archive."]
)
LEDGER = "To whom did the clerk Jorun Eide give the ledger of the lamplighters?"
DUCATS = "How many ducats did the society pay for the steamer Isolde?"
HARD = {"rtl.txt": ARABIC, "chinese.txt": CHINESE, f"{'long-name-' * 18}.txt": LONG_WORDS, "novel.txt": NOVEL}
LONG_NAME = f"""\
"{"long-name-" * 18}.txt":
  publisher: "{UNBROKEN}"
  author: "{UNBROKEN[:150]}"
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("hard")
    corpus = write_corpus(folder / "news")
    for name, article in HARD.items():
        (corpus / name).write_text(article, encoding="utf-8")
    with (corpus / "metadata.yaml").open("a", encoding="utf-8") as metadata:
        metadata.write(LONG_NAME)
    with serving(Settings(corpus_dir=corpus, index_dir=folder / "index")) as page:
        yield page


@pytest.mark.parametrize(
    ("question", "told", "direction"),
    [
        ("كم كلفت أعمال بناء المكتبة؟", "7 ملايين", "rtl"),
        ("河谷大坝工程的总投资是多少？", "八十二亿元", "ltr"),
        ("Во сколько обошлось строительство библиотеки?", "900 миллионов", "ltr"),
    ],
    ids=["arabic", "chinese", "russian"],
)
def test_every_script_runs_in_its_own_direction(
    visit: Visit, screen: dict[str, object], question: str, told: str, direction: str
) -> None:
    page = visit(**screen)
    answer = ask(page, question)
    expect(cards(page).filter(has_text=told).first).to_be_visible()
    assert page.locator("#chat .question").evaluate("e => getComputedStyle(e).direction") == direction
    quote = cards(page).filter(has_text=told).first.locator("blockquote")
    assert quote.evaluate("e => getComputedStyle(e).direction") == direction
    assert overflows(page) == []
    # A refusal has cards too.
    cards(page).filter(has_text=told).first.locator("a.open").click()
    mark = page.locator("#article mark").first
    expect(mark).to_be_in_viewport()
    assert mark.evaluate("e => getComputedStyle(e.parentElement).direction") == direction
    assert overflows(page) == []
    expect(answer).to_be_attached()


def test_long_words_and_names_break(visit: Visit, screen: dict[str, object]) -> None:
    page = visit(**screen)
    expect(ask(page, DUCATS)).to_contain_text("512 ducats")
    assert overflows(page) == []
    whole_answers(page).locator("a.cite").first.hover()
    expect(page.locator("#peek")).to_be_in_viewport(ratio=1)
    whole_answers(page).locator("a.cite").first.click()
    page.locator("#article mark").first.wait_for()
    assert overflows(page) == []
    page.locator("#masthead a.open-corpus").click()
    page.locator("#corpus li").first.wait_for()
    assert overflows(page) == []


def test_a_long_question_without_spaces_breaks(visit: Visit, screen: dict[str, object]) -> None:
    page = visit(**screen)
    ask(page, UNBROKEN)
    assert overflows(page) == []
    open_menu(page)
    assert overflows(page) == []


def test_an_article_of_five_thousand_words_opens_at_its_passage(visit: Visit, screen: dict[str, object]) -> None:
    assert len(NOVEL.split()) > 5000
    page = visit(**screen)
    expect(ask(page, LEDGER)).to_contain_text("Jorun Eide")
    cards(page).filter(has_text="Jorun Eide").first.locator("a.open").click()
    expect(page.locator("#article mark").first).to_contain_text("Jorun Eide")
    expect(page.locator("#article mark").first).to_be_in_viewport()
    expect(page.locator("#back")).to_be_in_viewport()
    assert overflows(page) == []


def test_a_refusal_over_them_stays_readable(visit: Visit, screen: dict[str, object]) -> None:
    page = visit(**screen)
    ask(page, OPERA)
    assert overflows(page) == []
