"""Words for whose a quotation is: the speaker if it is speech, else the author and outlet, and the date."""

from datetime import date
from typing import Final
from unicodedata import bidirectional

from babel import Locale
from babel.dates import format_date

from assistant.citations import Quote, escape_markdown
from assistant.languages import distinct, languages
from assistant.languages import language as words_of

RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
# Of the Unicode bidirectional algorithm (UAX 9): what is between them has its own direction.
ISOLATE, END_OF_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def attribution(quote: Quote, language: str | None) -> str:
    """Who says it, where and when, as Markdown.

    Falls back to the headline, then to the file, so that there is always something to call the source by.
    """
    source = quote.source
    # An agency may well be given as the author, too.
    names = distinct(quote.speaker or source.author, source.publisher) or [source.title or source.id]
    when = spell_date(source.published, language)
    if any(bidirectional(letter) in RIGHT_TO_LEFT for letter in "".join(names)):
        # Else the day and the year would change places beside such a name.
        when = f"{ISOLATE}{when}{END_OF_ISOLATE}"
    return ", ".join([f"**{escape_markdown(names[0])}**", *map(escape_markdown, names[1:]), when])


def spell_date(day: date | None, language: str | None) -> str:
    """A date, or that there is none, in the words of a language; in English where the language is unknown."""
    if day is None:
        return words_of(language).undated
    spoken = language if language in languages() and language != "en" else "en_GB"
    return format_date(day, format="long", locale=Locale.parse(spoken))
