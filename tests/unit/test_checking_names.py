import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checking.capitals import find_names
from assistant.checking.name_index import NameIndex
from assistant.checking.names import Missing, joined, missing
from assistant.checking.romanised import near, romanised, same_form, same_sound, skeleton
from assistant.checking.vocabulary import is_ordinary


def _missing(passage: str, sentence: str, written: str = "en", spoken: str = "en") -> list[Missing]:
    index = NameIndex(passage, written)
    found = (missing(name, spoken, [index]) for name in find_names(sentence, spoken))
    return [lacking for lacking in found if lacking]


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("Ruth Calder spoke.", "Mayor Calder’s speech was short."),
        ("Mayor Ruth Calder spoke.", "Calder spoke."),
        ("In Azerbaijan it rained.", "It rained on Azerbaijani fields."),
        ("Russia sold arms.", "They were Russian arms."),
        ("the French ambassador", "the ambassador of France"),
        ("the European Union sent a mission", "the EU sent a mission"),
        ("the CSTO sent a mission", "the Collective Security Treaty Organization sent a mission"),
        ("the Harbour Bridge Authority said", "the HBA said"),
        ("the U.S. ambassador", "the American ambassador"),
        ("Geydar Aliyev", "He met Heydar Aliyev"),
        ("Korotchenko said", "According to Korotchenkos"),
        ("the growers asked for help", "Observers say the growers asked for help"),
        ("Pashinyan met him", "He met Prime Minister Pashinyan"),
        ("the Prime Minister met him", "He met the PM"),
        ("the PM met him", "He met the Prime Minister"),
        ("the EU sent a mission", "the European Union sent a mission"),
        ("the Organization for Security and Co-operation in Europe", "a report of the OSCE"),
    ],
)
def test_a_name_is_found_in_whatever_form(passage: str, sentence: str) -> None:
    assert _missing(passage, sentence) == []


@pytest.mark.parametrize(
    ("passage", "sentence", "lacking"),
    [
        ("Ruth Calder spoke.", "Then Doran spoke.", "Doran"),
        ("Ruth Calder spoke.", "Pashinyan spoke.", "Pashinyan"),
        ("Ruth Calder spoke.", "Pavel Calder spoke.", "Pavel"),
        ("It rained in Armenia.", "It rained in Georgia.", "Georgia"),
        ("the EU sent a mission", "the UN sent a mission", "UN"),
        ("It was a game of football.", "It was a game of the World Series.", "World Series"),
        ("Sky Digital was sold.", "There Sky Roman was sold.", "Roman"),
        ("EU officials met a US envoy", "They met Eva Ullmann", "Ullmann"),
        ("EU officials met a US envoy", "They met Uma Schneider", "Schneider"),
        ("Eva Sand met him", "He met the ES", "ES"),
        ("In May it rained. Sand fell.", "He met the MS", "MS"),
        ("It rained. No Treaty was signed by Orsk", "He spoke for NATO", "NATO"),
        ("its chief engineer, officers said", "Then the CEO spoke", "CEO"),
        ("its legal officer said", "Then the LO spoke", "LO"),
        ("EU officials met a US envoy", "They met EM officials", "EM"),
        ("the United States said", "the British government in London said", "British"),
    ],
)
def test_another_name_is_missed(passage: str, sentence: str, lacking: str) -> None:
    assert _missing(passage, sentence)[0] == Missing(lacking, certain=True)


@pytest.mark.parametrize(
    ("code", "passage", "sentence", "lacking"),
    [
        ("en", "Arms went to Iraq.", "Arms went to Iran.", "Iran"),
        ("en", "The Iraqi army left.", "Then the army of Iran left.", "Iran"),
        ("en", "The Iraqi army left.", "Then the Iranian army left.", "Iranian"),
        ("en", "Aid reached Malta.", "Aid reached Mali.", "Mali"),
        ("en", "Aid reached Nigeria.", "Aid reached Niger.", "Niger"),
        ("en", "Aid reached Niger.", "Aid reached the Nigerian army.", "Nigerian"),
        ("en", "Then Maria Calder spoke.", "Then Mario Calder spoke.", "Mario"),
        ("en", "Then Marina Calder spoke.", "Then Marino Calder spoke.", "Marino"),
        ("en", "Then Ruth Johnston spoke.", "Then Ruth Johnson spoke.", "Johnson"),
        ("en", "Then Alexander spoke.", "Then Alexandra spoke.", "Alexandra"),
        ("ru", "Оружие попало в Ирак.", "Оружие попало в Иран.", "Иран"),
        ("ru", "Они воевали с Ираком.", "Они воевали с Ираном.", "Ираном"),
        ("ru", "Помощь дошла до Мальты.", "Помощь дошла до Мали.", "Мали"),
        ("ru", "Они жили в Нигерии.", "Они жили в Нигере.", "Нигере"),
        ("ru", "Там пела Мария Колдер.", "Там пел Марио Колдер.", "Марио"),
        ("ru", "Он говорил с Джонстоном.", "Он говорил с Джонсоном.", "Джонсоном"),
        ("ru", "Он был в Австралии.", "Он был в Австрии.", "Австрии"),
        ("tr", "Silahlar Irak’a gitti.", "Silahlar İran’a gitti.", "İran"),
        ("az", "Bu silahlar İraqdan gəldi.", "Bu silahlar İrandan gəldi.", "İrandan"),
        ("hy", "Նրանք գնացին Իրաք։", "Նրանք գնացին Իրան։", "Իրան"),
        ("de", "Hilfe für den Irak.", "Hilfe für den Iran.", "Iran"),
    ],
)
def test_a_near_name_is_another_one(code: str, passage: str, sentence: str, lacking: str) -> None:
    assert [found.text for found in _missing(passage, sentence, code, code)] == [lacking]


@pytest.mark.parametrize(
    ("code", "passage", "sentence", "lacking"),
    [
        ("en", "the German dual system", "It is the Kerman dual system.", "Kerman"),
        ("en", "Students came to hear Luther.", "Students came to hear Lothar.", "Lothar"),
        ("en", "the German nation", "It was the Hermann nation.", "Hermann"),
        ("en", "the satellite Astra", "It used the satellite Austria.", "Austria"),
        ("en", "The beaches of Jacksonville", "They saw Jacgsonville.", "Jacgsonville"),
        ("en", "the road to Wittenberg", "Then came Wivtenberg.", "Wivtenberg"),
        ("en", "the firm Huntington Lake", "They saw Huvtington Lake.", "Huvtington"),
        ("ru", "леса Амазонки", "Там леса Амасонки.", "Амасонки"),
        ("ru", "Пейтон Мэннинг", "Затем Пейтон Мэтнинг ушёл.", "Мэтнинг"),
        ("ru", "Там говорил Островский", "Затем ждали Островмского.", "Островмского"),
        ("tr", "Onlar İngiltere’ye gitti.", "Onlar İngiptere’ye gitti.", "İngiptere"),
        ("tr", "Sonra Luther konuştu.", "Lurher konuştu.", "Lurher"),
        ("tr", "Antoine Lavoisier", "Bu Antoine Lakoisier idi.", "Lakoisier"),
        ("az", "Sonra Paşinyan danışdı.", "Paşinkan danışdı.", "Paşinkan"),
        ("hy", "Այնտեղ Փաշինյանն էր։", "Այնտեղ Փաշինկանն էր։", "Փաշինկանն"),
    ],
)
def test_a_name_with_another_letter_in_its_stem_is_surely_another_one(
    code: str, passage: str, sentence: str, lacking: str
) -> None:
    assert _missing(passage, sentence, code, code) == [Missing(lacking, certain=True)]


@pytest.mark.parametrize(
    ("code", "passage", "sentence"),
    [
        ("en", "Zelensky spoke.", "Then Zelenskyy spoke."),
        ("en", "Aliyev spoke.", "Then Aliev spoke."),
        ("en", "the Nigerian army", "the army of Nigeria"),
        ("en", "the army of Mali", "the Malian army"),
        ("en", "the Turkish army", "the army of Turkey"),
        ("en", "the Indian army", "the army of India"),
        ("en", "The Johnsons left.", "Then Johnson left."),
        ("ru", "Алиев говорил с Пашиняном.", "Затем Алиева слушал Пашинян."),
        ("ru", "Космический центр имени Кеннеди", "в Космическом центре, у Космического центра"),
        ("ru", "Они жили в Иране.", "Они говорили с Ираном об Иране."),
        ("ru", "Павел Зеленский", "Там видели Павла Зеленского."),
        ("en", "Dmitry Tchaikovsky", "Then Dmitri Chaikovskiy spoke."),
        ("en", "Gaddafi in Garabagh", "Then Qaddafi left Qarabagh."),
        ("en", "the road to Yerevan", "the road to Erevan"),
        ("ru", "Павел в Орле", "Они пришли с Павлом в город Орёл."),
        ("hy", "Նրանք Գյումրիում էին։", "Հետո Գյումրու մոտ էին։"),
        ("ru", "Гейдар Алиев", "Там помнят Хейдара Алиева."),
        ("ru", "завод «Уралмост» в Тольятти", "Они были на Уралмосте, затем в Тольятти."),
        ("az", "Paşinyan Zəngəzurda idi.", "Sonra Paşinyana Zəngəzurdan yazdılar."),
        ("hy", "Զանգեզուրը և Գարիբաշվիլին", "Հետո Գարիբաշվիլու հետ գնացին Զանգեզուրից։"),
        ("az", "Əliyev Türkiyədən gəldi.", "Sonra Türkiyənin qonağı Əliyevin yanında idi."),
        ("az", "Bakı və Qarabağ", "Bu Bakıda və Qarabağda oldu."),
        ("hy", "Փաշինյանը Երևանում էր։", "Հետո Փաշինյան Երևանից գնաց։"),
        ("uk", "Зеленський у Києві", "Потім Зеленського чекали біля Києва."),
        ("tr", "Türkiye ve Azerbaycan", "Bu Türkiye’nin ve Azerbaycan’ındır."),
    ],
)
def test_a_name_in_another_form_of_its_language_is_one(code: str, passage: str, sentence: str) -> None:
    assert _missing(passage, sentence, code, code) == []


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("Then Ruth Johnson spoke.", "Then Ruth John spoke."),
        ("in Queen Victoria’s time", "the Victorian age"),
        ("Then Sarkisian spoke.", "Then Serkosian spoke."),
        ("its chief executive officer said", "Then the CEO spoke."),
        ("the joint monitoring and relief centre opened", "It opened the JMRC."),
        ("Then Ruth Calder spoke.", "Then Wear Calder spoke."),
    ],
)
def test_what_may_mean_a_name_of_the_passage_is_doubtful(passage: str, sentence: str) -> None:
    assert [lacking.certain for lacking in _missing(passage, sentence)] == [False]


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("ru", "Они были в Ираке.", "en", "They were in Iran."),
        ("ru", "Они были в Нигере.", "en", "They were in Nigeria."),
        ("en", "They were in Iraq.", "ru", "Они были в Иране."),
        ("en", "They were in Mali.", "tr", "Onlar Malta’da idi."),
    ],
)
def test_a_near_place_is_missed_in_another_language(written: str, passage: str, spoken: str, sentence: str) -> None:
    assert len(_missing(passage, sentence, written, spoken)) == 1


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("ru", "Встреча прошла в Москве.", "en", "They met in Moscow."),
        ("ru", "Алиев встретился с Пашиняном.", "en", "Then Aliyev met Pashinyan."),
        ("az", "Əliyev Moskvada idi.", "en", "There Aliyev was in Moscow."),
        ("en", "Russian weapons", "ru", "Они купили российское оружие у России."),
        ("en", "France and Germany", "tr", "Bunlar Fransa ve Almanya’dır."),
        ("ru", "английские войска в Германии", "en", "The English troops were in Germany."),
        ("en", "George and William", "ru", "Там были Джордж и Уильям."),
        ("hy", "Հանդիպումը տեղի ունեցավ Երևանում։", "en", "They met in Yerevan."),
        ("ru", "Супербоул", "en", "It was the Super Bowl."),
        ("en", "the Islamic world", "ru", "В мире Ислама."),
        ("en", "the Holy Roman Empire", "de", "Das war das Heilige Römische Reich."),
    ],
)
def test_a_name_is_found_in_another_language(written: str, passage: str, spoken: str, sentence: str) -> None:
    assert not any(lacking.certain for lacking in _missing(passage, sentence, written, spoken))


@pytest.mark.parametrize(
    ("code", "sentence", "certain"),
    [
        ("en", "Trump signed the treaty.", True),
        ("en", "Trump, who was late, left.", True),
        ("en", "Bush walked out.", False),
        ("en", "Rice said no.", True),
        ("en", "Frost wrote a poem.", True),
        ("en", "Rice Hunt said no.", True),
        ("en", "Officials said no.", False),
        ("ru", "Роза сказала правду.", False),
        ("tr", "Trump belgeyi imzaladı.", False),
    ],
)
def test_an_ordinary_word_that_begins_a_sentence_as_a_name_is_missed(code: str, sentence: str, certain: bool) -> None:
    lacking = _missing("It rained.", sentence, code, code)
    assert [found.certain for found in lacking] == [certain]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "However, it rained."),
        ("en", "Meanwhile the sun shone."),
        ("en", "Nobody said so."),
        ("en", "Talks resumed."),
        ("en", "Peace was made."),
        ("en", "Signing it took long."),
        ("en", "Police said so."),
        ("en", "Talks Will Soon Resume In The Capital"),
        ("ru", "Однако шёл дождь."),
        ("ru", "Переговоры прошли хорошо."),
        ("tr", "Ancak yağmur yağdı."),
        ("az", "Bu gün yağış yağdı."),
        ("fr", "Ensuite il pleut."),
    ],
)
def test_an_ordinary_word_may_begin_a_sentence(code: str, sentence: str) -> None:
    assert _missing("", sentence, code, code) == []


@pytest.mark.parametrize(
    ("sentence", "certain"), [("Then John Calder spoke.", True), ("Then Prince Calder spoke.", False)]
)
def test_a_first_name_that_is_missing_is_told_from_a_title(sentence: str, certain: bool) -> None:
    assert [lacking.certain for lacking in _missing("Ruth Calder spoke.", sentence)] == [certain]


def test_a_name_that_begins_a_sentence_is_doubtful_in_another_language() -> None:
    assert [lacking.certain for lacking in _missing("Шёл дождь.", "Trump signed it.", "ru")] == [False]
    assert _missing("Шёл дождь.", "Rain fell.", "ru") == []


def _joined(passage: str, sentence: str, written: str = "en", spoken: str = "en") -> list[str]:
    index = NameIndex(passage, written)
    return [two for name in find_names(sentence, spoken) if (two := joined(name, spoken, [index]))]


MET = "President Ilham Aliyev met Prime Minister Nikol Pashinyan. Aliyev left with Recep Tayyip Erdogan."
MET_RU = "Президент Ильхам Алиев встретил премьер-министра Никола Пашиняна."


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("en", MET, "en", "Ilham Pashinyan left."),
        ("en", MET, "en", "Then Nikol Aliyev left."),
        ("ru", MET_RU, "ru", "Затем Ильхам Пашинян уехал."),
        ("ru", MET_RU, "en", "Then Nikol Aliyev left."),
        ("tr", "İlham Aliyev ile Nikol Paşinyan görüştü.", "tr", "Dün İlham Paşinyan geldi."),
    ],
)
def test_parts_of_two_names_are_no_name(written: str, passage: str, spoken: str, sentence: str) -> None:
    assert _joined(passage, sentence, written, spoken)


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("en", MET, "en", "Then Nikol Pashinian left."),
        ("en", MET, "en", "Then Recep Erdogan left."),
        ("en", MET, "en", "Then Prime Minister Aliyev met President Pashinyan."),
        ("en", MET, "en", "Then the Azerbaijani Aliyev left."),
        ("en", "Ilham Aliyev and Ilham Mammadov met Nikol Pashinyan.", "en", "Then Ilham Pashinyan left."),
        ("ru", MET_RU, "ru", "Затем с Николом Пашиняном говорил премьер Алиев."),
        ("ru", MET_RU, "en", "Then Nikol Pashinyan left."),
        ("tr", "Cumhurbaşkanı Aliyev ile Nikol Paşinyan görüştü.", "tr", "Dün Cumhurbaşkanı Paşinyan geldi."),
        ("es", "Ilham Aliyev y Nikol Pashinyan", "es", "Luego Ilham Pashinyan habló."),
    ],
)
def test_a_name_in_another_form_or_behind_another_title_is_one(
    written: str, passage: str, spoken: str, sentence: str
) -> None:
    assert _joined(passage, sentence, written, spoken) == []


@pytest.mark.parametrize(
    ("sentence", "lacking"),
    [
        ("Le gouverneur Pierre Mercier a parlé.", ["Pierre"]),
        ("Le gouverneur Paul Mercier a parlé.", []),
        ("Le Gouverneur Mercier a parlé.", []),
        ("Le Président Paul Mercier a parlé.", []),
    ],
)
def test_another_forename_is_doubtful_though_it_is_an_ordinary_word(sentence: str, lacking: list[str]) -> None:
    found = _missing("Le gouverneur Paul Mercier a parlé devant le parlement.", sentence, "fr", "fr")
    assert found == [Missing(name, certain=False) for name in lacking]


@pytest.mark.parametrize(
    ("code", "passage", "words", "found"),
    [
        ("ru", "Завод «Уралмост» и «Протон».", "Уралмосте", True),
        ("ru", "Завод «Северный Протон».", "Северного Протона", True),
        ("ru", "Завод «Уралмост» и «Протон».", "Уралвагон", False),
        ("ru", "Завод «Уралмост» и «Протон».", "Уралмоста Протона", False),
        ("ru", "Мы закроем мост.", "мы закроем мосты", False),
        ("tr", "“Anadolu İnşaat” kazandı.", "Anadolu İnşaatın", True),
        ("be", "«Пратон»", "Пратона", False),
        ("ru", "", "", False),
    ],
)
def test_a_name_in_quotation_marks_may_have_endings(code: str, passage: str, words: str, found: bool) -> None:
    assert NameIndex(passage, code).has_inflected(words, code) is found


def test_a_country_is_missed_in_another_language() -> None:
    assert _missing("Встреча прошла в Москве.", "They met in Paris.", "ru") == [Missing("Paris", certain=True)]


def test_a_name_that_another_language_may_spell_otherwise_is_doubtful() -> None:
    assert _missing("Встреча прошла в Москве.", "Then Ruth Quillfeather spoke.", "ru")[0].certain is False


@pytest.mark.parametrize("sentence", ["Je mange.", "yes, no, 5", "По словам источников", "", "中文没有大写字母"])
def test_what_has_no_capitals_within_has_no_names_to_miss(sentence: str) -> None:
    assert _missing("Nothing.", sentence, "en", "ru") == []


def test_every_word_of_a_headline_may_be_an_ordinary_one() -> None:
    assert _missing("bridge", "Harbour Bridge Will Soon Reopen Again") == []


@pytest.mark.parametrize(
    ("word", "ordinary"),
    [("President", True), ("However", True), ("Pashinyan", False), ("UN", False), ("Obama", False)],
)
def test_ordinary_words_are_told_from_names(word: str, ordinary: bool) -> None:
    assert is_ordinary(word, "en") is ordinary


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("russia", "russian", True),
        ("moskva", "moskve", True),
        ("armenia", "armando", False),
        ("calder", "colder", False),
    ],
)
def test_forms_of_one_name_begin_alike(a: str, b: str, same: bool) -> None:
    assert same_form(a, b) is same


@pytest.mark.parametrize(
    ("a", "b"), [("Aliyev", "Алиев"), ("Charles", "Чарльз"), ("William", "Уильям"), ("Howard", "Говард")]
)
def test_spellings_of_one_name_have_the_same_consonants(a: str, b: str) -> None:
    assert same_sound(skeleton(romanised(a)), skeleton(romanised(b)))


@pytest.mark.parametrize(
    ("a", "b", "is_near"), [("abc", "abd", True), ("abc", "ab", True), ("abc", "xbcd", False), ("", "a", True)]
)
def test_near_words_are_one_letter_apart(a: str, b: str, is_near: bool) -> None:
    assert near(a, b) is is_near


@given(st.text(max_size=300), st.sampled_from(["en", "ru", "tr", "de", "xx", None]))
def test_a_text_has_its_own_names(text: str, code: str | None) -> None:
    assert _missing(text, text, code, code) == []  # type: ignore[arg-type]
