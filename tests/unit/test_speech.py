import pytest

from assistant.answers.speech import speaker_of
from assistant.records import Span
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
    "German": f"„{SPEECH}“, sagte sie. {NARRATED} „{SPEECH}.“",
    "German books": f"»{SPEECH}«, sagte sie. {NARRATED} »{SPEECH}.«",
    "typed": f'"{SPEECH}," she said. {NARRATED} "{SPEECH}."',
    "Swedish": f"”{SPEECH}”, sade hon. {NARRATED} ”{SPEECH}.”",
    "British": f"‘{SPEECH},’ she said. {NARRATED} ‘{SPEECH}.’",
    "Japanese": f"「{SPEECH}」と言った。{NARRATED} 「{SPEECH}」",
    "Chinese, within another": f"『{SPEECH}』 {NARRATED} 『{SPEECH}』",
    "single guillemets": f"‹{SPEECH}›, dit-elle. {NARRATED} ‹{SPEECH}.›",
    "a quotation within": f"«He shouted „No way” twice. {SPEECH}», said she. {NARRATED} «{SPEECH}».",
    "never closed": f"“{SPEECH}, she said.\n\n{NARRATED} It is old.\n\n“{SPEECH},” she said.\n\nThe end.",
    "over paragraphs, opened once": f"“The town is old.\n\n{SPEECH},” she said. {NARRATED} “{SPEECH}.”",
    "a name within": f"«{SPEECH} “Ladoga”», said she. {NARRATED} «{SPEECH}».",
}


def _speaker(text: str, quoted: str, occurrence: int = 0) -> str | None:
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(quoted, start + 1)
    return speaker_of(article(text, speaker="Ruth Calder"), Span(start=start, end=start + len(quoted)))


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


def test_a_sentence_that_only_begins_with_a_title_in_marks_is_not_speech() -> None:
    title = "“Bridge” is a novel by another man that nobody reads."
    assert _speaker(f"“{SPEECH},” she said. {title} “{SPEECH}.”", title) is None


def test_an_apostrophe_closes_no_quotation() -> None:
    text = f"‘It is the town’s bridge, and {SPEECH},’ she said. {NARRATED} ‘{SPEECH}.’"
    assert _speaker(text, "the town’s bridge") == "Ruth Calder"
    assert _speaker(text, NARRATED) is None


def test_an_interview_sets_no_marks_and_every_sentence_is_the_speaker_s() -> None:
    text = f"— How much was it?\n— {SPEECH}. {NARRATED}"
    assert _speaker(text, SPEECH) == _speaker(text, NARRATED) == "Ruth Calder"


def test_titles_and_scare_quotes_do_not_make_an_article_one_of_speech_in_marks() -> None:
    text = f"{SPEECH}. The “old” bridge is gone. {NARRATED} «Ladoga» was its name, and nobody misses it."
    assert _speaker(text, NARRATED) == "Ruth Calder"


def test_a_headline_is_no_first_question_of_an_interview() -> None:
    text = f"Minister defends dam agency\n\nThe minister came.\n\n“{SPEECH},” Calder said.\n\nVoss called it a show."
    assert _speaker(text, "Voss called it a show.") is None


def test_an_article_without_a_speaker_attributes_speech_to_nobody() -> None:
    text = IN_MARKS["English"]
    assert speaker_of(article(text), Span(start=1, end=20)) is None


# reports in marks


REPORT = (
    "Minister defends dam agency\n\nEnvironment minister Ruth Calder visited the valley and spoke to the residents.\n\n"
    "“There is no danger today at all,” Calder said. She promised a new siren.\n\n"
    "Its leader called the visit a show. “She has known of the cracks for years,” said Karl Voss of the opposition.\n\n"
    "“We have a report on that,” she added.\n\nResidents handed her a petition."
)


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("“There is no danger today at all,” Calder said.", "Ruth Calder"),
        ("“We have a report on that,” she added.", "Ruth Calder"),
        ("“She has known of the cracks for years,” said Karl Voss of the opposition.", None),
        ("She promised a new siren.", None),
        ("Residents handed her a petition.", None),
        ("Environment minister Ruth Calder visited the valley and spoke to the residents.", None),
    ],
)
def test_in_a_report_only_what_is_quoted_from_the_speaker_is_theirs(sentence: str, speaker: str | None) -> None:
    assert _speaker(REPORT, sentence) == speaker


def test_who_is_named_right_behind_a_quotation_said_it() -> None:
    assert _speaker(f"“{SPEECH},” Voss said.", SPEECH) is None
    assert _speaker(f"“{SPEECH}!” Voss said.", SPEECH) is None
    assert _speaker(f"“{SPEECH},” Calder said.", SPEECH) == "Ruth Calder"


def test_what_begins_a_sentence_behind_a_quotation_names_nobody() -> None:
    assert _speaker(f"“{SPEECH}.” The town is old.", SPEECH) == "Ruth Calder"


def test_whom_a_quotation_over_paragraphs_names_did_not_say_it() -> None:
    assert _speaker(f"“The town is old.\n\nThe man from Ladoga knows: {SPEECH},” she said.", SPEECH) == "Ruth Calder"


@pytest.mark.parametrize(
    "text",
    [
        f"'{SPEECH}, and it's the town's,' Calder said. {NARRATED}\n'{SPEECH},' she said.",
        f"»{SPEECH}», sade hon. {NARRATED} »{SPEECH}.»",
    ],
    ids=["typed single marks", "Finnish guillemets"],
)
def test_less_common_marks_set_speech_too(text: str) -> None:
    assert _speaker(text, SPEECH) == "Ruth Calder"
    assert _speaker(text, NARRATED) is None


# interviews


INTERVIEW = (
    "Ruth Calder, an engineer known far beyond the valley, answers.\n\nThe bridge has its critics.\n\n"
    "– The town paid a lot. How much was it?\n– We paid 48 million.\n"
    "– The agency says that it learned of it late. Is that so?\n– Nobody there told us. Calder’s name is not on it.\n"
    "Calder: It was Voss who told me “we shall see about that one day”."
)


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Ruth Calder, an engineer known far beyond the valley, answers.", None),
        ("The bridge has its critics.", None),
        ("The town paid a lot.", None),
        ("We paid 48 million.", "Ruth Calder"),
        ("The agency says that it learned of it late.", None),
        ("Nobody there told us.", "Ruth Calder"),
        ("Calder’s name is not on it.", None),
        ("Calder: It was Voss who told me “we shall see about that one day”.", "Ruth Calder"),
    ],
)
def test_in_an_interview_what_answers_is_the_speaker_s(sentence: str, speaker: str | None) -> None:
    assert _speaker(INTERVIEW, sentence) == speaker


def test_an_interview_may_begin_with_an_answer() -> None:
    text = "Ruth Calder, an engineer, answers.\n\n– We paid 48 million.\n\nIt was a lot.\n\n– Was it too much?\n– No."
    assert _speaker(text, "We paid 48 million.") == _speaker(text, "It was a lot.") == "Ruth Calder"
    assert _speaker(text, "Ruth Calder, an engineer, answers.") is None


def test_a_speech_is_the_speaker_s_but_for_what_introduces_them() -> None:
    text = f"Ruth Calder spoke to the council on Monday.\n\n{SPEECH}. {NARRATED}"
    assert _speaker(text, "Ruth Calder spoke to the council on Monday.") is None
    assert _speaker(text, NARRATED) == "Ruth Calder"


def test_a_name_is_known_in_other_cases() -> None:
    text = f"Депутаты спросили Рут Калдеровой о мосте.\n\n{SPEECH}."
    sentence = "Депутаты спросили Рут Калдеровой о мосте."
    span = Span(start=0, end=len(sentence))
    assert speaker_of(article(text, speaker="Рут Калдерова"), span) is None
