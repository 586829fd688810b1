"""Reads days, months and weekdays as far as a text tells them, in any order and in figures or words.

A year alone is a number like others. A date is contained in another that tells as much or more.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

from assistant.checking.clock import Time
from assistant.languages import language, languages
from assistant.terms import fold

_FIGURES = re.compile(
    r"(?<![\w./-])(?:(?P<y>\d{4})(?P<m1>[-/.])(?P<m>\d{1,2})(?P=m1)(?P<d>\d{1,2})(?:T[\d:.Z+-]*)?"
    r"|(?P<a>\d{1,2})(?P<m2>[-/.])(?P<b>\d{1,2})(?P=m2)(?P<c>\d{4}|\d{2}))(?![\w/-]|\.\d)"
    r"|(?P<yc>\d{4})\s?[年년]\s?(?:(?P<mc>\d{1,2})\s?[月월](?:\s?(?P<dc>\d{1,2})\s?[日일])?)"
)
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
# What may stand between a day and its month besides blanks, in folded text: ordinals, "of", dashes between days.
_DAY_MARKS = frozenset(
    [
        "st",
        "nd",
        "rd",
        "th",
        "er",
        "o",
        "a",
        "de",
        "del",
        "of",
        "the",
        "di",
        "do",
        "го",
        "е",
        "й",
        "числа",
        "ին",
        "ი",
        "и",
        "i",
        "y",
        "et",
        "e",
        "und",
        "ve",
        "və",
        "and",
        "or",
        "to",
        "bis",
        "au",
        "al",
        "no",
        "до",
        "по",
    ]
)
_MONTH_PREFIX = 5
_LAST_DAY, _LAST_MONTH = 31, 12
_YEAR = re.compile(r"1[0-9]\d\d|20\d\d")
# What may stand between a year and the month behind it.
_YEAR_WORDS = frozenset({"թվականի", "թ", "წლის", "წ", "yili", "yilinin", "ilin", "il", "года", "жыл"})
_REACH = 3
_BETWEEN = ".-–—/’'"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """As much of a date as a text tells; a weekday counts from Monday, 0."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    def agrees(self, other: "PartialDate", years: frozenset[int]) -> bool:
        """Whether `other` tells all that this one does; its year may be one of `years` if it tells none."""
        if self.weekday is not None:
            return self.weekday in {other.weekday, other.whole_weekday}
        if self.month != other.month or (self.day is not None and self.day != other.day):
            return False
        return self.year is None or self.year == other.year or (other.year is None and self.year in years)

    @property
    def whole_weekday(self) -> int | None:
        """The weekday of a date that is told in full, if there is such a day."""
        try:
            return date(self.year or 0, self.month or 0, self.day or 0).weekday()
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class DateMention:
    """A place in a text that tells a date; figures that can be read in two ways have two `dates`."""

    text: str
    start: int
    end: int
    dates: tuple[PartialDate, ...]


def of_day(day: date) -> PartialDate:
    """A calendar day."""
    return PartialDate(day.year, day.month, day.day)


def contains(known: Iterable[PartialDate], years: frozenset[int], wanted: DateMention) -> bool:
    """Whether what a mention tells is told by one of the dates; those without a year may take one of `years`."""
    return any(meant.agrees(other, years) for other in known for meant in wanted.dates)


def without_dates(text: str, mentions: Iterable[DateMention | Time]) -> str:
    """The text with the days, months and times blanked out, so that they are not read as numbers; offsets stay."""
    pieces, at = [], 0
    for mention in sorted(mentions, key=lambda mention: mention.start):
        if mention.start < at:
            continue
        pieces += [text[at : mention.start], " " * (mention.end - mention.start)]
        at = mention.end
    return "".join([*pieces, text[at:]])


def read_dates(text: str, code: str | None, *, lenient: bool = False) -> list[DateMention]:
    """What a text tells of dates, in order, in time linear in its length.

    Mentions do not overlap, but for the days of "6 and 7 May", which share a place.

    Args:
        text: any.
        code: ISO 639-1 code of its language.
        lenient: also takes a month without a number or a small word beside it, if it is written as months are.
    """
    mentions = list(_in_figures(text, code))
    rest = without_dates(text, mentions)
    reader = _Words(rest, code, lenient=lenient)
    return sorted([*mentions, *reader.mentions()], key=lambda mention: mention.start)


def _in_figures(text: str, code: str | None) -> Iterator[DateMention]:
    for match in _FIGURES.finditer(text):
        found = tuple(d for d in _readings(match, code) if _possible(d))
        if found:
            yield DateMention(match[0], *match.span(), found)


def _readings(match: re.Match[str], code: str | None) -> list[PartialDate]:
    for y, m, d in (("y", "m", "d"), ("yc", "mc", "dc")):
        if match[y]:
            return [PartialDate(int(match[y]), int(match[m]), int(match[d]) if match[d] else None)]
    first, second, year = int(match["a"]), int(match["b"]), int(match["c"])
    if len(match["c"]) == 2:  # noqa: PLR2004 - two digits leave the century open
        year += 2000 if year < 50 else 1900  # noqa: PLR2004
    day_first, month_first = PartialDate(year, second, first), PartialDate(year, first, second)
    # Dots part days, months and years in this order everywhere; slashes do not in English.
    return [day_first] if match["m2"] == "." or code not in {None, "en"} else [day_first, month_first]


def _possible(found: PartialDate) -> bool:
    return 1 <= (found.month or 0) <= _LAST_MONTH and (found.day is None or 1 <= found.day <= _LAST_DAY)


class _Words:
    """Goes over the names of months and weekdays and takes the numbers beside them."""

    def __init__(self, text: str, code: str | None, *, lenient: bool) -> None:
        self._text = text
        self._lenient = lenient
        self._code = code
        self._small_words = language(code).function_words if code in languages() else frozenset()
        self._months, self._weekdays = _months(code), _weekdays(code)
        self._tokens = list(_TOKEN.finditer(text))
        self._folded = [fold(token[0]) for token in self._tokens]

    def mentions(self) -> Iterator[DateMention]:
        past = 0
        for at, word in enumerate(self._folded):
            if word in self._weekdays and self._tokens[at].start() >= past:
                past = self._tokens[at].end()
                yield DateMention(
                    self._tokens[at][0], *self._tokens[at].span(), (PartialDate(weekday=self._weekdays[word]),)
                )
            month = self._month(at)
            if month and self._tokens[at].start() >= past:
                mentions = self._around(at, month, past)
                past = max([past, *(mention.end for mention in mentions)])
                yield from mentions

    def _month(self, at: int) -> int | None:
        word = self._folded[at]
        if not self._tokens[at][0][0].isalpha():
            return None
        found = self._months.get(word)
        if found is None and self._lenient and len(word) > _MONTH_PREFIX:
            found = next(
                (self._months[word[:n]] for n in range(len(word) - 1, 4, -1) if word[:n] in self._months), None
            )
        return found

    def _around(self, at: int, month: int, past: int) -> list[DateMention]:
        """The month at a token with its year, once for each day before or behind it; none if it may be another word."""
        before = self._days_before(at, past)
        behind = self._days_behind(at) if not before else []
        first = min([at, *before])
        last = max([at, *behind])
        year, last = self._year_behind(last)
        before_all = first - 2 if first > 1 and self._folded[first - 1] in _YEAR_WORDS else first - 1
        if year is None and before_all >= 0 and self._is_year(before_all) and self._tokens[before_all].start() >= past:
            year, first = int(self._folded[before_all]), before_all
        if not (before or behind or year or self._is_month_alone(at)):
            return []
        days: list[int | None] = [int(self._folded[i]) for i in [*before, *behind]]
        start, end = self._tokens[first].start(), self._tokens[last].end()
        return [
            DateMention(self._text[start:end], start, end, (PartialDate(year, month, day),)) for day in days or [None]
        ]

    def _is_month_alone(self, at: int) -> bool:
        """Whether a month without a number is surely one: May and mars are words and names too."""
        if self._tokens[at][0][0].islower() and self._is_proper(self._folded[at]):
            return False
        if self._lenient or len(self._folded[at]) >= _MONTH_PREFIX:
            return True
        return at > 0 and self._folded[at - 1] in self._small_words and self._near(at - 1)

    def _is_proper(self, word: str) -> bool:
        """Whether a month is written with a capital in its language."""
        return any(word[:n] in _proper_months(self._code) for n in range(len(word), 2, -1))

    def _days_before(self, at: int, past: int) -> list[int]:
        found: list[int] = []
        at -= 1
        skipped = 0
        while at >= 0 and self._near(at) and skipped < _REACH and self._tokens[at].start() >= past:
            if self._is_day(at):
                found.insert(0, at)
                skipped = 0
            elif self._folded[at] in _DAY_MARKS:
                skipped += 1
            else:
                break
            at -= 1
        return found

    def _days_behind(self, at: int) -> list[int]:
        found: list[int] = []
        at += 1
        skipped = 0
        while at < len(self._tokens) and skipped < _REACH and self._near(at - 1):
            if self._is_day(at) and not (self._near(at) and self._month(at + 1)):
                found.append(at)
                skipped = 0
            elif found and self._folded[at] in _DAY_MARKS:
                skipped += 1
            else:
                break
            at += 1
        return found

    def _year_behind(self, at: int) -> tuple[int | None, int]:
        for behind in range(at + 1, min(at + _REACH + 1, len(self._tokens))):
            if not self._near(behind - 1, ","):
                break
            if self._is_year(behind):
                return int(self._folded[behind]), behind
            if self._folded[behind] not in _DAY_MARKS:
                break
        return None, at

    def _is_day(self, at: int) -> bool:
        figures = self._folded[at]
        return len(figures) <= 2 and figures.isdecimal() and 1 <= int(figures) <= _LAST_DAY  # noqa: PLR2004

    def _is_year(self, at: int) -> bool:
        return _YEAR.fullmatch(self._folded[at]) is not None

    def _near(self, at: int, also: str = "") -> bool:
        """Whether no more than blanks, full stops and dashes, or `also`, part a token from the next one."""
        if at + 1 >= len(self._tokens):
            return False
        start, end = self._tokens[at].end(), self._tokens[at + 1].start()
        return end - start <= _REACH and all(c.isspace() or c in _BETWEEN or c in also for c in self._text[start:end])


@cache
def _months(code: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for known in _codes(code):
        if known in languages():
            found |= language(known).months
        for width in ("wide", "abbreviated"):
            for use in ("format", "stand-alone"):
                for number, name in get_month_names(width, use, known).items():
                    word = fold(name).rstrip(".")
                    if word.isalpha():
                        found.setdefault(word, number)
    return found


@cache
def _proper_months(code: str | None) -> frozenset[str]:
    """The names of months that are always written with a capital in a language, or in one of those at hand."""
    names = {name for known in _codes(code) for name in get_month_names("wide", "format", known).values()}
    return frozenset(fold(name) for name in names if name[0].isupper())


@cache
def _weekdays(code: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for known in _codes(code):
        for use in ("format", "stand-alone"):
            for number, name in get_day_names("wide", use, known).items():
                word = fold(name)
                if word.isalpha() and len(word) > 3:  # noqa: PLR2004 - shorter ones are other words too
                    found |= dict.fromkeys(_inflected(word, known), number)
    return found


def _inflected(word: str, code: str) -> Sequence[str]:
    """The forms of a weekday; Slavic languages inflect them."""
    if code not in {"ru", "uk"}:
        return [word] + [f"{word}s"] * (code == "en")
    if word.startswith("сред"):
        # Other forms are of the word for surroundings too, or are a preposition.
        return ["среду"]
    endings = ("а", "ы", "у", "е", "ой", "ам", "ах") if word[-1] == "а" else ("", "а", "у", "е", "и", "ом", "ам", "ах")
    return [word, *(word.rstrip("а") + ending for ending in endings)]


def _codes(code: str | None) -> Sequence[str]:
    try:
        Locale.parse(code or "")
    except (UnknownLocaleError, ValueError):
        return languages()
    return [code or ""]
