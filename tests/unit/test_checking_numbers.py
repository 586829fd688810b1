from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.checking.figures import is_roman, roman
from assistant.checking.number_match import contains, is_told
from assistant.checking.numbers import read_numbers


def _contained(passage: str, sentence: str, written: str = "en", spoken: str = "en") -> bool:
    known = read_numbers(passage, written, lenient=True)
    wanted = read_numbers(sentence, spoken)
    assert wanted, "the sentence has no number to look for"
    return all(contains(known, number) for number in wanted)


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("1,500 men", "1500 men"),
        ("1.500 men", "1,500 men"),
        ("1 500 men", "1,500 men"),
        ("1\u202f500 men", "1500 men"),
        ("1'500 men", "1,500 men"),
        ("1,500,000 crowns", "1.5 million crowns"),
        ("$5 billion", "five billion dollars"),
        ("$5bn", "5 billion US dollars"),
        ("EUR 48 million", "€48 million"),
        ("48 million", "$48 million"),
        ("two hundred and fifty-three thousand", "253,000"),
        ("twenty-five", "25"),
        ("between 10 and 20 per cent", "10-20%"),
        ("half of them", "50% of them"),
        ("6½ years", "6.5 years"),
        ("the 2015-16 season", "2015 and 2016"),
        ("in 2015–2016", "in 2015–16"),
        ("thousands marched", "thousands marched"),
        ("5 million people", "millions of people"),
        ("the third attempt", "3 attempts"),
        ("Louis XIV", "14 kings"),
        ("a twofold rise", "2 times"),
        ("12.5.1 is the version", "version 12"),
        ("one man came", "1 man came"),
        ("F-16 jets", "F-16 jets"),
        ("F-16 jets", "F16 jets"),
        ("the MH17 crash", "the crash of MH 17"),
        ("COVID-19 spread", "Covid-19 spread"),
        ("COVID-19 spread", "Covid 19 spread"),
        ("the U21 team", "the under-21 team"),
        ("the G7 leaders", "leaders of the Group of Seven"),
        ("a mid-1990s car", "a car of 1990"),
        ("EUR5 was paid", "5 euros were paid"),
        ("R500 million was paid", "500 million rand"),
        ("an M5.8 earthquake", "magnitude 5.8"),
        ("at Euro-2024", "in 2024"),
        ("an F-16 and 16 pilots", "16 pilots"),
        ("They breathed O\n16 times.", "16 times"),
        ("5,000 people", "thousands of people"),
        ("hundreds of thousands of people", "hundreds of thousands"),
        ("250,000 people", "hundreds of thousands of people"),
        ("fivefold", "5 times"),
        ("5 times", "fivefold"),
        ("half a million people", "500,000 people"),
        ("two-thirds of them", "two thirds of them"),
        ("three quarters of them", "75% of them"),
        ("a third of them", "one third of them"),
        ("a third of them", "33% of them"),
        ("Output fell by a third.", "Output fell by ⅓."),
        ("Output fell by ⅓.", "a third of the output"),
        ("Output fell by a third.", "Output fell by 33%."),
        ("A second bomb fell, then a third.", "the third bomb"),
        ("5⅔ million dollars", "5⅔ million dollars"),
        ("1,500½ acres", "1500.5 acres"),
        ("two thirds of the voters", "2/3 of the voters"),
        ("2/3 of the voters", "two thirds of the voters"),
        ("a two-thirds majority", "a 2/3 majority"),
        ("60 percent of the voters", "3/5 of the voters"),
        ("2 1/2 hours", "2.5 hours"),
        ("2.5 million votes", "2 1/2 million votes"),
        ("They are open 24/7.", "They are open 24 hours."),
        ("the 2023/24 season", "the 2023/24 season"),
        ("It lost the games 2/3 and 3/4.", "It lost the games 2/3 and 3/4."),
        ("two dozen soldiers", "24 soldiers"),
        ("24 soldiers", "two dozen soldiers"),
        ("3 dozen soldiers", "36 soldiers"),
        ("half a dozen soldiers", "six soldiers"),
        ("a dozen soldiers", "12 soldiers"),
        ("two dozen soldiers", "dozens of soldiers"),
        ("50% of them", "half of them"),
        ("between 50 and 60 percent of them", "half of them"),
        ("20 percent of them or half", "half of them"),
        ("half an hour", "0.5 hours"),
        ("€3.4m", "€3.4 m"),
        ("A$12 million", "12 million dollars"),
    ],
)
def test_a_number_is_contained_however_it_is_written(passage: str, sentence: str) -> None:
    assert _contained(passage, sentence)


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("1,500 men", "1,600 men"),
        ("5 million", "5 billion"),
        ("$5 billion", "5 billion euros"),
        ("20 percent", "20 dollars"),
        ("three of them", "four of them"),
        ("5 million people", "1 million people"),
        ("1990,1991", "1990,1992"),
        ("no number at all", "7 men"),
        ("hundreds came", "thousands came"),
        ("3.4 million euros", "a million euros"),
        ("3.4 million euros", "a hundred million euros"),
        ("five thousand people", "a thousand people"),
        ("1,450 men", "1,450 thousand men"),
        ("Tensions rose, say tenants", "ten people"),
        ("two thirds of them", "a third of them"),
        ("two thirds of them", "three quarters of them"),
        ("two thirds of them", "2 years"),
        ("the tenth day", "10 km"),
        ("In 2019 it rained", "2019 kilometres"),
        ("They met for half an hour.", "They met for 50 hours."),
        ("half of the soldiers", "50 soldiers"),
        ("a third of the soldiers", "33 soldiers"),
        ("50 soldiers of them", "half of the soldiers"),
        ("half of the soldiers", "0.5% of the soldiers"),
        ("Output fell by 3 units.", "Output fell by ⅓."),
        ("5 million dollars", "5⅔ million dollars"),
        ("6 million dollars", "5⅔ million dollars"),
        ("2 of the 3 voters", "2/3 of the voters"),
        ("a third of the voters", "2/3 of the voters"),
        ("2 hours and 1 or 2 more", "2 1/2 hours"),
        ("F-16 jets", "16 jets"),
        ("F-16 jets", "sixteen jets"),
        ("F-16 jets", "for 16 jets"),
        ("the MH17 crash", "17 people"),
        ("S-400 missiles", "400 missiles"),
        ("the G20 summit", "20 people"),
        ("Mi-8 helicopters", "8 helicopters"),
        ("Prices rose sharply.", "Prices rose tenfold."),
        ("Prices rose fivefold.", "Prices rose tenfold."),
        ("two dozen soldiers", "12 soldiers"),
        ("two dozen soldiers", "2 soldiers"),
        ("half a dozen soldiers", "12 soldiers"),
        ("in 2019 dozen people", "24228 people"),
    ],
)
def test_another_number_or_unit_is_not_contained(passage: str, sentence: str) -> None:
    assert not _contained(passage, sentence)


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("ru", "5 миллиардов долларов", "en", "$5 billion"),
        ("ru", "трёхсторонняя встреча длилась два часа", "en", "3 sides met for two hours"),
        ("ru", "пятикратный чемпион", "en", "five times"),
        ("ru", "двухсот человек", "en", "200 people"),
        ("ru", "две трети полей", "en", "two thirds of the fields"),
        ("ru", "полтора миллиона", "en", "1.5 million"),
        ("ru", "сотни человек", "en", "hundreds of people"),
        ("tr", "tarlaların üçte ikisi", "en", "two thirds of the fields"),
        ("tr", "askerlerin yarısı", "tr", "askerlerin yüzde 50'si"),
        ("ru", "ракеты С-400", "en", "S-400 missiles"),
        ("ru", "рейс MH17", "tr", "MH17 uçuşu"),
        ("ru", "на ЧМ-2018", "ru", "в 2018 году"),
        ("ru", "2/3 голосов", "en", "two thirds of the votes"),
        ("ru", "треть голосов", "ru", "⅓ голосов"),
        ("ru", "одна пятая голосов", "ru", "20% голосов"),
        ("tr", "oyların üçte ikisi", "tr", "oyların 2/3'si"),
        ("ru", "контракт на пять лет", "ru", "пятилетний контракт"),
        ("en", "the 40th attempt", "tr", "kırkıncı deneme"),
        ("tr", "iki düzine asker", "en", "24 soldiers"),
        ("tr", "yarım düzine asker", "tr", "altı asker"),
        ("tr", "24 yumurta", "tr", "iki düzinelik"),
        ("ru", "двух дюжин солдат", "en", "two dozen soldiers"),
        ("ru", "полдюжины солдат", "ru", "6 солдат"),
        ("ru", "24 солдата", "ru", "две дюжины солдат"),
        ("ru", "12 солдат", "ru", "дюжину солдат"),
        ("ru", "более дюжины солдат", "ru", "12 солдат"),
        ("tr", "bir düzineden fazla asker", "tr", "12 asker"),
        ("tr", "iki düzineden fazla asker", "tr", "24 asker"),
        ("ru", "около двух десятков солдат", "ru", "20 солдат"),
        ("ru", "30 солдат", "ru", "три десятка солдат"),
        ("fr", "deux douzaines de soldats", "en", "24 soldiers"),
        ("ru", "половина солдат", "ru", "50% солдат"),
        ("tr", "2,3 milyar lira", "tr", "2,3 milyar TL"),
        ("fr", "les deux tiers", "en", "two thirds"),
        ("hy", "քսանհինգ", "en", "25"),
        ("ru", "в XIX веке", "en", "in the 19th century"),
        ("ru", "900 миллионов рублей", "tr", "900 milyon ruble"),
        ("tr", "on iki kişi", "en", "twelve people"),
        ("tr", "yüzde 20", "en", "20%"),
        ("tr", "üçüncü kez", "en", "three times"),
        ("az", "beş milyard dollar", "ru", "5 млрд долларов"),
        ("hy", "հինգ միլիարդ դոլար", "en", "$5 billion"),
        ("de", "1,5 Millionen Euro", "en", "€1,500,000"),
        ("fr", "quarante millions d'euros", "en", "40 million euros"),
        ("es", "tres mil personas", "en", "3,000 people"),
        ("ar", "١٢ مليون", "en", "12 million"),
        ("ja", "15億ドル", "en", "$1.5 billion"),
    ],
)
def test_a_number_is_contained_in_another_language(written: str, passage: str, spoken: str, sentence: str) -> None:
    assert _contained(passage, sentence, written, spoken)


@pytest.mark.parametrize(
    ("code", "passage", "sentence"),
    [
        ("ru", "780 миллионов рублей", "сто миллионов рублей"),
        ("ru", "780 миллионов рублей", "миллион рублей"),
        ("ru", "Завод стоит у реки", "сто человек"),
        ("ru", "половина солдат", "50 солдат"),
        ("ru", "ракеты С-400", "400 ракет"),
        ("ru", "самолёты Ту-154", "154 самолёта"),
        ("tr", "S-400 füzeleri", "400 füze"),
        ("ru", "долгий контракт", "пятилетний контракт"),
        ("ru", "двухлетний контракт", "пятилетний контракт"),
        ("tr", "son deneme", "kırkıncı deneme"),
        ("az", "uzun plan", "beşillik plan"),
        ("ru", "два десятка солдат", "10 солдат"),
        ("ru", "двое убитых и десяток раненых", "20 раненых"),
        ("ru", "двое и десяток", "20 раненых"),
        ("tr", "iki düzine asker", "12 asker"),
        ("ru", "полтора часа", "50% времени"),
        ("tr", "askerlerin üçte ikisi", "67 asker"),
        ("tr", "askerlerin yarısı", "50 asker"),
        ("tr", "2,3 milyar lira", "yüz milyar lira"),
        ("tr", "Nüfusun yüzde 40'ı", "yüz doktor"),
        ("az", "48 milyon manat", "milyon manat"),
        ("hy", "900 միլիոն դրամ", "հարյուր միլիոն դրամ"),
        ("fr", "La banque centrale garde 3,5 pour cent", "cent ménages"),
        ("fr", "la dixième réunion", "dix jours"),
    ],
)
def test_words_that_begin_alike_and_other_numbers_of_millions_are_not_contained(
    code: str, passage: str, sentence: str
) -> None:
    assert not _contained(passage, sentence, code, code)


@pytest.mark.parametrize(
    ("code", "year", "years"), [("en", "in the year 1990", "1990 years"), ("ru", "в 1990 году", "1990 лет")]
)
def test_a_year_may_be_named_with_a_word_for_it_and_proves_no_number_of_years(code: str, year: str, years: str) -> None:
    assert _contained("In 1990 it rained.", year, "en", code)
    assert not _contained("In 1990 it rained.", years, "en", code)


def test_a_magnitude_is_read_where_the_language_is_unknown() -> None:
    known = read_numbers("2,3 milyar lira", "tr", lenient=True)
    assert all(contains(known, number) for number in read_numbers("2.3 billion lira", None))


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("en", "It is 5 metres long.", "en", "It is 5 kilometres long."),
        ("en", "It is 5km long.", "en", "It is 5 miles long."),
        ("en", "It is 32 km long.", "en", "It is 32 m long."),
        ("en", "It covers 40 square kilometres.", "en", "It is 40 kilometres long."),
        ("en", "It weighs 30 tonnes.", "en", "It weighs 30 kilograms."),
        ("en", "The talks took three days.", "en", "The talks took 3 hours."),
        ("en", "a two-year sentence", "en", "a sentence of two months"),
        ("en", "It was 5 °C.", "en", "It was 5 °F."),
        ("en", "It was −5 °C.", "en", "It was 5 °C."),
        ("en", "It was 5 degrees.", "en", "It was minus 5 degrees."),
        ("ru", "Длина 5 метров.", "ru", "Длина 5 километров."),
        ("ru", "Вес 30 тонн.", "ru", "Вес 30 килограммов."),
        ("ru", "Прошло три дня.", "ru", "Прошло три часа."),
        ("ru", "Было 5 градусов мороза.", "ru", "Было 5 градусов."),
        ("ru", "через пять минут", "en", "five hours later"),
        ("tr", "5 kilometre uzunluğunda", "tr", "5 metre uzunluğunda"),
        ("az", "5 saat davam etdi", "az", "5 gün davam etdi"),
        ("hy", "5 կիլոմետր", "hy", "5 մետր"),
    ],
)
def test_a_number_of_another_measure_is_not_contained(written: str, passage: str, spoken: str, sentence: str) -> None:
    assert not _contained(passage, sentence, written, spoken)


@pytest.mark.parametrize(
    ("written", "passage", "spoken", "sentence"),
    [
        ("en", "It is 5 kilometres long.", "en", "It is 5 km long."),
        ("en", "Calder, 65, spoke.", "en", "Calder is 65 years old."),
        ("en", "a two-hour meeting", "en", "They met for 2 hours."),
        ("en", "30 tonnes", "en", "30 metric tons"),
        ("en", "They paid 48 million in dollars.", "en", "It cost $48 million."),
        ("en", "It was 5 degrees.", "en", "It was 5 °C."),
        ("en", "It was 5 degrees below zero.", "en", "It was −5 °C."),
        ("en", "between 10 and 20 km", "en", "10 to 20 kilometres"),
        ("ru", "Длина пяти километров.", "en", "It is 5 km long."),
        ("ru", "Ему 65 лет.", "en", "He is 65 years old."),
        ("ru", "Было 5 градусов мороза.", "ru", "Было минус 5 градусов."),
        ("tr", "40 kilometrekare", "en", "40 square kilometres"),
        ("az", "5 il", "ru", "5 лет"),
        ("hy", "5 տարի", "en", "five years"),
    ],
)
def test_a_measure_is_one_however_it_is_written(written: str, passage: str, spoken: str, sentence: str) -> None:
    assert _contained(passage, sentence, written, spoken)


@pytest.mark.parametrize(
    ("passage", "sentence", "told"),
    [
        ("They cost 48 million crowns.", "48 million euros", False),
        ("It rose to 310.", "310%", False),
        ("Profits rose by 5%.", "-5%", False),
        ("They cost 48 million euros.", "€48 million", True),
        ("They cost 5, 7 and 10 dollars.", "$7", True),
        ("from $5m to 7m", "7 million dollars", True),
        ("between 10 and 20 per cent", "10%", True),
        ("Half of them left.", "50%", True),
        ("Calder, 65, spoke.", "65 years", True),
        ("It holds $12 million.", "A$12 million", False),
        ("It holds $12 million.", "12 million Canadian dollars", False),
        ("It holds $12 million.", "12 million US dollars", True),
        ("It rose by 6.5 percent.", "6.5 percentage points", False),
        ("3.4 million euros", "millions of people", False),
        ("5 million people", "millions of people", True),
        ("hundreds of houses", "a hundred houses", False),
    ],
)
def test_a_passage_that_leaves_a_unit_open_does_not_tell_it(passage: str, sentence: str, told: bool) -> None:
    (wanted,) = read_numbers(sentence, "en")
    assert is_told(read_numbers(passage, "en", lenient=True), wanted) is told


@pytest.mark.parametrize(
    ("code", "passage", "sentence", "told"),
    [
        ("en", "30% of the soldiers were killed.", "30 soldiers were killed.", False),
        ("en", "It cost $5 billion.", "It cost 5 billion soldiers.", False),
        ("en", "It cost $5 billion.", "It cost 5 billion.", True),
        ("en", "30% of the 30 soldiers", "30 soldiers", True),
        ("en", "It lasted 30 hours.", "30 soldiers", True),
        ("en", "between 10 and 30% of them", "between 10 and 30 of them", True),
        ("en", "50% of the soldiers", "half the soldiers", True),
        ("ru", "Погибли 30% солдат.", "Погибли 30 солдат.", False),
        ("ru", "Погибли 50% солдат.", "Погибла половина солдат.", True),
        ("ru", "Погибли 30 солдат.", "Погибли 30 солдат.", True),
        ("ru", "рост на 5%", "пятипроцентный рост", True),
        ("tr", "Askerlerin yüzde 30'u öldü.", "30 asker öldü.", False),
        ("tr", "Askerlerin 30 yaralısı var.", "30 asker öldü.", True),
    ],
)
def test_a_share_or_a_price_does_not_tell_how_many(code: str, passage: str, sentence: str, told: bool) -> None:
    known = read_numbers(passage, code, lenient=True)
    assert all(is_told(known, wanted) for wanted in read_numbers(sentence, code)) is told


def test_a_number_in_a_row_with_a_share_is_one_too() -> None:
    known = read_numbers("20 to 30 percent of the soldiers", "en", lenient=True)
    assert all(is_told(known, wanted) for wanted in read_numbers("askerlerin yüzde 20 ila 30 kadarı", "tr"))


def test_a_currency_is_no_word_that_begins_alike_farther_on() -> None:
    (beds,) = read_numbers("850 yataklı yeni bir hastane", "tr")
    assert not beds.unit


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "One of them left."),
        ("en", "a quarter of the city"),
        ("en", "He came first, then second."),
        ("en", "The price rose threefold; a handsome twosome paid it."),
        ("ru", "Сторонники изменили несколько параметров в трёхсторонней сделке после пятитысячного митинга."),
        ("ru", "Это пятая попытка и десятая серия."),
        ("ru", "Погибло больше дюжины солдат."),
        ("tr", "Bir düzineden fazla asker öldü."),
        ("tr", "Altın taşıyan gemi yüzer köprüye yanaştı, kaptan biner, beşeri bilimler okur."),
    ],
)
def test_words_that_are_numbers_only_at_times_are_not_looked_for(code: str, sentence: str) -> None:
    assert read_numbers(sentence, code) == []


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [("It cost $5 billion.", "$5 billion"), ("by 20 percent", "20 percent"), ("1 500 euros", "1 500 euros")],
)
def test_a_number_keeps_the_words_it_is_printed_in(sentence: str, printed: str) -> None:
    assert [number.text for number in read_numbers(sentence, "en")] == [printed]


@pytest.mark.parametrize(("word", "value"), [("XIV", 14), ("IX", 9), ("XX", 20)])
def test_roman_numerals_have_a_value(word: str, value: int) -> None:
    assert (is_roman(word), roman(word)) == (True, value)


@pytest.mark.parametrize("word", ["I", "CD", "MIX", "Xi", "IIX"])
def test_other_capitals_are_no_roman_numerals(word: str) -> None:
    assert not is_roman(word)


@given(st.integers(min_value=0, max_value=10**15))
def test_grouping_makes_no_difference(value: int) -> None:
    assert _contained(f"{value:,} men", f"{value} men")


@given(st.text(max_size=300), st.sampled_from(["en", "ru", "tr", "ar", "xx", None]), st.booleans())
def test_any_text_can_be_read(text: str, code: str | None, lenient: bool) -> None:
    for number in read_numbers(text, code, lenient=lenient):
        assert number.values
        assert all(isinstance(value, Decimal) for value in number.values)


@given(st.text(max_size=200))
def test_a_text_contains_its_own_numbers(text: str) -> None:
    known = read_numbers(text, "en", lenient=True)
    assert all(contains(known, number) for number in read_numbers(text, "en"))
