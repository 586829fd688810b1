import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import Quote, cite, escape_markdown, with_markers
from assistant.records import Citation, Sentence, Source, Span

BRIDGE = Source(id="bridge.txt", path="news/bridge.txt")
DAM = Source(id="dam.txt", path="news/dam.txt")


def _quote(source: Source, start: int, text: str = "It rained.") -> Quote:
    return Quote(source, Span(start=start, end=start + len(text)), text, speaker=None)


def test_quotes_are_numbered_from_one_in_their_order() -> None:
    sentences, citations = cite([_quote(DAM, 7, "It burst."), _quote(BRIDGE, 3)])
    assert sentences == (
        Sentence(text="It burst.", citations=(1,), support="supported"),
        Sentence(text="It rained.", citations=(2,), support="supported"),
    )
    assert citations == (
        Citation(number=1, quote="It burst.", start=7, end=16, source=DAM, support="supported"),
        Citation(number=2, quote="It rained.", start=3, end=13, source=BRIDGE, support="supported"),
    )


def test_a_range_that_is_quoted_again_keeps_its_number() -> None:
    sentences, citations = cite([_quote(BRIDGE, 3), _quote(DAM, 3), _quote(BRIDGE, 3)])
    assert [sentence.citations for sentence in sentences] == [(1,), (2,), (1,)]
    assert [citation.number for citation in citations] == [1, 2]


@pytest.mark.parametrize("other", [_quote(DAM, 3), _quote(BRIDGE, 30), _quote(BRIDGE, 3, "It rained. It burst.")])
def test_equal_words_at_another_place_are_another_citation(other: Quote) -> None:
    _, citations = cite([_quote(BRIDGE, 3), other])
    assert len(citations) == 2


def test_nothing_quoted_is_nothing_cited() -> None:
    assert cite([]) == ((), ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("It rained.", "It rained. [1][2]"),
        ("It\nrained\u2028 all\t day.", "It rained all day. [1][2]"),
        ("See [3].", r"See \[3\]. [1][2]"),
        ("**No**, he_said", r"\*\*No\*\*, he\_said [1][2]"),
        ("<img src=x>", r"\<img src=x\> [1][2]"),
        ("- 3 bridges", r"\- 3 bridges [1][2]"),
    ],
)
def test_a_sentence_becomes_one_line_with_its_markers_behind_it(text: str, line: str) -> None:
    assert with_markers(Sentence(text=text, citations=(1, 2), support="supported")) == line


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Plain words, 2.5 million (about 3-4%).", "Plain words, 2.5 million (about 3-4%)."),
        (r"C:\dir", r"C:\\dir"),
        ("`code` {x} $y$ ~z~ a|b #c", r"\`code\` \{x\} \$y\$ \~z\~ a\|b \#c"),
        ("[text](javascript:alert(1))", r"\[text\](javascript:alert(1))"),
        ("![pixel](http://news.example/p.png)", r"!\[pixel\](http://news.example/p.png)"),
        ("> quoted", r"\> quoted"),
        ("# Heading", r"\# Heading"),
        ("1. first", r"1\. first"),
        ("12) twelfth", r"12\) twelfth"),
        ("+ plus", r"\+ plus"),
        ("  - indented", r"  \- indented"),
        ("-5 degrees", "-5 degrees"),
        ("1.5 million", "1.5 million"),
        ("1.", r"1\."),
        ("-", r"\-"),
        ("AT&amp;T", r"AT\&amp;T"),
        ("2021. A year", r"2021\. A year"),
        ("on 3. May", "on 3. May"),
    ],
)
def test_what_markdown_gives_a_meaning_is_taken_literally(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


@given(
    text=st.text(alphabet=st.sampled_from("[]()1234 \\*<!a\n"), max_size=40) | st.text(max_size=40),
    numbers=st.lists(st.integers(1, 99), min_size=1, max_size=4),
)
def test_the_numbers_in_brackets_are_exactly_the_citations(text: str, numbers: list[int]) -> None:
    line = with_markers(Sentence(text=text, citations=tuple(numbers), support="supported"))
    assert [int(number) for number in re.findall(r"\[(\d+)\]", line)] == numbers
    assert "\n" not in line


@given(st.text(max_size=60))
def test_without_its_backslashes_a_text_is_what_it_was(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escape_markdown(text), flags=re.DOTALL) == text
