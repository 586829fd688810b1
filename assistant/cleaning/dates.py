"""Reads calendar dates as news pages print them, in the languages whose month names babel knows.

Only complete dates count: a day, a month and a year. Figures that can be read in two ways (03/04/2024) are a date only
if the language settles which way; English does not, since its regions differ.
"""

import re
from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names

from assistant.terms import fold

_LOCALES = (
    *("ar", "az", "be", "bg", "cs", "da", "de", "el", "en", "en_GB", "es", "et", "fa", "fi", "fr", "hr", "hu", "hy"),
    *("it", "ka", "kk", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "uz"),
)
_YEARS = range(1800, 2101)

# Everything is matched in folded text. Around the figures stand ordinals, "of" and "the year" of several languages.
_DAY = r"(?P<day>\d{1,2})(?:\s?(?:st|nd|rd|th|er|[ao])\b|-?(?:го|е|ին|ი)\b|\.)?"
_YEAR_WORD = r"(?:\s?(?:[гр]|թ|m|год[ау]?|року|թվական\w*|жыл\w*|-?(?:c[iıu]\s)?y?[iı]l\w*)\b\.?)"
_YEAR = rf"(?P<year>\d{{4}}){_YEAR_WORD}?"
_MONTH = r"(?P<month>[^\W\d_]{3,})\.?"
_OF = r"(?:\s*,)?\s+(?:(?:de|del|of|the|di|do)\s+)?"
_TIME = r"\d{1,2}(?::\d{2}|[.h]\d{2}(?!\.?\d))(?:[:.]\d{2}(?:\.\d+)?)?"
_ISO_TIME = rf"(?:[t ]{_TIME}(?:\s?z\b|\s?[+-]\d{{2}}:?\d{{2}})?)"
_PATTERNS = tuple(
    re.compile(rf"(?<![\w./-]){pattern}(?![\w/-]|\.\d)")
    for pattern in (
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_ISO_TIME}?",
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        rf"(?P<first>\d{{1,2}})(?P<mark>\s?[./-]\s?)(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_YEAR_WORD}?",
        rf"{_DAY}{_OF}{_MONTH}{_OF}{_YEAR}",
        r"(?P<day>\d{1,2})[-–/](?P<month>[^\W\d_]{3,})\.?[-–/](?P<year>\d{4})",
        rf"{_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}",
        rf"{_YEAR}\s*[,.]?\s+{_MONTH}\s+{_DAY}",
        rf"{_YEAR}\s*[,.]?\s+{_DAY}\s+{_MONTH}",
    )
)
_CLOCK = re.compile(
    rf"\b(?:(?:at|в|о|à|a|um|kl|saat|ժամը|ore|ora|klo)\.?\s+)?{_TIME}"
    r"(?:\s?(?:[ap]\.?m\b\.?|uhr\b|h\b|[a-zа-я]{0,2}(?:gmt|utc|мск|msk|z|[ecmpw][sed]t|bst|ist|eet)\b))?"
    r"(?:\s?[+-]\d{1,2}(?::?\d{2})?)?"
)
_DATE_DIGITS = re.compile(r"\d{4}")


def read_dates(line: str, language: str | None = None) -> tuple[list[date], str]:
    """The complete dates in a line, in order, and the folded line without them, times of day and names of weekdays.

    Args:
        line: a line that may consist of a date.
        language: ISO 639-1 code of the page, which settles the order of day and month where figures alone do not.
    """
    folded = fold(line)
    if not _DATE_DIGITS.search(folded):
        return [], folded
    found: dict[int, date] = {}
    for pattern in _PATTERNS:
        for match in reversed(list(pattern.finditer(folded))):
            if (value := _as_date(match, language)) is not None:
                found[match.start()] = value
                # The blank keeps the positions of what comes before and after.
                folded = folded[: match.start()] + " " * len(match[0]) + folded[match.end() :]
    rest = (
        " ".join(w for w in _CLOCK.sub(" ", folded).split() if w.strip(".,()") not in _weekdays()) if found else folded
    )
    return [found[start] for start in sorted(found)], rest


def _as_date(match: re.Match[str], language: str | None) -> date | None:
    parts = match.groupdict()
    if "first" in parts:
        day_month = _day_and_month(int(parts["first"]), int(parts["second"]), parts["mark"].strip(), language)
    else:
        day_month = int(parts["day"]), _month(parts["month"], language)
    if day_month is None or int(parts["year"]) not in _YEARS:
        return None
    try:
        return date(int(parts["year"]), day_month[1], day_month[0])
    except ValueError:
        return None


def _day_and_month(first: int, second: int, mark: str, language: str | None) -> tuple[int, int] | None:
    # Dots part days, months and years in this order everywhere.
    if mark == "." or first == second or first > 12 or (second <= 12 and _day_comes_first(language)):  # noqa: PLR2004
        return first, second
    return (second, first) if second > 12 else None  # noqa: PLR2004


@cache
def _day_comes_first(language: str | None) -> bool:
    if language in {None, "en"}:
        return False
    try:
        pattern: str = Locale.parse(language).date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        return False
    return pattern.lstrip("\u200f").startswith("d")


def _month(name: str, language: str | None) -> int:
    """The month's number, 0 if it is none or, like Croatian and Czech listopad, not the same one everywhere."""
    if name.isdigit():
        return int(name)
    months = _months().get(name, {})
    numbers = {number for number, languages in months.items() if language in languages} or set(months)
    return numbers.pop() if len(numbers) == 1 else 0


@cache
def _months() -> dict[str, dict[int, set[str]]]:
    """By folded name: the months it stands for, and in which languages."""
    table: dict[str, dict[int, set[str]]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    months = table.setdefault(fold(name).rstrip("."), {})
                    months.setdefault(number, set()).add(locale[:2])
    return table


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(
        fold(name).rstrip(".")
        for locale in _LOCALES
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for name in get_day_names(width, context, locale).values()
    )
