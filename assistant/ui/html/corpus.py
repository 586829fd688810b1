"""What the articles are as a whole: the head of the page, the list of them, what a filter lets through."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from assistant.records import Filters, Source
from assistant.ui.html.pieces import facts, lang, link, only_html, title
from assistant.ui.references import Reference, key_of
from assistant.ui.words import Words

# More would take the browser longer to draw than a reader would scroll.
MOST_LISTED: Final = 500
# So many articles or outlets are named, and more are counted.
MOST_NAMED: Final = 5


@dataclass(frozen=True)
class Extent:
    """What a page says of many articles, reckoned once for all of them.

    Attributes:
        outlets: their names, in order.
        first: the oldest date of publication; `last` is the newest.
        undated: articles without one.
    """

    articles: int
    outlets: tuple[str, ...]
    first: date | None
    last: date | None
    undated: int

    @classmethod
    def of(cls, articles: Sequence[Source]) -> Self:
        """The extent of these articles."""
        dates = [article.published for article in articles if article.published]
        outlets = {article.publisher for article in articles if article.publisher}
        return cls(
            articles=len(articles),
            outlets=tuple(sorted(outlets)),
            first=min(dates, default=None),
            last=max(dates, default=None),
            undated=len(articles) - len(dates),
        )


def masthead_html(extent: Extent, mode: str, words: Words) -> str:
    """The head of the page: what it is, what it covers and how it answers."""
    covered = link(Reference("corpus"), corpus_words(extent, words), "open-corpus")
    return f'<h1>{html.escape(words("title"))}</h1><p class="facts">{covered} · {html.escape(mode)}</p>'


def corpus_words(extent: Extent, words: Words) -> str:
    """How many articles and outlets, and which dates they span."""
    outlets = words.count("facts.outlets", len(extent.outlets)) if extent.outlets else ""
    return _joined(extent, outlets, words)


def searched_words(extent: Extent, words: Words) -> str:
    """What a search of all articles goes through: the outlets by name if they are few, and what has no date."""
    if len(extent.outlets) > MOST_NAMED:
        known = corpus_words(extent, words)
    else:
        known = _joined(extent, ", ".join(extent.outlets), words)
    mixed = 0 < extent.undated < extent.articles
    return f"{known} · {words.count('facts.undated', extent.undated)}" if mixed else known


def _joined(extent: Extent, outlets: str, words: Words) -> str:
    days = [words.day(day) for day in (extent.first, extent.last) if day]
    parts = (words.count("facts.articles", extent.articles), outlets, " – ".join(dict.fromkeys(days)))
    return " · ".join(part for part in parts if part)


def filter_words(filters: Filters, words: Words) -> str:
    """What the filters let through, empty when they let everything through."""
    known = []
    if filters.published_from:
        known.append(words("filter.from", day=words.day(filters.published_from)))
    if filters.published_to:
        known.append(words("filter.to", day=words.day(filters.published_to)))
    many = len(filters.articles) > MOST_NAMED
    chosen = [words.count("facts.articles", len(filters.articles))] if many else filters.articles
    return " · ".join([*known, *filters.publishers, *chosen])


def corpus_html(articles: Sequence[Source], length: Callable[[Source], int], words: Words) -> str:
    """A list of articles, as far as it can be drawn at once.

    Args:
        articles: in the order in which they are listed.
        length: gives the length of one, in words; 0 if it is not known.
        words: the words of the page.
    """
    items = "".join(_item(article, length(article), words) for article in articles[:MOST_LISTED])
    more = len(articles) - MOST_LISTED
    rest = f'<p class="hint">{html.escape(words.count("corpus.more", more))}</p>' if more > 0 else ""
    return f"<h2>{html.escape(corpus_words(Extent.of(articles), words))}</h2><ul>{items}</ul>{rest}"


def _item(article: Source, length: int, words: Words) -> str:
    reference = Reference("article", key_of(article.id))
    named = f'<a class="open" href="#{reference}" dir="auto"{lang(article)}>{html.escape(title(article))}</a>'
    known = words.count("facts.words", length) if length else ""
    return f"<li>{named}{facts(article, words, known)}{only_html(article, words)}</li>"
