"""What is rendered in tests, in every language of the page, and what holds of all HTML that comes of it."""

from datetime import date
from importlib.resources import files
from typing import Any, Final

import pytest

from assistant.records import Answer, Article, Citation, Passage, Source, Span
from assistant.ui.words import LANGUAGES, words_in
from tests.markup import Page

TAGS: Final = {
    *("a", "article", "bdi", "blockquote", "br", "details", "div", "em", "footer", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("header", "hr", "li", "mark", "ol", "p", "s", "section", "span", "strong", "summary", "ul"),
}
ATTRIBUTES: Final = {
    *("aria-current", "class", "data-number", "dir", "href", "id", "lang", "rel", "start", "tabindex", "target"),
    "title",
}
HOSTILE: Final = [
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
    "{number} {0} {scope.__class__} %s",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</div></article></blockquote></details><!--",
    "first line\n\n\n<b>second line</b>\r\r<b>third</b>",
    "\N{RIGHT-TO-LEFT OVERRIDE}<b>txt.exe</b>",
]
ENGLISH: Final = words_in("en")
TRANSLATED: Final = [code for code in LANGUAGES if files("assistant").joinpath(f"data/words/{code}.yaml").is_file()]
in_every_language = pytest.mark.parametrize("words", [words_in(code) for code in TRANSLATED], ids=TRANSLATED)

SOURCE: Final = Source(
    id="2021/harbour.txt",
    title="Harbour bridge to reopen",
    publisher="Ellery Gazette",
    author="Clara Winfield",
    published=date(2021, 3, 12),
    language="en",
    path="news/2021/harbour.txt",
)


def assert_harmless(markup: str) -> Page:
    """Nothing in it is anybody's markup but our own, and no link leads anywhere but here or to a web page."""
    page = Page(markup)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES
    assert all(href and href.startswith(("#", "http://", "https://")) for href in page.attributes("href"))
    assert page.declarations == []
    return page


def assert_one_block(markup: str) -> Page:
    """Markdown leaves a block of HTML alone only up to its first blank line."""
    assert markup.startswith("<div ")
    assert "\n" not in markup
    assert "\r" not in markup
    return assert_harmless(markup)


def citation(**changes: Any) -> Citation:
    fields = {"number": 1, "quote": "The works cost 48 million.", "start": 0, "end": 26, "source": SOURCE}
    return Citation.model_validate({**fields, "support": "supported", **changes})


def answer(text: str = "It cost 48 million. [1]", **changes: Any) -> Answer:
    fields = {"question": "What did it cost?", "standalone_question": "What did it cost?", "citations": (citation(),)}
    return Answer.model_validate({"text": text, **fields, **changes})


def passage(text: str, source: Source = SOURCE) -> Passage:
    return Passage(source=source, text=text, start=0, end=len(text), score=0.5, sentences=(Span(start=0, end=1),))


def refusal(*passages: Passage) -> Answer:
    return answer("No.", refused=True, citations=(), passages=passages)


def article(text: str, **changes: Any) -> Article:
    return Article.model_validate({**SOURCE.model_dump(), "text": text, **changes})


def hostile_source(text: str) -> Source:
    """A source of which everything is hostile that can be."""
    fields = dict.fromkeys(("id", "title", "publisher", "author", "speaker", "language", "path", "url"), text)
    return Source.model_validate({**fields, "published": date(2021, 3, 12)})
