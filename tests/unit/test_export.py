"""Answers written for use elsewhere: what they hold, and that no article brings its own links along."""

import json
import re
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.records import Answer, Citation, Passage, Source, Span
from assistant.ui import export
from assistant.ui.export import conversation_json
from assistant.ui.session import without_paths
from assistant.ui.words import words_in
from tests.markup import Page

answer_markdown = partial(export.answer_markdown, words=words_in("en"))
conversation_markdown = partial(export.conversation_markdown, words=words_in("en"))

URL = "https://gazette.example/harbour?page=2"
SOURCE = Source(
    id="2021/harbour.txt",
    title="Harbour bridge to reopen",
    publisher="Ellery Gazette",
    author="Clara Winfield",
    speaker="Ruth Calder",
    published=date(2021, 3, 12),
    url=URL,
    path="news/2021/harbour.txt",
)
QUOTE = "The works cost 48 million."
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "![tracked](http://evil.example/pixel.png)",
    "[click](javascript:alert(1))",
    "[click][1]\n\n[1]: http://evil.example",
    "[^1]: http://evil.example",
    "<http://evil.example>",
    "http://evil.example",
    "x\n# Heading\n\nSetext\n===\n\n## Another",
    "# Heading",
    "1. one\n2. two",
    "> quoted",
    "```\n~~~\n<b>x</b>",
    "\\[click](http://evil.example) \\\\<b>",
    "&lt;b&gt; &#60;b> <!-- x",
    "|a|b|\n|-|-|\n|c|d|",
]
TEXT = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("[]()<>!`~^:/\\*_#-=&;|1ab \n")
    | st.sampled_from(HOSTILE)
)


def citation(number: int = 1, quote: str = QUOTE, source: Source = SOURCE, **changes: Any) -> Citation:
    fields = {"number": number, "quote": quote, "start": 0, "end": len(quote), "source": source}
    return Citation.model_validate({**fields, "support": "supported", **changes})


def answer(text: str = "It cost 48 million. [1]", question: str = "What did it cost?", **changes: Any) -> Answer:
    fields = {"question": question, "standalone_question": question, "text": text, "citations": (citation(),)}
    return Answer.model_validate({**fields, **changes})


def passage(text: str, source: Source = SOURCE) -> Passage:
    return Passage(source=source, text=text, start=0, end=len(text), score=0.5, sentences=(Span(start=0, end=1),))


def hostile_source(words: str) -> Source:
    return SOURCE.model_copy(update=dict.fromkeys(("title", "publisher", "author", "speaker", "id"), words))


def hostile_answer(words: str, text: str) -> Answer:
    source = hostile_source(words)
    return answer(text, words, citations=(citation(quote=words, source=source),), notices=(words,))


def rendered(markdown: str) -> Page:
    """What a reader of Markdown without footnotes makes of it, one that lets all HTML through."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def plain(markdown: str) -> str:
    return " ".join(rendered(markdown).text.split())


def test_an_answer_has_its_sources_as_footnotes() -> None:
    assert answer_markdown(answer()) == (
        "It cost 48 million. [^1]\n\n"
        "[^1]: Ellery Gazette, Ruth Calder, Clara Winfield, 12 March 2021: *Harbour bridge to reopen*, "
        f"<{URL}>. “{QUOTE}”\n"
    )


def test_what_is_not_known_of_a_source_is_left_out() -> None:
    bare = Source(id="a_b.txt", path="a_b.txt")
    note = answer_markdown(answer(citations=(citation(source=bare),))).splitlines()[-1]
    assert note == f"[^1]: no date: *a\\_b\\.txt*. “{QUOTE}”"


def test_an_articles_own_bracketed_number_is_no_footnote() -> None:
    assert answer_markdown(answer("As in \\[1\\] and [7]. [1]")).startswith("As in \\[1\\] and \\[7\\]. [^1]\n")


def test_the_layout_of_an_answer_stays() -> None:
    text = "Ellery Gazette, 12 March 2021:\n> The *works* cost 48 million. [1]\n\n- ~~struck~~"
    assert answer_markdown(answer(text)).startswith(f"{text.replace('[1]', '[^1]')}\n\n[^1]: ")


def test_partial_support_and_notices_are_told() -> None:
    partial = answer(citations=(citation(support="partial"),), notices=("One sentence was left out.",))
    assert answer_markdown(partial).split("\n\n")[1:3] == ["*Partly supported:* [^1]", "*One sentence was left out.*"]


def test_notices_are_told_in_the_language_of_the_page() -> None:
    noticed = answer(notices=("No passage supports what the model wrote.", "A fallback was taken."))
    document = export.answer_markdown(noticed, words_in("ru"))
    assert document.split("\n\n")[1:3] == [
        "*Ни один фрагмент не подтверждает того, что написала модель.*",
        "*A fallback was taken.*",
    ]


def test_a_conversation_numbers_each_passage_once() -> None:
    other = citation(2, "Ferries run.", start=40, end=52)
    first = answer("A. [1] B. [2]", "First?", citations=(citation(), other))
    second = answer("B. [1] A. [2]", "Second?", citations=(other.model_copy(update={"number": 1}), citation(2)))
    document = conversation_markdown("The *bridge*", [first, second])
    assert document.split("\n\n")[:5] == [
        "# The \\*bridge\\*",
        "## First?",
        "A. [^1] B. [^2]",
        "## Second?",
        "B. [^2] A. [^1]",
    ]
    assert re.findall(r"^\[\^(\d)\]: .* “(.+)”$", document, re.MULTILINE) == [("1", QUOTE), ("2", "Ferries run.")]


def test_the_same_place_of_an_article_that_has_changed_is_another_passage() -> None:
    changed = answer(citations=(citation(quote="The works cost 49 million."),))
    assert "[^2]: " in conversation_markdown("Bridge", [answer(), changed])


def test_a_refusal_is_told_as_such() -> None:
    refusal = answer("Not in the articles.", citations=(), refused=True)
    assert conversation_markdown(" ", [refusal]) == (
        "# Conversation\n\n## What did it cost?\n\n**No answer found**\n\nNot in the articles.\n"
    )


def test_a_refusal_lists_the_nearest_passages() -> None:
    long = f"One.\n{'x' * 400}"
    document = answer_markdown(answer("No.", citations=(), refused=True, passages=(passage(QUOTE), passage(long))))
    origin = f"Ellery Gazette, Ruth Calder, Clara Winfield, 12 March 2021: *Harbour bridge to reopen*, <{URL}>"
    assert document.split("\n\n")[2:] == [
        "These passages come nearest to the question; none of them answers it.",
        f"- {origin}. “{QUOTE}”\n- {origin}. “One. {'x' * 295}…”\n",
    ]


@given(words=TEXT)
def test_words_of_a_passage_change_no_layout(words: str) -> None:
    near = passage(words, hostile_source(words))
    page = rendered(answer_markdown(answer("No.", citations=(), refused=True, passages=(near, near))))
    assert [tag for tag, _ in page.tags if tag not in {"em", "a"}] == ["p", "strong", "p", "p", "ul", "li", "li"]
    assert set(page.values("href")) == {URL}


def test_a_question_of_several_lines_is_one_heading() -> None:
    page = rendered(conversation_markdown("Bridge", [answer(question="What?\n\n# And\nwhy? #")]))
    assert (page.count("h1"), page.count("h2")) == (1, 1)
    assert "What? # And why? #" in page.text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "http://a b", "https://a><script>", "ftp://a.example", "//a.example"],
)
def test_only_web_addresses_become_links(url: str) -> None:
    page = rendered(answer_markdown(answer(citations=(citation(source=SOURCE.model_copy(update={"url": url})),))))
    assert page.count("a") == page.count("script") == 0
    assert url in page.text


def test_a_quote_reads_as_it_stands_in_the_article() -> None:
    quote = "«Нет», he said: 2.5 million (about 3%) — *maybe* [sic] at www.a.example & a@b.example!"
    assert quote in plain(answer_markdown(answer(citations=(citation(quote=quote),))))


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_article_reads_as_its_characters(words: str) -> None:
    document = answer_markdown(hostile_answer(words, "Told. [1]"))
    assert plain(document).count(" ".join(words.split())) >= 4


@given(words=TEXT, text=TEXT, url=TEXT)
def test_nothing_but_a_sources_address_becomes_a_link(words: str, text: str, url: str) -> None:
    given_url = f"https://{url}"
    found = hostile_answer(words, f"{text} [1]")
    source = found.citations[0].source.model_copy(update={"url": given_url})
    found = found.model_copy(update={"citations": (citation(quote=words, source=source),)})
    for document in (answer_markdown(found), conversation_markdown(words, [found, found])):
        page = rendered(document)
        assert {tag for tag, _ in page.tags} <= {
            *("p", "h1", "h2", "h3", "h4", "h5", "h6", "a", "em", "strong", "s", "br", "hr", "blockquote"),
            *("ul", "ol", "li", "pre", "code", "table", "thead", "tbody", "tr", "th", "td"),
        }
        assert set(page.values("href")) <= {MarkdownIt().normalizeLink(given_url)}
        assert page.declarations == []


@given(words=TEXT)
def test_words_of_an_article_or_a_reader_change_no_layout(words: str) -> None:
    page = rendered(conversation_markdown(words, [hostile_answer(words, "Told. [1]")]))
    assert [tag for tag, _ in page.tags if tag not in {"p", "em", "a"}] == ["h1", "h2"]


@given(words=TEXT)
def test_no_bare_address_is_left_to_be_found(words: str) -> None:
    document = conversation_markdown(words, [hostile_answer(words, f"{words} [1]")]).replace(f"<{URL}>", "")
    assert not re.search(r"(?<!\\)//|://|www\.|(?<!\\)@", document)


def test_a_conversation_as_json_is_read_back() -> None:
    answers = [answer(passages=(passage(QUOTE),), timings={"answer": 0.25}), answer("Нет.", citations=(), refused=True)]
    document = conversation_json("The bridge", answers)
    read = json.loads(document)
    assert read["title"] == "The bridge"
    assert [Answer.model_validate(entry) for entry in read["answers"]] == list(map(without_paths, answers))
    assert "Нет." in document
