from dataclasses import replace
from datetime import date

import pytest

from assistant.answers.attribution import attribution, speaker_of, spell_date
from assistant.citations import Quote
from assistant.languages import language as words_of
from assistant.records import Source, Span
from tests.retrievals import article

SPEECH = "We paid for a bridge and a half, and we would do it again tomorrow"
NARRATED = "The town has 40,000 people."

# Speech takes up most of each of these, and NARRATED stands outside of it.
IN_MARKS = {
    "English": f"“{SPEECH},” she said. {NARRATED} “{SPEECH}.”",
    "Russian": f"«{SPEECH}», — сказала она. {NARRATED} «{SPEECH}».",
    "Polish": f"„{SPEECH}”, powiedziała. {NARRATED} „{SPEECH}.”",
    "French": f"« {SPEECH} », a-t-elle dit. {NARRATED} « {SPEECH}. »",
    "over paragraphs": f"“{SPEECH}.\n\n“{SPEECH},” she said. {NARRATED} “{SPEECH}.”",
    "a name within": f"«{SPEECH} “Ladoga”», said she. {NARRATED} «{SPEECH}».",
}


def _speaker(text: str, quoted: str, occurrence: int = 0) -> str | None:
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(quoted, start + 1)
    return speaker_of(article(text, speaker="Ruth Calder"), Span(start=start, end=start + len(quoted)))


def _quote(speaker: str | None = None, **known: object) -> Quote:
    source = Source.model_validate({"id": "2021/bridge.txt", "path": "news/2021/bridge.txt", **known})
    return Quote(source, Span(start=0, end=4), "Yes.", speaker)


@pytest.mark.parametrize("text", IN_MARKS.values(), ids=IN_MARKS.keys())
def test_between_quotation_marks_the_speaker_speaks(text: str) -> None:
    assert _speaker(text, SPEECH) == "Ruth Calder"
    assert _speaker(text, SPEECH, occurrence=1) == "Ruth Calder"


@pytest.mark.parametrize("text", IN_MARKS.values(), ids=IN_MARKS.keys())
def test_outside_of_the_marks_the_article_speaks(text: str) -> None:
    assert _speaker(text, NARRATED) is None


def test_a_sentence_that_begins_with_a_mark_is_speech() -> None:
    text = f"She did not hesitate. “{SPEECH}.” {NARRATED}"
    assert _speaker(text, f"“{SPEECH}.”") == "Ruth Calder"


def test_an_interview_sets_no_marks_and_every_sentence_is_the_speaker_s() -> None:
    text = f"— How much was it?\n— {SPEECH}. {NARRATED}"
    assert _speaker(text, SPEECH) == _speaker(text, NARRATED) == "Ruth Calder"


def test_titles_and_scare_quotes_do_not_make_an_article_one_of_speech_in_marks() -> None:
    text = f"{SPEECH}. The “old” bridge is gone. {NARRATED} «Ladoga» was its name, and nobody misses it."
    assert _speaker(text, NARRATED) == "Ruth Calder"


def test_an_article_without_a_speaker_attributes_speech_to_nobody() -> None:
    text = IN_MARKS["English"]
    assert speaker_of(article(text), Span(start=1, end=20)) is None


DAY = date(2021, 5, 3)


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        (_quote("Ruth Calder", author="Tom Ashgrove", publisher="The Gazette"), "**Ruth Calder**, The Gazette"),
        (_quote(author="Tom Ashgrove", publisher="The Gazette"), "**Tom Ashgrove**, The Gazette"),
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
        ("zh", "2021年5月3日"),
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
