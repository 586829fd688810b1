"""Turns quoted ranges of articles into numbered citations and the markers that point at them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Citation, Sentence, Source, Span

# What Markdown would read as formatting, a link, a heading, HTML or one of our own markers.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
_LIST_OPENING = re.compile(r"^(\s*)(?:([-+])|(\d+)([.)]))(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim range of an article: `article.text[span.start:span.end] == text`."""

    source: Source
    span: Span
    text: str
    speaker: str | None


def cite(quotes: Sequence[Quote]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Numbers quotes in the order given; the same range quoted twice keeps its number.

    A quote is its own evidence, so every sentence is supported.
    """
    citations: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    for quote in quotes:
        key = (quote.source.id, quote.span.start, quote.span.end)
        if key not in citations:
            citations[key] = Citation(
                number=len(citations) + 1,
                quote=quote.text,
                start=quote.span.start,
                end=quote.span.end,
                source=quote.source,
                support="supported",
            )
        sentences.append(Sentence(text=quote.text, citations=(citations[key].number,), support="supported"))
    return tuple(sentences), tuple(citations.values())


def with_markers(sentence: Sentence) -> str:
    """The sentence as one line of Markdown, its own characters taken literally, markers behind it."""
    markers = "".join(f"[{number}]" for number in sentence.citations)
    return f"{escape_markdown(' '.join(sentence.text.split()))} {markers}"


def escape_markdown(text: str) -> str:
    """The text with every character that Markdown gives a meaning escaped."""
    escaped = _MARKDOWN.sub(r"\\\1", text)
    return _LIST_OPENING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", escaped)
