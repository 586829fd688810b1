from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from assistant.markup import Target, _read_marker, markdown_html
from assistant.records import Answer, Article, Citation, Filters, Passage, Source, Span
from assistant.ui import rendering
from assistant.ui.rendering import Reference
from tests.markup import Page

TAGS = {
    *("a", "article", "blockquote", "br", "div", "em", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
    *("li", "mark", "ol", "p", "section", "span", "strong", "ul"),
}
ATTRIBUTES = {
    *("aria-current", "class", "data-number", "dir", "href", "id", "lang", "rel", "start", "tabindex", "target"),
    "title",
}
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    '"><iframe src="http://evil.example"></iframe>',
    "' onmouseover='alert(1)",
    "![tracked](http://evil.example/pixel.png)",
    "[click](javascript:alert(1))",
    "<http://evil.example>",
    "[1]: http://evil.example",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} `x`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</div></article></blockquote><!--",
    "first line\n\n\n<b>second line</b>\r\r<b>third</b>",
]
SOURCE = Source(
    id="2021/harbour.txt",
    title="Harbour bridge to reopen",
    publisher="Ellery Gazette",
    author="Clara Winfield",
    published=date(2021, 3, 12),
    language="en",
    path="news/2021/harbour.txt",
)
TARGETS = {1: Target("cite-0-1", "a quote"), 12: Target("cite-0-12", "another")}


def assert_harmless(markup: str) -> Page:
    page = Page(markup)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES
    assert all(href and href.startswith(("#", "http://", "https://")) for href in page.attributes("href"))
    assert page.declarations == []
    return page


def assert_one_block(markup: str) -> None:
    """Markdown leaves a block of HTML alone only up to its first blank line."""
    assert markup.startswith("<div ")
    assert "\n" not in markup
    assert "\r" not in markup


def citation(**changes: Any) -> Citation:
    fields = {"number": 1, "quote": "The works cost 48 million.", "start": 0, "end": 26, "source": SOURCE}
    return Citation.model_validate({**fields, "support": "supported", **changes})


def answer(text: str = "It cost 48 million. [1]", **changes: Any) -> Answer:
    fields = {"question": "What did it cost?", "standalone_question": "What did it cost?", "citations": (citation(),)}
    return Answer.model_validate({"text": text, **fields, **changes})


def passage(text: str, source: Source = SOURCE) -> Passage:
    return Passage(source=source, text=text, start=0, end=len(text), score=0.5, sentences=(Span(start=0, end=1),))


def refusal(**changes: Any) -> Answer:
    return answer(
        "No.", refused=True, citations=(), passages=(passage("Ferries run."), passage("So it goes.")), **changes
    )


def article(text: str, **changes: Any) -> Article:
    return Article.model_validate({**SOURCE.model_dump(), "text": text, **changes})


class TestMarkdown:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("plain", "<p>plain</p>\n"),
            ("**Who**, *where*", "<p><strong>Who</strong>, <em>where</em></p>\n"),
            ("> said", "<blockquote>\n<p>said</p>\n</blockquote>\n"),
            ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
            (r"\*literal\* \<b\>", "<p>*literal* &lt;b&gt;</p>\n"),
            ("5 &amp; 6 &lt;b&gt;", "<p>5 &amp; 6 &lt;b&gt;</p>\n"),
            ("", ""),
        ],
    )
    def test_what_answers_are_written_in_is_understood(self, text: str, expected: str) -> None:
        assert markdown_html(text) == expected

    def test_a_marker_links_to_its_card(self) -> None:
        page = Page(markdown_html("So it is [1][12].", TARGETS))
        assert page.attributes("href") == ["#cite-0-1", "#cite-0-12"]
        assert page.attributes("title") == ["a quote", "another"]
        assert page.text == "So it is [1][12].\n"

    @pytest.mark.parametrize("text", ["[2]", "[0]", "[]", "[x]", "[1", "1]", "[12345]", "[ 1]", "[²]", "[١]"])
    def test_what_names_no_citation_stays_text(self, text: str) -> None:
        page = Page(markdown_html(text, TARGETS))
        assert page.count("a") == 0
        assert page.text == f"{text}\n"

    def test_an_escaped_marker_inside_a_quotation_is_text(self) -> None:
        page = Page(markdown_html(r"> see note \[1\] there [12]", TARGETS))
        assert page.attributes("href") == ["#cite-0-12"]
        assert "see note [1] there [12]" in page.text

    def test_a_marker_is_skipped_without_a_token_when_the_parser_only_looks_ahead(self) -> None:
        state = StateInline("[1] and on", MarkdownIt(), {}, [])
        assert _read_marker(state, silent=True)
        assert (state.pos, state.tokens) == (3, [])

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_markdown_does_nothing(self, text: str) -> None:
        assert Page(markdown_html(text, TARGETS)).count("img") == 0
        assert_harmless(markdown_html(text, {1: Target("cite-0-1", text)}))

    @given(st.text(alphabet="<>[]()!*_&\"'`\\#123ab:/.\n\r -=${}", max_size=80))
    def test_no_text_gets_markup_of_its_own_through(self, text: str) -> None:
        assert_harmless(markdown_html(text, TARGETS))


class TestReference:
    @pytest.mark.parametrize("reference", [Reference("cite", 0, 1), Reference("passage", 31, 12)])
    def test_it_is_read_back_from_its_link(self, reference: Reference) -> None:
        assert Reference.parse(f"#{reference}") == reference

    @pytest.mark.parametrize(
        "text", ["", "#", "cite", "#cite-1", "#cite--1-2", "#other-1-2", "#cite-1-2x", "#cite-1-9999999"]
    )
    def test_anything_else_is_none(self, text: str) -> None:
        assert Reference.parse(text) is None


class TestMessages:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_question_is_shown_as_it_was_typed(self, text: str) -> None:
        markup = rendering.question_html(text)
        assert_one_block(markup)
        page = assert_harmless(markup)
        assert "".join(page.text.split()) == "".join(text.split())

    def test_lines_of_a_question_stay_lines(self) -> None:
        assert ">one<br><br>two<" in rendering.question_html("one\n\ntwo")

    def test_an_endless_question_is_cut(self) -> None:
        assert len(rendering.question_html("x" * 100_000)) < 2100

    def test_the_wait_for_an_answer_has_words(self) -> None:
        assert "Searching" in rendering.pending_html("")

    def test_markers_lead_nowhere_while_an_answer_is_written(self) -> None:
        page = Page(rendering.pending_html("So it is [1]"))
        assert page.count("a") == 0
        assert "[1]" in page.text

    @pytest.mark.parametrize("text", HOSTILE)
    def test_an_error_is_words_alone(self, text: str) -> None:
        assert_one_block(rendering.error_html(text))
        assert_harmless(rendering.error_html(text))

    def test_an_answer_links_to_the_cards_of_its_place_in_the_conversation(self) -> None:
        assert Page(rendering.answer_html(answer(), 3, "")).attributes("href") == ["#cite-3-1"]

    def test_notices_and_what_was_searched_follow_the_answer(self) -> None:
        page = Page(rendering.answer_html(answer(notices=("A fallback was taken.",)), 0, "Searched: 3 articles"))
        assert page.text.endswith("A fallback was taken.Searched: 3 articles")

    def test_a_refusal_is_marked_as_one(self) -> None:
        assert 'class="answer refused"' in rendering.answer_html(refusal(), 0, "")
        assert "refused" not in rendering.answer_html(answer(), 0, "")

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_answer_is_one_harmless_block(self, text: str) -> None:
        hostile = citation(quote=text, source=SOURCE.model_copy(update={"title": text}))
        markup = rendering.answer_html(answer(f"{text} [1]", citations=(hostile,), notices=(text,)), 0, text)
        assert_one_block(markup)
        assert_harmless(markup)


class TestSources:
    def test_a_card_says_who_where_when_and_how_well(self) -> None:
        page = Page(rendering.sources_html(answer(), 0))
        for words in (
            "1 source passage",
            "Harbour bridge to reopen",
            "Ellery Gazette · Clara Winfield · 12 March 2021 · English",
            "The works cost 48 million.",
            "Supported by the quote",
        ):
            assert words in page.text
        assert page.attributes("data-number") == ["1"]
        assert page.attributes("href") == ["#cite-0-1"]

    def test_what_is_not_known_is_left_out(self) -> None:
        bare = Source(id="a.txt", path="news/a.txt")
        page = Page(rendering.sources_html(answer(citations=(citation(source=bare),)), 0))
        assert "a.txtno date" in page.text
        assert page.attributes("lang") == []

    def test_the_speaker_comes_before_the_author(self) -> None:
        source = SOURCE.model_copy(update={"speaker": "Ruth Calder", "language": "tlh"})
        page = Page(rendering.sources_html(answer(citations=(citation(source=source),)), 0))
        assert "Ellery Gazette · Ruth Calder · Clara Winfield · 12 March 2021 · Klingon" in page.text

    def test_a_language_without_a_name_shows_its_code(self) -> None:
        source = SOURCE.model_copy(update={"language": "xx"})
        assert (
            "12 March 2021 · xx" in Page(rendering.sources_html(answer(citations=(citation(source=source),)), 0)).text
        )

    @pytest.mark.parametrize("support", ["supported", "partial", "unsupported"])
    def test_the_verdict_is_in_words(self, support: str) -> None:
        markup = rendering.sources_html(answer(citations=(citation(support=support),)), 0)
        assert rendering.SUPPORT_WORDS[support] in Page(markup).text

    def test_a_refusal_shows_the_nearest_passages_without_numbers(self) -> None:
        page = Page(rendering.sources_html(refusal(), 2))
        assert page.attributes("id") == ["refusal"]
        assert page.attributes("data-number") == []
        assert page.attributes("href") == ["#passage-2-1", "#passage-2-2"]
        assert rendering.NEAREST in page.text

    def test_a_refusal_without_passages_says_what_may_help(self) -> None:
        page = Page(rendering.sources_html(answer("No.", refused=True, citations=()), 0))
        assert rendering.NOTHING_NEAR in page.text

    def test_the_selected_card_alone_is_current(self) -> None:
        cited = (citation(), citation(number=2, quote="Ferries run."))
        markup = rendering.sources_html(answer(citations=cited), 0, Reference("cite", 0, 2), reading=True)
        current = [attributes.get("data-number") for _, attributes in Page(markup).tags if "aria-current" in attributes]
        assert current == ["2"]
        assert 'class="cards reading"' in markup

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_sources_do_nothing(self, text: str) -> None:
        fields = dict.fromkeys(("id", "title", "publisher", "author", "speaker", "language", "path", "url"), text)
        source = Source.model_validate(fields)
        assert_harmless(rendering.sources_html(answer(citations=(citation(source=source, quote=text),)), 0))
        assert_harmless(rendering.sources_html(refusal(), 0))


class TestArticle:
    TEXT = "First line.\n\nThe works cost 48 million. More follows.\nLast line."

    def test_the_passage_is_marked(self) -> None:
        quote = "The works cost 48 million."
        markup = rendering.article_html(article(self.TEXT), quote, self.TEXT.index(quote))
        assert f'<p dir="auto"><mark tabindex="-1">{quote}</mark> More follows.</p>' in markup

    def test_a_passage_over_several_lines_is_marked_in_each(self) -> None:
        quote = "line.\n\nThe works cost 48 million. More follows.\nLast"
        markup = rendering.article_html(article(self.TEXT), quote, self.TEXT.index(quote))
        assert Page(markup).count("mark") == 3

    def test_the_right_one_of_two_equal_passages_is_marked(self) -> None:
        markup = rendering.article_html(article("Yes. No. Yes. No."), "Yes.", 9)
        assert 'Yes. No. <mark tabindex="-1">Yes.</mark> No.' in markup

    def test_a_passage_that_is_gone_is_said_to_be_gone(self) -> None:
        markup = rendering.article_html(article(self.TEXT), "Ferries run.", 5)
        assert Page(markup).count("mark") == 0
        assert rendering.CHANGED in markup

    @pytest.mark.parametrize("url", ["https://news.example/a?b=1&c=2", "http://news.example/"])
    def test_the_original_page_is_linked(self, url: str) -> None:
        assert Page(rendering.article_html(article("Text.", url=url), "Text.", 0)).attributes("href") == [url]

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "news.example"])
    def test_an_address_that_is_no_web_page_is_not_linked(self, url: str) -> None:
        assert Page(rendering.article_html(article("Text.", url=url), "Text.", 0)).count("a") == 0

    @given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
    def test_every_character_of_a_line_is_shown_as_text(self, before: str, quote: str, after: str) -> None:
        text = before + quote + after
        page = assert_harmless(rendering.article_html(article(text, title="t"), quote, len(before)))
        assert page.text.endswith("".join(line for line in text.split("\n") if line.strip()))

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_article_does_nothing(self, text: str) -> None:
        hostile = article(f"before {text} after", title=text, publisher=text, language=text, url=f"https://x/{text}")
        assert_harmless(rendering.article_html(hostile, text, 7))


class TestWords:
    @pytest.mark.parametrize(
        ("articles", "expected"),
        [
            ([], "0 articles"),
            ([SOURCE], "1 article · 1 outlet · 12 March 2021"),
            (
                [SOURCE, SOURCE.model_copy(update={"published": date(2022, 4, 1), "publisher": "Observer"})],
                "2 articles · 2 outlets · 12 March 2021 – 1 April 2022",
            ),
            ([Source(id="a", path="a"), Source(id="b", path="b")], "2 articles"),
        ],
    )
    def test_the_corpus_in_a_line(self, articles: list[Source], expected: str) -> None:
        assert rendering.corpus_words(articles) == expected

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (Filters(), ""),
            (Filters(published_from=date(2024, 1, 2)), "from 2 January 2024"),
            (Filters(published_to=date(999, 12, 31), publishers=("Gazette",)), "to 31 December 999 · Gazette"),
        ],
    )
    def test_a_filter_in_a_line(self, filters: Filters, expected: str) -> None:
        assert rendering.filter_words(filters) == expected

    def test_the_head_of_the_page_escapes_too(self) -> None:
        assert_harmless(rendering.masthead_html([SOURCE], "<script>"))
