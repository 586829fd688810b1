from datetime import date, timedelta

import pytest

from assistant.records import Filters, Source
from assistant.ui.html.corpus import (
    MOST_LISTED,
    Extent,
    corpus_html,
    corpus_words,
    filter_words,
    masthead_html,
    searched_words,
)
from assistant.ui.references import key_of
from assistant.ui.words import Words
from tests.markup import Page
from tests.rendered import ENGLISH, HOSTILE, SOURCE, assert_harmless, hostile_source, in_every_language

LATER = SOURCE.model_copy(update={"id": "b", "title": "Later", "published": date(2022, 4, 1), "publisher": "Observer"})
UNDATED = Source(id="c", title="Undated", path="news/c")


def dated(number: int) -> Source:
    return Source(id=f"{number}", path=f"{number}", published=date(2000, 1, 1) + timedelta(days=number))


def corpus(*articles: Source, length: int = 7) -> Page:
    return assert_harmless(corpus_html(articles, lambda _: length, ENGLISH))


class TestList:
    def test_each_can_be_read_and_be_the_only_one_to_answer(self) -> None:
        keys = [key_of(UNDATED.id), key_of(SOURCE.id)]
        links = [f"#{kind}-{key}-0" for key in keys for kind in ("article", "only")]
        assert corpus(UNDATED, SOURCE).attributes("href") == links

    def test_each_says_what_is_known_of_it(self) -> None:
        page = corpus(SOURCE, length=1234)
        assert (
            "Harbour bridge to reopenEllery Gazette · Clara Winfield · 12 March 2021 · English · 1,234 words"
            in page.text
        )

    def test_an_outlet_that_is_the_author_too_is_named_once(self) -> None:
        source = SOURCE.model_copy(update={"publisher": "Reuters", "author": "REUTERS"})
        assert "Reuters · 12 March 2021" in corpus(source).text

    def test_a_length_that_is_not_known_is_left_out(self) -> None:
        assert corpus(SOURCE, length=0).text.endswith("EnglishAsk only about this article")

    def test_five_hundred_at_most_are_listed(self) -> None:
        page = corpus(*map(dated, range(1502)))
        links = [link for link in page.attributes("href") if link and link.startswith("#article")]
        assert len(links) == MOST_LISTED == 500
        assert links[-1] == f"#article-{key_of('499')}-0"
        assert page.text.endswith("and 1,002 more articles")

    def test_of_those_only_the_lengths_are_looked_up(self) -> None:
        looked_up: list[Source] = []

        def length(source: Source) -> int:
            looked_up.append(source)
            return 7

        corpus_html([*map(dated, range(600))], length, ENGLISH)
        assert len(looked_up) == MOST_LISTED

    def test_no_more_are_not_spoken_of(self) -> None:
        assert "more article" not in corpus(*map(dated, range(500))).text

    def test_an_empty_corpus_is_an_empty_list(self) -> None:
        assert corpus().text == "0 articles"

    def test_a_title_says_its_language_and_finds_its_direction(self) -> None:
        page = corpus(SOURCE.model_copy(update={"language": "he", "title": "הגשר"}))
        link = next(attributes for tag, attributes in page.tags if tag == "a")
        assert (link["lang"], link["dir"]) == ("he", "auto")

    @in_every_language
    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_articles_do_nothing(self, text: str, words: Words) -> None:
        assert_harmless(corpus_html([hostile_source(text), SOURCE], lambda _: 1, words))


class TestWords:
    @pytest.mark.parametrize(
        ("articles", "expected"),
        [
            ([], "0 articles"),
            ([SOURCE], "1 article · 1 outlet · 12 March 2021"),
            ([SOURCE, LATER], "2 articles · 2 outlets · 12 March 2021 – 1 April 2022"),
            ([Source(id="a", path="a"), Source(id="b", path="b")], "2 articles"),
        ],
    )
    def test_the_corpus_in_a_line(self, articles: list[Source], expected: str) -> None:
        assert corpus_words(Extent.of(articles), ENGLISH) == expected

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (Filters(), ""),
            (Filters(published_from=date(2024, 1, 2)), "from 2 January 2024"),
            (Filters(published_to=date(999, 12, 31), publishers=("Gazette",)), "to 31 December 999 · Gazette"),
            (Filters(publishers=("Gazette", "Observer"), articles=("a.txt",)), "Gazette · Observer · a.txt"),
        ],
    )
    def test_a_filter_in_a_line(self, filters: Filters, expected: str) -> None:
        assert filter_words(filters, ENGLISH) == expected

    @pytest.mark.parametrize(
        ("articles", "expected"),
        [
            ([], "0 articles"),
            ([SOURCE, LATER], "2 articles · Ellery Gazette, Observer · 12 March 2021 – 1 April 2022"),
            ([SOURCE, UNDATED], "2 articles · Ellery Gazette · 12 March 2021 · 1 without a date"),
            ([UNDATED], "1 article"),
            (
                [SOURCE.model_copy(update={"publisher": name}) for name in "abcdef"],
                "6 articles · 6 outlets · 12 March 2021",
            ),
        ],
    )
    def test_what_was_searched_in_a_line(self, articles: list[Source], expected: str) -> None:
        assert searched_words(Extent.of(articles), ENGLISH) == expected

    @in_every_language
    def test_every_language_has_words_for_both(self, words: Words) -> None:
        filters = Filters(published_from=date(2024, 1, 2), published_to=date(2024, 1, 3))
        assert words.day(date(2021, 3, 12)) in corpus_words(Extent.of([SOURCE, LATER]), words)
        assert words.day(date(2024, 1, 3)) in filter_words(filters, words)


class TestMasthead:
    def test_the_head_leads_to_the_list(self) -> None:
        page = assert_harmless(masthead_html(Extent.of([SOURCE]), "quotes the articles", ENGLISH))
        assert page.text == "News assistant1 article · 1 outlet · 12 March 2021 · quotes the articles"
        assert page.attributes("href") == ["#corpus-0-0"]

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_model_name_does_nothing(self, text: str) -> None:
        assert_harmless(masthead_html(Extent.of([hostile_source(text)]), text, ENGLISH))
