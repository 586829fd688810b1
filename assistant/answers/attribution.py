"""Says whose words a quoted sentence is: the speaker if it is speech, else the author and outlet, and the date."""

from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from assistant.citations import Quote, escape_markdown
from assistant.languages import language as words_of
from assistant.records import Article, Span

_OPENING = "“«„‟"
_CLOSING = "”»"


def speaker_of(article: Article, span: Span) -> str | None:
    """The article's speaker if the sentence is speech, else None.

    Where the article sets speech in quotation marks, a sentence is the speaker's if it stands between two of them;
    an interview sets none around whole answers, so there every sentence is.
    """
    if article.speaker is None:
        return None
    if not _sets_speech_in_marks(article.text):
        return article.speaker
    return article.speaker if _inside_marks(article.text, span) else None


def attribution(quote: Quote, language: str | None) -> str:
    """Who says it, where and when, as Markdown.

    Falls back to the headline, then to the file, so that there is always something to call the source by.
    """
    source = quote.source
    who = quote.speaker or source.author
    names = [name for name in (who, source.publisher) if name] or [source.title or source.id]
    when = spell_date(source.published, language)
    return ", ".join([f"**{escape_markdown(names[0])}**", *map(escape_markdown, (*names[1:], when))])


def spell_date(day: date | None, language: str | None) -> str:
    """A date, or that there is none, in the words of a language; in English where the language is unknown."""
    if day is None:
        return words_of(language).undated
    try:
        locale = Locale.parse(language or "en")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "GB")
    if locale.language == "en":
        locale = Locale("en", "GB")
    return format_date(day, format="long", locale=locale)


def _sets_speech_in_marks(text: str) -> bool:
    # Scare quotes and titles are a few words long; speech takes up a good part of the text.
    quoted = depth = 0
    for character in text:
        depth = _next_depth(depth, character)
        quoted += depth > 0
    return quoted > 0.15 * len(text)


def _inside_marks(text: str, span: Span) -> bool:
    depth = 0
    for character in text[: span.start + 1]:
        depth = _next_depth(depth, character)
    return depth > 0


def _next_depth(depth: int, character: str) -> int:
    if character in _OPENING:
        return depth + 1
    # A quotation that runs over paragraphs opens at each and closes once.
    return 0 if character in _CLOSING else depth
