import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Removed
from assistant.ui.html.article import LONGEST_REMOVED, article_html
from assistant.ui.words import Words, words_in
from tests.markup import Page
from tests.rendered import ENGLISH, HOSTILE, article, assert_harmless, in_every_language

TEXT = "First line.\n\nThe works cost 48 million. More follows.\nLast line."
QUOTE = "The works cost 48 million."


def removed(text: str, reason: str = "navigation") -> Removed:
    return Removed(start=0, end=len(text), text=text, reason=reason)


def shown(text: str = TEXT, quote: str = "", start: int = 0, *pieces: Removed, **changes: object) -> str:
    return article_html(article(text, **changes), pieces, ENGLISH, quote, start)


class TestPassage:
    def test_it_is_marked(self) -> None:
        markup = shown(TEXT, QUOTE, TEXT.index(QUOTE))
        assert f'<p dir="auto"><mark tabindex="-1">{QUOTE}</mark> More follows.</p>' in markup

    def test_over_several_lines_it_is_marked_in_each(self) -> None:
        quote = f"line.\n\n{QUOTE} More follows.\nLast"
        assert Page(shown(TEXT, quote, TEXT.index(quote))).count("mark") == 3

    def test_of_two_equal_ones_the_right_one_is_marked(self) -> None:
        assert 'Yes. No. <mark tabindex="-1">Yes.</mark> No.' in shown("Yes. No. Yes. No.", "Yes.", 9)

    @pytest.mark.parametrize("start", [5, -1, -len(TEXT) - 1, len(TEXT), 10**30, -(10**30)])
    def test_one_that_is_gone_is_said_to_be_gone(self, start: int) -> None:
        page = Page(shown(TEXT, "Ferries run.", start))
        assert page.count("mark") == 0
        assert ENGLISH("article.changed") in page.text

    def test_without_one_the_article_stands_for_itself(self) -> None:
        page = Page(shown(TEXT))
        assert page.count("mark") == 0
        assert ENGLISH("article.changed") not in page.text
        assert page.count("details") == 0


class TestHead:
    @pytest.mark.parametrize("url", ["https://news.example/a?b=1&c=2", "HTTP://news.example/"])
    def test_the_original_page_is_linked(self, url: str) -> None:
        page = Page(shown(url=url))
        link = next(attributes for tag, attributes in page.tags if tag == "a")
        assert link == {"href": url, "target": "_blank", "rel": "noopener noreferrer"}

    @pytest.mark.parametrize(
        "url",
        ["javascript:alert(1)", "data:text/html,x", "//evil.example", "news.example", " https://x", "https:x", ""],
    )
    def test_an_address_that_is_no_web_page_is_not_linked(self, url: str) -> None:
        assert all(str(link).startswith("#only-") for link in Page(shown(url=url)).attributes("href"))

    def test_an_article_without_a_title_goes_by_its_id(self) -> None:
        assert Page(shown(title=None)).text.startswith("2021/harbour.txt")

    def test_it_says_its_language_and_finds_its_direction(self) -> None:
        page = Page(shown("שלום\nHello", language="he", title="הגשר"))
        assert [tag for tag, attributes in page.tags if attributes.get("lang") == "he"] == ["h2", "div"]
        directed = [tag for tag, attributes in page.tags if attributes.get("dir") == "auto"]
        assert directed == ["h2", "p", "p"]


class TestRemoved:
    def test_each_piece_is_told_with_its_reason(self) -> None:
        page = Page(shown(TEXT, "", 0, removed("Home\nSports"), removed("Leave a reply", "comment form")))
        assert page.text.endswith("2 pieces of the page were left outnavigationHomeSportscomment formLeave a reply")
        assert page.count("details") == 1
        assert page.count("br") == 1

    @pytest.mark.parametrize(
        ("code", "expected"), [("en", "menu"), ("ru", "меню"), ("az", "menyu"), ("hy", "ընտրացանկ")]
    )
    def test_the_reason_is_told_in_the_language_of_the_page(self, code: str, expected: str) -> None:
        page = Page(article_html(article(TEXT), [removed("Home", "menu")], words_in(code)))
        assert page.text.endswith(f"{expected}Home")

    def test_each_piece_says_its_language_and_leaves_the_reason_that_of_the_page(self) -> None:
        markup = shown(TEXT, "", 0, removed("Главная", "menu"), language="ru")
        assert '<p class="facts">menu</p><p dir="auto" lang="ru">Главная</p>' in markup

    def test_empty_pieces_are_none(self) -> None:
        assert "1 piece of the page was left out" in Page(shown(TEXT, "", 0, removed(" \n"), removed("Home"))).text
        assert Page(shown(TEXT, "", 0, removed(" \n"))).count("details") == 0

    def test_of_a_long_one_the_beginning_is_told(self) -> None:
        markup = shown(TEXT, "", 0, removed("x" * 100_000))
        assert f"{'x' * LONGEST_REMOVED}…" in markup
        assert "x" * (LONGEST_REMOVED + 1) not in markup

    @in_every_language
    @pytest.mark.parametrize("number", [1, 2, 5, 21])
    def test_every_language_counts_them(self, number: int, words: Words) -> None:
        markup = article_html(article(TEXT), [removed("Home")] * number, words)
        assert words.count("article.removed", number) in Page(markup).text


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_every_character_of_a_line_is_shown_as_text(before: str, quote: str, after: str) -> None:
    text = before + quote + after
    page = assert_harmless(shown(text, quote, len(before), title="t"))
    assert page.text.endswith("".join(line for line in text.split("\n") if line.strip()))


@given(st.text(max_size=60), st.text(max_size=20))
def test_every_character_left_out_is_shown_as_text(text: str, reason: str) -> None:
    page = assert_harmless(shown(TEXT, "", 0, removed(f"a{text}b", reason)))
    assert page.text.endswith(f"{reason}a{text}b".replace("\n", ""))


@in_every_language
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_article_does_nothing(text: str, words: Words) -> None:
    hostile = article(
        f"before {text} after", title=text, publisher=text, author=text, language=text, url=f"https://x/{text}"
    )
    assert_harmless(article_html(hostile, [removed(text, text)], words, text, 7))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_around_a_passage_do_nothing(text: str) -> None:
    around = f"{text} {QUOTE} {text}\n{text}"
    page = assert_harmless(shown(around, QUOTE, len(text) + 1))
    assert page.text.endswith("".join(line for line in around.split("\n") if line.strip()))
