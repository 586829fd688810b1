"""Turns records into the HTML of the page.

Everything that comes from an article, a question or an answer is escaped here, before any markup of our own is added:
neither Gradio's HTML component nor its chat can be trusted with a hostile text.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel import Locale

from assistant.markup import Target, markdown_html
from assistant.records import Answer, Article, Citation, Filters, Source, Span

SUPPORT_WORDS: Final = {
    "supported": "Supported by the quote",
    "partial": "Partly supported",
    "unsupported": "Not supported by the quote",
}
LONGEST_QUESTION_SHOWN: Final = 2000
NEAREST: Final = "These passages come nearest to the question; none of them answers it."
NOTHING_NEAR: Final = "Nothing that was searched comes near the question. A wider filter or other words may help."
CHANGED: Final = '<p class="remark">The article has changed since; the passage is no longer where it was.</p>'
EMPTY_PANEL: Final = '<p class="hint">The passages behind an answer appear here.</p>'
_LANGUAGES: Final = Locale("en").languages
_LINE: Final = re.compile(r"[^\n]+")
_LINE_BREAKS: Final = re.compile(r"\s*\n\s*")
_LINE_ENDS: Final = re.compile(r"[\r\n]+")


@dataclass(frozen=True)
class Reference:
    """Names a passage shown in the page: of which answer of the conversation, and which of its cards.

    Written as a link's fragment, `#cite-0-1` or `#passage-0-1`; answers count from 0, cards from 1.
    """

    kind: str
    answer: int
    number: int

    _PATTERN = re.compile(r"#?(cite|passage)-([0-9]{1,6})-([0-9]{1,6})")

    def __str__(self) -> str:
        return f"{self.kind}-{self.answer}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> "Reference | None":
        """The reference a fragment spells, None if it spells none."""
        match = cls._PATTERN.fullmatch(text)
        return match and cls(match[1], int(match[2]), int(match[3]))


def question_html(question: str) -> str:
    """A question as the reader typed it, cut where it would fill the page."""
    cut = question[:LONGEST_QUESTION_SHOWN] + ("…" if len(question) > LONGEST_QUESTION_SHOWN else "")
    return _message("question", _escaped_lines(cut.strip()))


def pending_html(text: str) -> str:
    """An answer that is still being written: its markers lead nowhere yet."""
    body = markdown_html(text) if text else '<p class="hint">Searching the articles…</p>'
    return _message("answer pending", body)


def error_html(words: str) -> str:
    """A failure, in words."""
    return _message("answer error", f"<p>{_escaped_lines(words)}</p>")


def answer_html(answer: Answer, index: int, searched: str) -> str:
    """A finished answer; its markers link to the cards of `sources_html`, which gets the same index."""
    markers = {c.number: Target(str(Reference("cite", index, c.number)), _tooltip(c)) for c in answer.citations}
    remarks = "".join(f'<p class="remark">{html.escape(words)}</p>' for words in (*answer.notices, searched) if words)
    return _message("answer refused" if answer.refused else "answer", markdown_html(answer.text, markers) + remarks)


def sources_html(answer: Answer, index: int, selected: Reference | None = None, *, reading: bool = False) -> str:
    """The cards of an answer: one per citation, or for a refusal the nearest passages, which have no numbers.

    Args:
        answer: the answer.
        index: its place in the conversation.
        selected: the card to set apart, if any.
        reading: its article is open, so that the other cards step back.
    """
    if answer.refused:
        words = NEAREST if answer.passages else NOTHING_NEAR
        head = f'<header id="refusal"><h2>No answer found</h2><p>{words}</p></header>'
        cards = [
            _card(Reference("passage", index, place), passage.source, passage.text, "", selected)
            for place, passage in enumerate(answer.passages, start=1)
        ]
    else:
        head = f"<header><h2>{_count(len(answer.citations), 'source passage')}</h2></header>"
        cards = [
            _card(Reference("cite", index, c.number), c.source, c.quote, _support(c), selected)
            for c in answer.citations
        ]
    return f'<div class="cards{" reading" if reading else ""}">{head}{"".join(cards)}</div>'


def article_html(article: Article, quote: str, start: int) -> str:
    """An article with a passage of its text marked, if the passage is still where it was."""
    unchanged = article.text.startswith(quote, start)
    span = Span(start=start, end=start + len(quote)) if unchanged else Span(start=0, end=0)
    lines = "".join(
        f'<p dir="auto">{_marked(article.text, line.start(), line.end(), span)}</p>'
        for line in _LINE.finditer(article.text)
        if line[0].strip()
    )
    return (
        f'<article tabindex="0"{_lang(article)}><header><h2 dir="auto">{html.escape(_title(article))}</h2>'
        f"{_facts(article)}{_link(article)}</header>{'' if unchanged else CHANGED}{lines}</article>"
    )


def masthead_html(articles: Sequence[Source], mode: str) -> str:
    """The head of the page: what it is, what it covers and how it answers."""
    facts = " · ".join((corpus_words(articles), mode))
    return f'<h1>News assistant</h1><p class="facts">{html.escape(facts)}</p>'


def corpus_words(articles: Sequence[Source]) -> str:
    """How many articles and outlets, and which dates they span."""
    outlets = {article.publisher for article in articles if article.publisher}
    dates = sorted(article.published for article in articles if article.published)
    words = [_count(len(articles), "article")]
    if outlets:
        words.append(_count(len(outlets), "outlet"))
    if dates:
        words.append(" – ".join(dict.fromkeys((date_words(dates[0]), date_words(dates[-1])))))
    return " · ".join(words)


def filter_words(filters: Filters) -> str:
    """What the filters let through, empty when they let everything through."""
    words = []
    if filters.published_from:
        words.append(f"from {date_words(filters.published_from)}")
    if filters.published_to:
        words.append(f"to {date_words(filters.published_to)}")
    words.extend(filters.publishers)
    return " · ".join(words)


def date_words(day: date) -> str:
    """A date as English news writes it, such as 5 March 2024."""
    return f"{day.day} {day:%B} {day.year}"


def _card(reference: Reference, source: Source, quote: str, support: str, selected: Reference | None) -> str:
    cited = reference.kind == "cite"
    number = f' data-number="{reference.number}"' if cited else ""
    badge = f'<span class="badge">{reference.number}</span>' if cited else ""
    lines = _LINE_BREAKS.sub("\n", quote)
    chosen = ' aria-current="true"' if reference == selected else ""
    return (
        f'<section class="source-card"{number}{chosen}>'
        f'<header>{badge}<h3 dir="auto">{html.escape(_title(source))}</h3></header>{_facts(source)}'
        f'<blockquote dir="auto"{_lang(source)}>{_escaped_lines(lines)}</blockquote>'
        f'<footer>{support}<a class="open" href="#{reference}">Read in the article</a></footer></section>'
    )


def _facts(source: Source) -> str:
    people = dict.fromkeys(name for name in (source.speaker, source.author) if name)
    language = source.language and _LANGUAGES.get(source.language, source.language)
    day = date_words(source.published) if source.published else "no date"
    facts = (source.publisher, *people, day, language)
    return f'<p class="facts">{" · ".join(html.escape(fact) for fact in facts if fact)}</p>'


def _lang(source: Source) -> str:
    return f' lang="{html.escape(source.language)}"' if source.language else ""


def _support(citation: Citation) -> str:
    return f'<span class="support {citation.support}">{SUPPORT_WORDS[citation.support]}</span>'


def _link(source: Source) -> str:
    """The original address, where it is one a browser may safely follow."""
    if not source.url or not source.url.lower().startswith(("http://", "https://")):
        return ""
    address = html.escape(source.url)
    return f'<p class="facts"><a href="{address}" target="_blank" rel="noopener noreferrer">Original page</a></p>'


def _marked(text: str, start: int, end: int, span: Span) -> str:
    """One line of a text, with the part of it that lies in the span marked."""
    first, last = max(start, span.start), min(end, span.end)
    if first >= last:
        return html.escape(text[start:end])
    before, inside, after = text[start:first], text[first:last], text[last:end]
    return f'{html.escape(before)}<mark tabindex="-1">{html.escape(inside)}</mark>{html.escape(after)}'


def _title(source: Source) -> str:
    return source.title or source.id


def _tooltip(citation: Citation) -> str:
    return f"{_title(citation.source)}: {citation.quote}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _escaped_lines(text: str) -> str:
    return "<br>".join(html.escape(line) for line in text.split("\n"))


def _message(kind: str, body: str) -> str:
    """A chat message. The chat reads it as Markdown, which leaves a block of HTML alone up to its first blank line."""
    return f'<div class="{kind}" dir="auto">{_LINE_ENDS.sub(" ", body)}</div>'
