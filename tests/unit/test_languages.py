from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import LanguageDataError
from assistant.languages import (
    DATA,
    GAP,
    Language,
    QuestionType,
    any_phrase,
    detect_language,
    distinct,
    language,
    languages,
    load_languages,
    tells_of_silence,
    words,
)

ALL = [language(code) for code in languages()]
CODES = ["en", "ru", "uk", "tr", "az", "hy", "ka", "fr", "de", "es", "it", "fa", "ar"]


def test_there_are_thirteen_languages() -> None:
    assert list(languages()) == CODES


@pytest.mark.parametrize("code", [None, "", "xx", "EN"])
def test_a_language_without_data_is_read_as_english(code: str | None) -> None:
    assert language(code).code == "en"


def test_loading_happens_once() -> None:
    assert language("ru") is language("ru")


@pytest.mark.parametrize("known", ALL, ids=CODES)
def test_every_language_says_something_under_every_key(known: Language) -> None:
    assert len(known.function_words) > 100
    assert set(known.question_types) == {"number", "date", "person", "place", "reason"}
    assert set(known.months.values()) == set(range(1, 13))
    assert {1, 2, 10, 100, 1000, 1_000_000} <= set(known.number_words.values())
    assert known.survey
    assert known.follow_up_openings
    assert known.pronouns.thing


@pytest.mark.parametrize("known", ALL, ids=CODES)
def test_all_data_is_in_the_form_that_words_are_compared_in(known: Language) -> None:
    pronouns = known.pronouns
    single = known.function_words | known.light_words | pronouns.person | pronouns.thing | pronouns.possessive
    listed = [*single, *known.months, *known.number_words, *known.survey, *known.follow_up_openings]
    assert all(" ".join(words(text)) == " ".join(text.replace(GAP, "").split()) for text in listed)


@pytest.mark.parametrize("known", ALL, ids=CODES)
def test_no_phrase_asks_for_two_kinds_of_answer(known: Language) -> None:
    phrases = [phrase for some in known.question_types.values() for phrase in some]
    assert sorted(set(phrases)) == sorted(phrases)


@pytest.mark.parametrize("known", ALL, ids=CODES)
def test_a_possessive_points_at_a_person_or_a_thing(known: Language) -> None:
    assert known.pronouns.possessive <= known.pronouns.person | known.pronouns.thing
    assert set(known.pronouns.substitutes) <= known.pronouns.person
    assert all("{name}" in template for template in known.pronouns.substitutes.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's NATO's role?", ["what", "s", "nato", "s", "role"]),
        ("KİM? Kim?", ["kim", "kim"]),
        ("KAÇINCI kaçıncı", ["kacinci", "kacinci"]),
        ("Ի՞նչ, ե՛րբ", ["ինչ", "երբ"]),
        ("Հայաստան և Վրաստան", ["հայաստան", "եւ", "վրաստան"]),
        ("Ещё ёлка", ["еще", "елка"]),
        ("مَن كـم", ["من", "كم"]),
        ("Où est-il né\u00ad?", ["ou", "est", "il", "ne"]),
        ("?! …", []),
    ],
)
def test_words_are_compared_without_case_accents_and_marks(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("code", "question", "expected"),
    [
        ("en", "How many people were killed when the bridge fell?", "number"),
        ("en", "In what year did the bridge fall?", "date"),
        ("en", "Whose bridge fell?", "person"),
        ("en", "Which country built it?", "place"),
        ("en", "Why did it fall?", "reason"),
        ("en", "What is a bridge?", None),
        ("en", "Describe the somehow manyfold whyever", None),
        ("ru", "СКОЛЬКО ЧЕЛОВЕК погибло?", "number"),
        ("ru", "В каком году построен мост?", "date"),
        ("ru", "Из-за чего рухнул мост?", "reason"),
        ("uk", "Коли збудовано міст?", "date"),
        ("tr", "KAÇ KİŞİ öldü?", "number"),
        ("tr", "Köprüyü KİM yaptı?", "person"),
        ("tr", "Köprü kaçıncı yılda yıkıldı?", "number"),
        ("az", "Körpü nə vaxt uçdu?", "date"),
        ("az", "Neçə nəfər ölüb?", "number"),
        ("hy", "Ե՞րբ է կառուցվել կամուրջը", "date"),
        ("hy", "Ո՞վ է կառուցել կամուրջը", "person"),
        ("ka", "როდის აშენდა ხიდი?", "date"),
        ("fr", "D'où vient le maire ?", "place"),
        ("fr", "Combien de ponts ?", "number"),
        ("de", "Wann fiel die Brücke?", "date"),
        ("es", "¿Cuántos puentes hay?", "number"),
        ("it", "Perché è caduto il ponte?", "reason"),
        ("fa", "چند نفر کشته شدند؟", "number"),
        ("ar", "أين يقع الجسر؟", "place"),
    ],
)
def test_the_wording_of_a_question_tells_what_it_asks_for(
    code: str, question: str, expected: QuestionType | None
) -> None:
    assert language(code).question_type(question) == expected


@pytest.mark.parametrize(
    ("code", "question", "expected"),
    [
        ("en", "What do the sources say about the dam?", True),
        ("en", "Compare the views on the dam", True),
        ("en", "Who says what about the dam?", True),
        ("en", "How high is the dam compared to others?", False),
        ("en", "What did the minister say about the dam?", False),
        ("ru", "Что пишут о плотине?", True),
        ("ru", "Сравни мнения о плотине", True),
        ("ru", "Что сказал министр о плотине?", False),
        ("tr", "Farklı kaynaklara göre barajın yüksekliği nedir?", True),
        ("tr", "Barajın yüksekliği nedir?", False),
        ("tr", "Kaynaklar baraj hakkında ne diyor?", True),
        ("tr", "Kaynaklar ne diyor?", True),
        ("az", "Mənbələr bənd haqqında nə deyir?", True),
        ("ru", "Что о плотине в Вельде говорят источники?", True),
        ("az", "Müxtəlif mənbələrə görə bəndin hündürlüyü nə qədərdir?", True),
        ("hy", "Ի՞նչ են գրում ամբարտակի մասին", True),
        ("fr", "Que disent les sources sur le barrage ?", True),
        ("de", "Vergleiche die Aussagen über den Damm", True),
    ],
)
def test_some_questions_want_to_hear_every_source(code: str, question: str, expected: bool) -> None:
    assert language(code).asks_for_survey(question) is expected


def test_content_words_are_those_that_are_no_function_words() -> None:
    assert language("en").content_words("How much did the dam of the Dam cost?") == ["dam", "dam", "cost"]


def test_of_two_phrases_the_first_and_longest_is_found() -> None:
    found = any_phrase(("how", "how many", "when")).search("so how many when")
    assert found is not None
    assert found.group() == "how many"


@pytest.mark.parametrize("known", ALL, ids=CODES)
def test_what_is_around_the_gap_of_a_phrase_is_general(known: Language) -> None:
    general = known.function_words | known.light_words | {GAP}
    assert all(general.issuperset(phrase.split()) for phrase in known.survey if GAP in phrase)


def test_no_phrases_are_found_nowhere() -> None:
    assert any_phrase(()).search("any words") is None


SHORT_QUESTIONS = {
    "en": ["who is Pashinyan?", "What is NATO?", "And the loan?", "Why?", "what does he say", "how many troops"],
    "ru": ["Кто такой Пашинян?", "А сколько?", "Почему?", "Что он сказал?", "сколько стоит газ"],
    "uk": ["хто такий Пашинян?", "Чому?", "Де він був?", "А скільки?"],
    "tr": ["peki ne kadar?", "NE ZAMAN?", "Nerede buluştular?", "kaç kişi öldü?"],
    "az": ["bəs nə vaxt?", "Paşinyan nə dedi?", "Neçə nəfər?", "görüş nə vaxt oldu?"],
    "hy": ["Ո՞վ է Փաշինյանը", "Ե՞րբ", "ՈՐՏԵ՞Ղ"],
    "ka": ["ვინ არის ფაშინიანი?", "როდის?"],
    "fr": ["qui est Pashinyan ?", "et combien ?", "Pourquoi ?", "Que dit-il ?"],
    "de": ["wer ist Paschinjan?", "und wann?", "Warum?", "Was sagt er?"],
    "es": ["¿Quién es Pashinyan?", "¿y cuándo?"],
    "it": ["Chi è Pashinyan?", "e quando?"],
    "fa": ["او کیست؟", "کجا ملاقات کردند؟"],
    "ar": ["لماذا؟", "أين التقوا؟"],
    "pl": ["Kto jest prezydentem Polski?"],
    "el": ["Ποιος είναι ο πρόεδρος της χώρας;"],
    "zh": ["谁是总统？"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in SHORT_QUESTIONS.items() for text in texts])
def test_the_language_of_a_short_question_is_told(code: str, text: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize("text", ["", " \n", "123 45", "?!", "😀", "NATO", "Kim dedi?"])
def test_no_language_is_told_where_there_is_no_telling(text: str) -> None:
    assert detect_language(text) is None


def test_less_confidence_gives_the_best_guess() -> None:
    assert detect_language("Kim dedi?", confidence=0.2) in {"tr", "az"}


def test_a_long_text_is_told_by_its_beginning() -> None:
    assert detect_language("Министры встретились в городе. " * 5000 + "The ministers met. " * 50_000) == "ru"


@given(st.text(max_size=50))
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert len(detect_language(text) or "--") == 2


@pytest.fixture(scope="module")
def english() -> dict[str, object]:
    block: dict[str, object] = yaml.safe_load(DATA.read_text(encoding="utf-8"))["en"]
    return block


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"functionwords": "a the"}, "en.functionwords"),
        ({"survey": "compare"}, "en.survey"),
        ({"survey": ["compare", True]}, "en.survey"),
        ({"question_types": {"colour": ["which colour"]}}, "en.question_types.colour"),
        ({"months": {1: "january", 2: "january"}}, "these words stand for two numbers: january"),
        ({"months": ["january"]}, "en.months"),
        ({"function_words": 7}, "en.function_words"),
        ({"pronouns": {"person": "he"}}, "en.pronouns.thing"),
        ({"code": "de", "light_words": None}, "en.light_words"),
    ],
)
def test_malformed_data_is_refused_by_name(
    tmp_path: Path, english: dict[str, object], change: dict[str, object], named: str
) -> None:
    file = tmp_path / "languages.yaml"
    file.write_text(yaml.safe_dump({"en": english | change}), encoding="utf-8")
    with pytest.raises(LanguageDataError, match=r"languages\.yaml is malformed") as raised:
        load_languages(file)
    assert named in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"en: [", b"- en", b"en: 7", b""])
def test_data_that_is_no_mapping_of_languages_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "languages.yaml"
    file.write_bytes(content)
    with pytest.raises(LanguageDataError, match="cannot be read"):
        load_languages(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LanguageDataError, match="cannot be read") as raised:
        load_languages(tmp_path / "none.yaml")
    assert "Reinstall" in raised.value.in_words()


@pytest.mark.parametrize(
    ("sentence", "silent"),
    [
        ("The passages do not answer this question.", True),
        ("The article does not mention the price of the bridge.", True),
        ("В статьях не говорится о цене моста.", True),
        ("Makalelerde belirtilmiyor.", True),
        ("L'article ne précise pas le prix.", True),
        ("Der Artikel erwähnt den Preis nicht.", True),
        ("The mayor did not mention the price.", False),
        ("The ministry gave no information about the losses.", False),
        ("Мэр не назвал цену.", False),
    ],
)
def test_what_the_sources_do_not_say_is_told_from_what_somebody_does_not(sentence: str, silent: bool) -> None:
    assert tells_of_silence(sentence) is silent


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ((None, "", "Reuters"), ["Reuters"]),
        (("Reuters", "REUTERS.", "Reuters UK", "Ann Lee"), ["Reuters", "Reuters UK", "Ann Lee"]),
        (("***", "§"), ["***", "§"]),
        ((None,), []),
    ],
)
def test_names_of_the_same_words_are_one(names: tuple[str | None, ...], kept: list[str]) -> None:
    assert distinct(*names) == kept
