from datetime import date

import pytest

from assistant.records import Filters
from assistant.ui.filters import FilterError, read_filters


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("", "", (None, None)),
        (None, None, (None, None)),
        ("  ", "\n", (None, None)),
        ("2024-04-25", "2024-04-25", (date(2024, 4, 25), date(2024, 4, 25))),
        (" 2024-4-5 ", "", (date(2024, 4, 5), None)),
        ("2024-02", "2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2023", "2023", (date(2023, 1, 1), date(2023, 12, 31))),
        ("", "2023-11", (None, date(2023, 11, 30))),
    ],
)
def test_a_date_may_be_a_day_a_month_or_a_year(
    first: str | None, last: str | None, expected: tuple[date | None, date | None]
) -> None:
    filters = read_filters(first, last, None)
    assert (filters.published_from, filters.published_to) == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "31.12.2024", "2024-13", "2023-02-29", "24-01-01", "2024-", "0000", "2024-01-01-01"]
)
def test_what_is_no_date_is_named_with_what_to_write(text: str) -> None:
    with pytest.raises(FilterError) as caught:
        read_filters("", text, [])
    assert caught.value.in_words().startswith(f"“{text}” is not a date. Write a date as 2024-04-25")


def test_an_endless_text_is_not_repeated_whole() -> None:
    with pytest.raises(FilterError) as caught:
        read_filters("x" * 10_000, "", [])
    assert len(str(caught.value)) < 80


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(FilterError, match=r"ends \(2023-12-31\) before it begins \(2024-01-01\)"):
        read_filters("2024", "2023", [])


def test_outlets_are_taken_as_chosen() -> None:
    assert read_filters("", "", ["Gazette", "Observer"]) == Filters(publishers=("Gazette", "Observer"))


def test_articles_are_taken_as_chosen() -> None:
    assert read_filters("", "", None, ["2021/harbour.txt"]) == Filters(articles=("2021/harbour.txt",))


def test_half_a_character_is_named_as_a_question_mark() -> None:
    with pytest.raises(FilterError, match="“soon \\?” is not a date"):
        read_filters("soon \ud83d", "", [])
