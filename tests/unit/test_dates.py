from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cleaning.dates import read_dates

DAY = date(2024, 1, 30)


@pytest.mark.parametrize(
    "line",
    [
        "January 30 2024, 13:10",
        "January 30, 2024",
        "Jan. 30th, 2024 at 5:30 p.m. EST",
        "30 January 2024",
        "30 of January, 2024",
        "Tuesday, 30th January 2024 10:15 GMT+4",
        "30-Jan-2024",
        "2024-01-30",
        "2024-01-30T13:10Z",
        "2024-01-30T13:10:05.123+04:00",
        "2024/01/30 13:10",
        "2024.01.30",
        "30.01.2024",
        "30. 01. 2024 14:05",
        "30/01/2024",
        "01/30/2024",
        "30-01-2024",
        "13:10, 30 January 2024",
        "30 января 2024 г.",
        "30 января 2024 года, 10:15",
        "Вторник, 30 янв. 2024, 10:15 мск",
        "30 січня 2024 р.",
        "30 Ocak 2024 Salı 09:45",
        "30 yanvar 2024",
        "30 Yanvar 2024-cü il, 12:45",
        "2024-cü il 30 yanvar",
        "30 հունվարի 2024",
        "30 Հունվար, 2024թ.",
        "2024թ. հունվարի 30",
        "30 janvier 2024",
        "mardi 30 janvier 2024, 18h05",
        "Dienstag, 30. Januar 2024, 14.05 Uhr",
        "30 de enero de 2024",
        "30 gennaio 2024",
        "30 იანვარი, 2024",
        "30 stycznia 2024",
        "2024. január 30.",
        "٣٠ يناير ٢٠٢٤",
        "2024年1月30日",
    ],
)
def test_a_date_is_read_in_all_usual_forms(line: str) -> None:
    dates, rest = read_dates(line)
    assert dates == [DAY]
    assert rest.strip(" ,") in {"", "est"}


@pytest.mark.parametrize(
    "line",
    [
        "31.02.2024",
        "January 2024",
        "30 January",
        "2024",
        "30.01.24",
        "99/99/2024",
        "30 Brumaire 2024",
        "30 January 1024",
        "+7 (495) 767-01-2024",
        "12.11.2020-2022",
        "1403/13/45",
        "version 2.30.01.2024.5",
    ],
)
def test_what_is_no_complete_date_is_none(line: str) -> None:
    assert read_dates(line)[0] == []


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("03/04/2024", None, None),
        ("03/04/2024", "en", None),
        ("03/04/2024", "fr", date(2024, 4, 3)),
        ("03/04/2024", "tr", date(2024, 4, 3)),
        ("03-04-2024", "nl", date(2024, 4, 3)),
        ("03/04/2024", "hu", None),
        ("03/04/2024", "xx", None),
        ("04/04/2024", "en", date(2024, 4, 4)),
        ("13/04/2024", "en", date(2024, 4, 13)),
        ("04/13/2024", "fr", date(2024, 4, 13)),
        ("03.04.2024", None, date(2024, 4, 3)),
        ("11 listopada 2024", None, None),
        ("11 listopada 2024", "pl", date(2024, 11, 11)),
        ("11 listopada 2024", "hr", date(2024, 10, 11)),
        ("11 listopada 2024", "en", None),
    ],
)
def test_a_date_with_two_readings_is_settled_by_the_language_or_is_none(
    line: str, language: str | None, expected: date | None
) -> None:
    assert read_dates(line, language)[0] == ([expected] if expected else [])


def test_several_dates_come_in_order_and_leave_the_words_around_them() -> None:
    dates, rest = read_dates("Published 30 January 2024 - Updated 2024-01-31, 14:00")
    assert dates == [DAY, date(2024, 1, 31)]
    assert rest.split() == ["published", "-", "updated", ","]


def test_a_sentence_keeps_its_words() -> None:
    dates, rest = read_dates("The summit of 30 January 2024 in Lindow")
    assert (dates, rest) == ([DAY], "the summit of in lindow")


@given(st.dates(date(1800, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_back_from_its_iso_form(day: date) -> None:
    assert read_dates(day.isoformat()) == ([day], "")


@given(st.text(alphabet="0123456789./- :,Tjan", max_size=40))
def test_no_line_of_figures_is_too_odd(line: str) -> None:
    assert all(1800 <= day.year <= 2100 for day in read_dates(line, "fr")[0])
