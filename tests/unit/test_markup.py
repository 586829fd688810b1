import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from assistant.markup import Target, _read_marker, markdown_html
from tests.markup import Page
from tests.rendered import HOSTILE, assert_harmless

TARGETS = {1: Target("cite-0-1", "a quote"), 12: Target("cite-0-12", "another")}


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
def test_what_answers_are_written_in_is_understood(text: str, expected: str) -> None:
    assert markdown_html(text) == expected


def test_a_marker_links_to_its_card() -> None:
    page = Page(markdown_html("So it is [1][12].", TARGETS))
    assert page.attributes("href") == ["#cite-0-1", "#cite-0-12"]
    assert page.attributes("title") == ["a quote", "another"]
    assert page.text == "So it is [1][12].\n"


@pytest.mark.parametrize("text", ["[2]", "[0]", "[]", "[x]", "[1", "1]", "[12345]", "[ 1]", "[²]", "[١]"])
def test_what_names_no_citation_stays_text(text: str) -> None:
    page = Page(markdown_html(text, TARGETS))
    assert page.count("a") == 0
    assert page.text == f"{text}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> one [1] two [1]\n>\n> three [1]", ["en"]),
        ("> one [1]\n\nthen [2]\n> two [2]", ["en", "ru"]),
        ("> one [1] two [2]", [None]),
        ("> one [1] two [3]", ["en"]),
        ("> one [9]\n\n[1]", [None]),
        ("> one [1]\n> > two [2]", [None, "ru"]),
    ],
)
def test_a_quotation_is_in_the_language_of_what_its_markers_lead_to(text: str, expected: list[str | None]) -> None:
    targets = {number: Target("c", "", language) for number, language in ((1, "en"), (2, "ru"))}
    tags = Page(markdown_html(text, targets)).tags
    assert [attributes.get("lang") for tag, attributes in tags if tag == "blockquote"] == expected


def test_an_escaped_marker_inside_a_quotation_is_text() -> None:
    page = Page(markdown_html(r"> see note \[1\] there [12]", TARGETS))
    assert page.attributes("href") == ["#cite-0-12"]
    assert "see note [1] there [12]" in page.text


def test_a_marker_is_skipped_without_a_token_when_the_parser_only_looks_ahead() -> None:
    state = StateInline("[1] and on", MarkdownIt(), {}, [])
    assert _read_marker(state, silent=True)
    assert (state.pos, state.tokens) == (3, [])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_does_nothing(text: str) -> None:
    assert Page(markdown_html(text, TARGETS)).count("img") == 0
    assert_harmless(markdown_html(text, {1: Target("cite-0-1", text, text)}))
    assert_harmless(markdown_html(f"> {text} [1]", {1: Target("cite-0-1", text, text)}))


@given(st.text(alphabet="<>[]()!*_&\"'`\\#123ab:/.\n\r -=${}", max_size=80))
def test_no_text_gets_markup_of_its_own_through(text: str) -> None:
    assert_harmless(markdown_html(text, TARGETS))
