"""An article to read, with a passage of it marked and what cleaning left out of it."""

import html
import re
from collections.abc import Sequence
from typing import Final

from assistant.records import Article, Removed, Source, Span
from assistant.ui.html.pieces import facts, lang, lines, only_html, title
from assistant.ui.words import Words

_LINE: Final = re.compile(r"[^\n]+")
# Where whole pages are repeated, their beginning tells enough.
LONGEST_REMOVED: Final = 2000


def article_html(article: Article, removed: Sequence[Removed], words: Words, quote: str = "", start: int = 0) -> str:
    """An article with a passage of its text marked, if the passage is still where it was."""
    unchanged = article.text.startswith(quote, start)
    span = Span(start=start, end=start + len(quote)) if unchanged else Span(start=0, end=0)
    paragraphs = "".join(
        f'<p dir="auto">{_marked(article.text, line.start(), line.end(), span)}</p>'
        for line in _LINE.finditer(article.text)
        if line[0].strip()
    )
    changed = "" if unchanged else f'<p class="remark">{html.escape(words("article.changed"))}</p>'
    return (
        f'<article tabindex="0"><header><h2 dir="auto"{lang(article)}>{html.escape(title(article))}</h2>'
        f"{facts(article, words)}{_original(article, words)}{only_html(article, words)}</header>{changed}"
        f'<div class="text"{lang(article)}>{paragraphs}</div>{_removed_html(article, removed, words)}</article>'
    )


def _original(source: Source, words: Words) -> str:
    """The original address, where it is one a browser may safely follow."""
    if not source.url or not source.url.lower().startswith(("http://", "https://")):
        return ""
    followed = f'href="{html.escape(source.url)}" target="_blank" rel="noopener noreferrer"'
    return f'<p class="facts"><a {followed}>{html.escape(words("article.original"))}</a></p>'


def _removed_html(article: Source, removed: Sequence[Removed], words: Words) -> str:
    pieces = [piece for piece in removed if piece.text.strip()]
    if not pieces:
        return ""
    items = "".join(
        f'<li><p class="facts">{html.escape(words.said(piece.reason))}</p>'
        f'<p dir="auto"{lang(article)}>{lines(_cut(piece.text.strip()))}</p></li>'
        for piece in pieces
    )
    counted = html.escape(words.count("article.removed", len(pieces)))
    return f'<details class="removed"><summary>{counted}</summary><ul>{items}</ul></details>'


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_REMOVED else f"{text[:LONGEST_REMOVED]}…"


def _marked(text: str, start: int, end: int, span: Span) -> str:
    """One line of a text, with the part of it that lies in the span marked."""
    first, last = max(start, span.start), min(end, span.end)
    if first >= last:
        return html.escape(text[start:end])
    before, inside, after = text[start:first], text[first:last], text[last:end]
    return f'{html.escape(before)}<mark tabindex="-1">{html.escape(inside)}</mark>{html.escape(after)}'
