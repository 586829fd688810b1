"""Small pieces of HTML that several views share."""

import html
import re
from typing import Final

from assistant.languages import distinct
from assistant.records import Source
from assistant.ui.references import Reference, key_of
from assistant.ui.words import Words

_LINE_ENDS: Final = re.compile(r"[\r\n]+")


def message(kind: str, body: str) -> str:
    """A chat message. The chat reads it as Markdown, which leaves a block of HTML alone up to its first blank line."""
    return f'<div class="{kind}" dir="auto">{_LINE_ENDS.sub(" ", body)}</div>'


def link(reference: Reference, words: str, kind: str) -> str:
    """A link that acts within the page."""
    return f'<a class="{kind}" href="#{reference}">{html.escape(words)}</a>'


def only_html(article: Source, words: Words) -> str:
    """The link that lets only one article answer."""
    return f"<p>{link(Reference('only', key_of(article.id)), words('article.only'), 'only')}</p>"


def lines(text: str) -> str:
    """A text with its line breaks kept."""
    return "<br>".join(html.escape(line) for line in text.split("\n"))


def title(source: Source) -> str:
    """What an article is called."""
    return source.title or source.id


def lang(source: Source) -> str:
    """The attribute that tells the language of an article's text."""
    return f' lang="{html.escape(source.language)}"' if source.language else ""


def facts(source: Source, words: Words, *more: str) -> str:
    """Outlet, people, date and language of an article, in a line."""
    names = distinct(source.publisher, source.speaker, source.author)
    day = words.day(source.published) if source.published else words("facts.no-date")
    language = source.language and words.language(source.language)
    known = (*names, day, language, *more)
    # Isolated, since a name written from right to left would otherwise turn the date beside it round.
    isolated = " · ".join(f"<bdi>{html.escape(fact)}</bdi>" for fact in known if fact)
    return f'<p class="facts">{isolated}</p>'
