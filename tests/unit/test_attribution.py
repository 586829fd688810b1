from dataclasses import replace
from datetime import date

import pytest

from assistant.answers.attribution import attribution, spell_date
from assistant.citations import Quote
from assistant.languages import language as words_of
from assistant.records import Source, Span


def _quote(speaker: str | None = None, **known: object) -> Quote:
    source = Source.model_validate({"id": "2021/bridge.txt", "path": "news/2021/bridge.txt", **known})
    return Quote(source, Span(start=0, end=4), "Yes.", speaker)


DAY = date(2021, 5, 3)


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        (_quote("Ruth Calder", author="Tom Ashgrove", publisher="The Gazette"), "**Ruth Calder**, The Gazette"),
        (_quote(author="Tom Ashgrove", publisher="The Gazette"), "**Tom Ashgrove**, The Gazette"),
        (_quote(author="Reuters", publisher="Reuters"), "**Reuters**"),
        (_quote(author="REUTERS.", publisher="Reuters"), "**REUTERS.**"),
        (_quote("Reuters", author="Tom Ashgrove", publisher="Reuters"), "**Reuters**"),
        (_quote(author="Reuters", publisher="Reuters UK"), "**Reuters**, Reuters UK"),
        (_quote(publisher="The Gazette", title="Bridge reopens"), "**The Gazette**"),
        (_quote("Ruth Calder", title="Bridge reopens"), "**Ruth Calder**"),
        (_quote(title="Bridge reopens"), "**Bridge reopens**"),
        (_quote(), "**2021/bridge.txt**"),
    ],
)
def test_a_quote_is_attributed_to_the_nearest_thing_to_a_person_that_is_known(quote: Quote, words: str) -> None:
    dated = replace(quote, source=quote.source.model_copy(update={"published": DAY}))
    assert attribution(dated, "en") == f"{words}, 3 May 2021"


def test_an_attribution_takes_names_literally() -> None:
    quote = _quote("[1] **Ruth**", publisher="<b>The_Gazette</b>", published=DAY)
    assert attribution(quote, "en") == r"**\[1\] \*\*Ruth\*\***, \<b\>The\_Gazette\</b\>, 3 May 2021"


@pytest.mark.parametrize("language", ["en", "ru", "hy", "xx", None])
def test_an_undated_source_is_said_to_be_undated(language: str | None) -> None:
    undated = words_of(language).undated
    assert undated
    assert attribution(_quote(publisher="The Gazette"), language) == f"**The Gazette**, {undated}"
    assert words_of(None).undated == words_of("xx").undated == "undated"


@pytest.mark.parametrize(
    ("language", "spelled"),
    [
        ("en", "3 May 2021"),
        ("ru", "3 мая 2021 г."),
        ("az", "3 may 2021"),
        ("hy", "03 մայիսի, 2021 թ."),
        ("tr", "3 Mayıs 2021"),
        ("fr", "3 mai 2021"),
        ("zh", "3 May 2021"),
        (None, "3 May 2021"),
        ("", "3 May 2021"),
        ("xx", "3 May 2021"),
        ("no such language", "3 May 2021"),
    ],
)
def test_a_date_is_spelled_in_the_language_or_in_english(language: str | None, spelled: str) -> None:
    # Which of its blanks are narrow changes with the edition of the locale data.
    assert " ".join(spell_date(DAY, language).split()) == spelled
    said = attribution(_quote(publisher="X", published=DAY), language)
    assert " ".join(said.split()) == f"**X**, {spelled}"


def test_beside_a_name_from_right_to_left_the_date_stays_together() -> None:
    quote = _quote(publisher="עיתון הנמל", published=DAY)
    assert attribution(quote, "en") == "**עיתון הנמל**, \u20683 May 2021\u2069"
