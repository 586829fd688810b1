"""Reads times of the day, so that half past two in the afternoon is one whether it is told as 14:30 or as 2.30 pm."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.languages import language

_HALVES = r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)"
_TIME = re.compile(
    rf"(?<![\d.,:])(?:(?P<h>\d{{1,2}}):(?P<m>[0-5]\d)(?!\d|[:.,]\d){_HALVES}?"
    rf"|(?P<h2>\d{{1,2}})(?:\.(?P<m2>[0-5]\d))?{_HALVES.replace('half', 'half2')})",
    re.IGNORECASE,
)
# A passage may part hours and minutes by other marks or not at all; and what looks like a time may be a score: 21-15.
_MAYBE = re.compile(r"(?<![\d.,:])(?P<h>\d{1,2})(?:[.h–-]|(?<=\d\d))(?P<m>[0-5]\d)(?![\d:]|[.,]\d)")
# Hours and their parts in English words.
_SPOKEN = re.compile(r"\b(?P<part>half past|quarter past|quarter to) (?P<h>[a-z]+|\d{1,2})\b", re.IGNORECASE)
_PARTS = {"half past": 30, "quarter past": 15, "quarter to": -15}
_HOUR, _NOON, _DAY = 60, 12, 24


@dataclass(frozen=True, slots=True)
class Time:
    """A time of the day in a text: as it is printed, where, and as minutes since midnight, which may be two."""

    text: str
    start: int
    end: int
    minutes: frozenset[int]


def read_times(text: str, *, lenient: bool = False) -> list[Time]:
    """The times of the day that a text tells in figures or as "half past two", in time linear in its length.

    Args:
        text: any.
        lenient: also takes figures that may be something else, such as 14.30.
    """
    found = [*_times(text)]
    return [*found, *_possible(text)] if lenient else found


def _times(text: str) -> Iterator[Time]:
    for match in _TIME.finditer(text):
        half = (match["half"] or match["half2"] or "").lower()
        if minutes := _minutes(match["h"] or match["h2"], match["m"] or match["m2"] or "0", half):
            yield Time(match[0], *match.span(), minutes)
    for match in _SPOKEN.finditer(text):
        spoken = match["h"].lower()
        hour = int(spoken) if spoken.isdecimal() else language("en").number_words.get(spoken, 0)
        if 1 <= hour <= _NOON:
            minute = int(hour) * _HOUR + _PARTS[match["part"].lower()]
            either = frozenset({minute % (_NOON * _HOUR), (minute + _NOON * _HOUR) % (_DAY * _HOUR)})
            yield Time(match[0], *match.span(), either)


def _possible(text: str) -> Iterator[Time]:
    for match in _MAYBE.finditer(text):
        if minutes := _minutes(match["h"], match["m"], ""):
            yield Time(match[0], *match.span(), minutes)


def _minutes(hours: str, minutes: str, half: str) -> frozenset[int]:
    """The minutes since midnight that hours and minutes may stand for; none if there is no such time."""
    hour, minute = int(hours), int(minutes)
    if half:
        later = _NOON if half == "p" else 0
        return frozenset({(hour % _NOON + later) * _HOUR + minute} if 1 <= hour <= _NOON else ())
    # 2:30 may be of the afternoon, 02:30 is not.
    either = 0 < hour <= _NOON and hours[0] != "0"
    found = {(hour % _NOON) * _HOUR + minute, (hour % _NOON + _NOON) * _HOUR + minute} if either else set()
    return frozenset(found | ({hour * _HOUR + minute} if hour < _DAY else set()))
