"""What a passage contains: its numbers, dates, names and words, with those that its source tells."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from assistant.checking.clock import Time, read_times
from assistant.checking.counts import Count, read_counts
from assistant.checking.dates import PartialDate, of_day, read_dates, without_dates
from assistant.checking.name_index import NameIndex
from assistant.checking.number_match import Number
from assistant.checking.numbers import read_numbers
from assistant.checking.quotations import searchable
from assistant.checking.units import HOUR
from assistant.languages import language, words
from assistant.records import Source
from assistant.retrieval import Hit

_YEARS = range(1000, 2101)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Contents:
    """What one passage contains, to be looked up.

    Attributes:
        code: ISO 639-1 code of its language, None if unknown.
        times: of the day, in minutes since midnight.
        dates: those it tells; the weekdays and the "today" in it as days around that of its publication.
        published: the day of its publication, which proves when it was said and not when what it says came about.
        years: those named anywhere in it, and that of its publication.
        origin: the names of who published, wrote or said it, as `searchable` gives them.
        words: for quotations, see `searchable`.
    """

    code: str | None
    numbers: tuple[Number, ...]
    dates: frozenset[PartialDate]
    published: PartialDate | None
    counts: tuple[Count, ...]
    times: frozenset[int]
    years: frozenset[int]
    names: NameIndex
    words: str
    origin: tuple[str, ...]


def contents(hit: Hit) -> Contents:
    """What a passage contains; that of the last few hundred is kept."""
    return _contents(hit.chunk.text, hit.chunk.source)


@lru_cache(maxsize=512)
def _contents(text: str, source: Source) -> Contents:
    return contents_of(text, source)


def contents_of(text: str, source: Source) -> Contents:
    """What a text of a source contains."""
    origin = [name for name in (source.publisher, source.author, source.speaker) if name]
    # The figures and months of who said it (France 24, Theresa May) are none of what is said.
    told = f"{text}\n{source.title or ''}"
    whole = " . ".join((told, *origin))
    mentions = read_dates(told, source.language, lenient=True)
    dates = {meant for mention in mentions for meant in mention.dates}
    times = read_times(told)
    undated = without_dates(told, [*mentions, *times])
    numbers = read_numbers(undated, source.language, lenient=True)
    published = of_day(source.published) if source.published else None
    if source.published:
        dates |= set(_days_around(source.published, dates))
        if published and not language(source.language).today.isdisjoint(words(text)):
            dates.add(published)
    years = frozenset(_years(numbers, {*dates, *([published] if published else [])}))
    numbers += [Number(str(year), frozenset({Decimal(year)}), uncounted=True) for year in sorted(years)]
    numbers += [number for time in times for number in _figures_of(time)]
    return Contents(
        code=source.language,
        numbers=tuple(numbers),
        counts=tuple(read_counts(undated, source.language)),
        dates=frozenset(dates),
        times=frozenset(minute for time in read_times(told, lenient=True) for minute in time.minutes),
        published=published,
        years=years,
        names=NameIndex(whole, source.language),
        words=searchable(whole),
        origin=tuple(map(searchable, origin)),
    )


def _days_around(published: date, dates: Iterable[PartialDate]) -> Iterator[PartialDate]:
    """The days that weekdays in a text mean: those less than a week before or after its publication."""
    weekdays = {known.weekday for known in dates}
    days = (published + timedelta(days=days) for days in range(-_WEEK + 1, _WEEK))
    return (of_day(day) for day in days if day.weekday() in weekdays)


def _figures_of(time: Time) -> Iterator[Number]:
    """The figures of what looks like a time of the day and may be a score; a full hour is one of so many hours."""
    hours, *rest = (Decimal(figures) for figures in re.findall(r"\d+", time.text))
    full = not any(rest)
    yield Number(time.text, frozenset({hours}), frozenset({HOUR} if full else ()), uncounted=True)
    yield from (Number(time.text, frozenset({value}), uncounted=True) for value in rest)


def _years(numbers: Iterable[Number], dates: Iterable[PartialDate]) -> Iterator[int]:
    yield from (date.year for date in dates if date.year)
    for number in numbers:
        yield from (int(value) for value in number.values if value in _YEARS)
