"""Reads what a reader typed into the filter."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Final

from assistant.characters import encodable
from assistant.errors import AssistantError
from assistant.records import Filters

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


class FilterError(AssistantError):
    """A filter cannot be understood."""

    advice = "Write a date as 2024-04-25, a month as 2024-04, a year as 2024."


def read_filters(
    first: str | None,
    last: str | None,
    publishers: Sequence[str] | None = None,
    articles: Sequence[str] | None = None,
) -> Filters:
    """The filters that form fields spell; an empty field does not restrict.

    Raises:
        FilterError: a field is no date, or the first day lies after the last.
    """
    published_from = _day(first or "", last_of_period=False)
    published_to = _day(last or "", last_of_period=True)
    if published_from and published_to and published_from > published_to:
        message = f"The filter ends ({published_to}) before it begins ({published_from})."
        raise FilterError(message)
    return Filters(
        published_from=published_from,
        published_to=published_to,
        publishers=tuple(publishers or ()),
        articles=tuple(articles or ()),
    )


def _day(text: str, *, last_of_period: bool) -> date | None:
    """The day that a date, or the first or last day that a month or a year names."""
    if not text.strip():
        return None
    match = _DATE.fullmatch(text.strip())
    try:
        if match is not None:
            return _day_of(int(match[1]), match[2], match[3], last_of_period=last_of_period)
    except ValueError:
        pass
    message = f"“{encodable(text.strip()[:40])}” is not a date."
    raise FilterError(message)


def _day_of(year: int, month: str | None, day: str | None, *, last_of_period: bool) -> date:
    in_month = int(month) if month else (12 if last_of_period else 1)
    if day:
        return date(year, in_month, int(day))
    return date(year, in_month, monthrange(year, in_month)[1] if last_of_period else 1)
