import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import QuestionError
from assistant.question import clean_question, read_question
from assistant.terms import terms


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Where is it?", "Where is it?"),
        ("  Where \t\n is  it? ", "Where is it?"),
        ("Where\x00is\x07it?", "Where is it?"),
        ("Where\ud800 is\udfff it?", "Where is it?"),
        ("Where\ue000is\U00100000it?", "Where is it?"),
        ("Where\u0378is it?", "Where is it?"),
        ("Wh\u200bere is\u00ad it\u202e?", "Where is it?"),
        ("\u0645\u06cc\u200c\u0628", "\u0645\u06cc\u200c\u0628"),
        ("Where\u2028is\u00a0it?", "Where is it?"),
        ("Где он? 桥在哪里？ 🌉", "Где он? 桥在哪里？ 🌉"),
        ("\x00 \t\ud800", ""),
        ("", ""),
    ],
)
def test_what_prints_nothing_becomes_a_blank(text: str, clean: str) -> None:
    assert clean_question(text) == clean


@given(st.text())
def test_a_clean_question_is_printable_and_stays_as_it_is(text: str) -> None:
    clean = clean_question(text)
    assert clean_question(clean) == clean
    assert not [c for c in clean if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn")]


@pytest.mark.parametrize("text", ["?", "…", "🦆", "\u200b", "\x00", "", "?!? — «»", "___", "_"])
def test_a_question_without_a_word_cannot_be_searched_for(text: str) -> None:
    with pytest.raises(QuestionError, match="no word"):
        read_question(text)


def test_a_question_is_read_as_its_index_terms_without_repeats() -> None:
    question = read_question("How many bridges, how many?\x00 Bridges!")
    assert question.text == "How many bridges, how many? Bridges!"
    assert question.terms == ("how", "mani", "bridg")
    assert question.function_terms == {"how", "mani"}


@pytest.mark.parametrize(
    ("text", "language", "function_terms"),
    [
        ("How many bridges are there in the town?", "en", {"how", "mani", "are", "there", "in", "the"}),
        ("Сколько мостов построили в городе?", "ru", {"скольк", "в"}),
        ("Wann wurde die Brücke eröffnet?", "de", {"wann", "wurd", "die"}),
        ("Կամուրջը ե՞րբ բացվեց", "hy", {"երբ"}),
    ],
)
def test_function_words_are_those_of_the_question_s_language(
    text: str, language: str, function_terms: set[str]
) -> None:
    question = read_question(text)
    assert question.language == language
    assert question.function_terms == function_terms


def test_a_question_in_a_language_without_data_has_no_function_words_of_its_own() -> None:
    question = read_question("桥在哪里？为什么这座桥这么长？")
    assert question.language == "zh"
    assert not question.function_terms
    assert question.kind is None


def test_the_language_of_digits_is_not_guessed() -> None:
    question = read_question("1990 1994?")
    assert question.language is None
    assert question.terms == ("1990", "1994")


@pytest.mark.parametrize(
    ("text", "specific"),
    [
        ("How many bridges did mayor Ruth Calder open?", {"ruth", "calder"}),
        ("When did the 2nd fire of 1990 cost 1500 crowns?", {"2nd", "1990", "1500"}),
        ("What did the mayor of Port-Ellery say?", {"port", "elleri"}),
        ("Why did the EU's envoy leave?", {"eu"}),
        ("Что сказал мэр Северска?", {"северск"}),
        ("Bridges of which town burned?", set()),
        ("how many bridges burned?", set()),
        ("Is it true? What else did she say? How come?", set()),
        ("2 bridges or more?", {"2"}),
    ],
)
def test_names_and_numbers_are_what_an_answer_has_to_be_about(text: str, specific: set[str]) -> None:
    assert read_question(text).specific == specific


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How much did the bridge cost?", "number"),
        ("When did the bridge open?", "date"),
        ("Who opened the bridge?", "person"),
        ("Where does the road lead to?", "place"),
        ("Why was the bridge closed?", "reason"),
        ("Сколько стоил мост?", "number"),
        ("Was the bridge closed?", None),
    ],
)
def test_the_wording_tells_what_kind_of_answer_is_wanted(text: str, kind: str | None) -> None:
    question = read_question(text)
    assert question.kind == kind
    assert not question.survey


def test_of_a_question_over_the_sources_only_the_subject_is_searched_for() -> None:
    question = read_question("What do the sources say about the repairs at Port Ellery?")
    assert question.survey
    assert question.terms == ("about", "the", "repair", "at", "port", "elleri")
    assert question.function_terms == {"about", "the", "at"}
    assert question.specific == {"port", "elleri"}
    assert "sources" not in question.text


def test_a_question_over_the_sources_without_a_subject_is_searched_for_as_it_is() -> None:
    question = read_question("What do the sources say?")
    assert question.survey
    assert question.text == "What do the sources say?"
    assert question.terms == ("what", "do", "the", "sourc", "say")


@given(st.text(max_size=80))
def test_whatever_is_asked_is_read_or_refused_in_words(text: str) -> None:
    try:
        question = read_question(text)
    except QuestionError:
        assert not terms(clean_question(text))
        return
    assert question.terms
    assert question.text
    assert question.function_terms | question.specific <= set(question.terms)
    assert not question.function_terms & question.specific


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Did it cost 1,500 crowns?", "1500"),
        ("Qu'est-ce que le maire d’Avignon a dit ?", "avignon"),
        ("What did E\u0301douard say?", "edouard"),
        ("Who met (Calder)?", "calder"),
    ],
)
def test_a_name_or_number_is_one_whatever_is_joined_to_it(text: str, term: str) -> None:
    assert term in read_question(text).specific


@pytest.mark.parametrize(
    "text", ["Which sources of income does the town have?", "Which articles of the constitution were changed?"]
)
def test_sources_and_articles_of_something_are_not_the_corpus_own(text: str) -> None:
    assert not read_question(text).survey
    assert read_question(text.replace(" of", "")).survey


@pytest.mark.parametrize("text", ["What was said in the press conference?", "Who was arrested in the media raid?"])
def test_press_and_media_alone_ask_for_no_survey(text: str) -> None:
    assert not read_question(text).survey


@pytest.mark.parametrize(
    "text",
    [
        "How do the newspapers describe the dam?",
        "What is the view of each source on the dam?",
        "How did different newspapers report on the dam?",
        "What have the sources said about the dam?",
    ],
)
def test_a_question_to_all_sources_asks_for_a_survey(text: str) -> None:
    question = read_question(text)
    assert question.survey
    assert "dam" in question.terms
