from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checking.dates import contains, of_day, read_dates, without_dates


def _contained(passage: str, sentence: str, written: str = "en", spoken: str = "en") -> bool:
    known = [meant for mention in read_dates(passage, written, lenient=True) for meant in mention.dates]
    wanted = read_dates(sentence, spoken)
    assert wanted, "the sentence has no date to look for"
    return all(contains(known, frozenset(), mention) for mention in wanted)


@pytest.mark.parametrize(
    "passage",
    ["4 April 2024", "April 4, 2024", "4th of April, 2024", "04.04.2024", "2024-04-04", "4/4/2024", "2024 April 4"],
)
@pytest.mark.parametrize("sentence", ["on 4 April 2024", "on April 4, 2024", "on April 4", "in April 2024", "in April"])
def test_a_date_is_contained_in_one_that_tells_as_much(passage: str, sentence: str) -> None:
    assert _contained(f"It was signed on {passage}.", f"It was signed {sentence}.")


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("in April 2024", "on 4 April 2024"),
        ("on 4 April 2024", "on 5 April 2024"),
        ("on 4 April 2024", "on 4 May 2024"),
        ("on 4 April 2024", "on 4 April 2023"),
        ("on 4 April", "on 4 April 2024"),
        ("on Monday", "on Tuesday"),
        ("on 4 April 2024", "on Friday"),
        ("you may go", "on 3 May"),
        ("you may go", "It broke in May."),
        ("you may go. In 2016 it broke", "It broke in May 2016."),
        ("they marched", "It broke in March."),
    ],
)
def test_another_date_or_a_closer_one_is_not(passage: str, sentence: str) -> None:
    assert not _contained(passage, sentence)


@pytest.mark.parametrize(
    ("written", "passage"),
    [
        ("ru", "4 апреля 2024 года"),
        ("uk", "4 квітня 2024 року"),
        ("tr", "4 Nisan 2024'te"),
        ("az", "4 aprel 2024-cü il"),
        ("hy", "2024 թվականի ապրիլի 4-ին"),
        ("fr", "le 4 avril 2024"),
        ("de", "am 4. April 2024"),
        ("es", "4 de abril de 2024"),
        ("ja", "2024年4月4日"),
        (None, "4 апреля 2024 года"),
    ],
)
def test_a_date_is_contained_in_another_language(written: str | None, passage: str) -> None:
    known = [meant for mention in read_dates(passage, written, lenient=True) for meant in mention.dates]
    assert all(contains(known, frozenset(), mention) for mention in read_dates("on 4 April 2024", "en"))


def test_a_date_without_a_year_takes_one_that_is_known() -> None:
    known = [meant for mention in read_dates("on 4 April", "en") for meant in mention.dates]
    (wanted,) = read_dates("on 4 April 2024", "en")
    assert contains(known, frozenset({2024}), wanted)
    assert not contains(known, frozenset({2023}), wanted)


@pytest.mark.parametrize("day", ["October 6", "October 7", "7 October"])
def test_each_day_of_several_is_contained(day: str) -> None:
    assert _contained("They met on October 6-7 in Prague.", f"They met on {day}.")


def test_a_weekday_is_contained_in_a_date_that_falls_on_it() -> None:
    assert _contained("on 4 April 2024", "on Thursday")
    assert _contained("в понедельник", "on Monday", "ru")


def test_figures_that_can_be_read_in_two_ways_are_contained_either_way() -> None:
    assert _contained("on 4/5/2024", "on 5 April 2024")
    assert _contained("on 4/5/2024", "on 4 May 2024")


def test_a_month_alone_is_contained_in_one_that_is_written_as_months_are() -> None:
    assert _contained("It broke in May.", "It broke in May.")
    assert _contained("May was warm.", "It was warm in May.")
    assert _contained("в мае", "It broke in May.", "ru")


@pytest.mark.parametrize(
    "sentence", ["Theresa May left.", "You may leave.", "Они живут среди гор.", "It costs 12.5.1 crowns", "in 2024"]
)
def test_other_words_and_years_alone_are_no_dates(sentence: str) -> None:
    assert read_dates(sentence, "ru" if "среди" in sentence else "en") == []


def test_dates_are_blanked_out_in_place() -> None:
    text = "On 6 and 7 May 2024 it rained 5 times."
    rest = without_dates(text, read_dates(text, "en"))
    assert len(rest) == len(text)
    assert rest.split() == ["On", "it", "rained", "5", "times."]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day_is_found_as_it_is_printed(day: date) -> None:
    (mention,) = read_dates(f"on {day.day} {day:%B} {day.year}", "en")
    assert mention.dates == (of_day(day),)


@given(st.text(max_size=300), st.sampled_from(["en", "ru", "tr", "xx", None]), st.booleans())
def test_any_text_can_be_read(text: str, code: str | None, lenient: bool) -> None:
    for mention in read_dates(text, code, lenient=lenient):
        assert text[mention.start : mention.end].split() == mention.text.split()
