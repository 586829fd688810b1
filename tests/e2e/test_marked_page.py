"""The page where unsupported sentences are shown, under unsupported="mark"."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant import Settings
from tests.articles import write_corpus
from tests.endpoint import Endpoint, text
from tests.pages import Served, serving
from tests.reader import ask, cards

COST = "How much did the works on the Harbour bridge cost?"
SAID = "The works cost 48 million crowns. [1] They took eleven winters and 5 billion dollars. [1]"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("marked-page")
    with Endpoint(text(SAID)) as endpoint:
        model = {"openai_base_url": endpoint.url, "openai_api_key": "sk-x", "llm_model": "m", "unsupported": "mark"}
        corpus = write_corpus(folder / "news")
        with serving(Settings(corpus_dir=corpus, index_dir=folder / "index", **model)) as page:
            yield page


def test_an_unsupported_sentence_is_struck_through_and_cites_nothing(page: Page) -> None:
    answer = ask(page, COST)
    struck = answer.locator("s")
    expect(struck).to_contain_text("They took eleven winters and 5 billion dollars.")
    expect(struck.locator("a.cite")).to_have_count(0)
    assert "line-through" in struck.evaluate("element => getComputedStyle(element).textDecorationLine")
    expect(answer.locator("a.cite")).to_have_count(1)
    expect(cards(page)).to_have_count(1)


def test_a_reader_is_told_what_the_line_means(page: Page) -> None:
    expect(ask(page, COST).locator(".remark").first).to_contain_text("sentence")
