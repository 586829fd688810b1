"""Tells in what a number counts: a currency, hundredths, or what is measured. Names and signs are those of CLDR."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import get_currency_name
from babel.units import format_unit

from assistant.checking.inflection import stem
from assistant.languages import language, languages
from assistant.terms import fold

PERCENT, POINTS, HOUR, YEAR = "%", "% points", "duration-hour", "duration-year"
_PERCENT_STEMS = (
    *("percent", "pct", "процент", "відсот", "faiz", "տոկոս", "პროცენტ", "prozent", "درصد", "porcent", "procent"),
    *("ποσοστ", "אחוז", "प्रतिशत"),
)
_PERCENT_PHRASES = re.compile(
    r"\s?(?:[%٪％]|per cent\b|pour cent\b|por ciento\b|per cento\b|τοις εκατο|в процентах)", re.IGNORECASE
)
_PERCENT_BEFORE = re.compile(r"(?:yüzde|[%٪])\s?$", re.IGNORECASE)
_POINT_STEMS = ("point", "пункт", "puan", "punkt", "կետ", "პუნქტ", "punto", "punti")
_SIGN_BEFORE = re.compile(r"((?:\b[A-Z]{1,3})?[$€£¥₽₺₼֏₾₴₹₩₪₸₫₱₦฿])\s?$|\b([A-Z]{3}|TL)\s$")
_SIGN_BEHIND = re.compile(r"\s?([$€£¥₽₺₼֏₾₴₹₩₪₸₫₱₦฿])|\s([A-Z]{3}|TL)\b")
_WORD_BEHIND = re.compile(r"[\s-]([^\W\d_]+)")
# Signs that CLDR writes with letters in most languages.
_SIGNS = {"₽": "RUB", "₺": "TRY", "₼": "AZN", "֏": "AMD", "₾": "GEL", "₴": "UAH", "₸": "KZT", "£": "GBP", "€": "EUR"}
_SIGNS["TL"] = "TRY"
# The currency that a word or sign for several means first.
_FIRST = "USD"
_PER = "-per-"
# Languages that set a country behind the noun.
_NOUN_FIRST = frozenset({"fr", "es", "it", "fa", "ar"})
_REACH = 8
_STEM = 5
_SMALL = 2
_NONE: frozenset[str] = frozenset()
# A word or sign of a measure, and what parts two of them.
_MEASURE = re.compile(r"[\s\u00a0/-]{0,2}(°\s?[CFСcfс]?\b|[′″]|[^\W\d_]+[²³]?)")
_LONGEST_MEASURE = 5
# What CLDR lists as measures and texts use as other words.
_NO_MEASURES = ("concentr-", "graphics-", "light-", "length-point", "duration-quarter")
_SAMPLE_COUNTS = (1, 2, 5, 1.5)
# What a name may stand for besides: a text seldom tells which ton it means, or which degrees.
_DEGREES = ("temperature-generic", "angle-degree", "temperature-celsius", "temperature-fahrenheit")
_ALIKE = {
    "mass-ton": ("mass-tonne",),
    "mass-tonne": ("mass-ton",),
    "angle-degree": _DEGREES,
    "temperature-generic": _DEGREES,
}
_LETTERS = frozenset("mм°′″")
_TEMPERATURES = "temperature-"


def is_measured(unit: frozenset[str]) -> bool:
    """Whether a unit is one of measures such as metres, whose number texts often tell alone: aged 65."""
    return any("-" in code for code in unit)


def is_temperature(unit: frozenset[str]) -> bool:
    """Whether a unit may be degrees of heat."""
    return any(code.startswith(_TEMPERATURES) for code in unit)


def is_told_by(theirs: frozenset[str], ours: frozenset[str]) -> bool:
    """Whether a unit of a passage tells that of a sentence; dollars alone are first of all American."""
    if (POINTS in ours and POINTS not in theirs) or (_FIRST in theirs and _FIRST not in ours):
        return False
    # A length may be told in short for a speed.
    if all(_PER in unit for unit in ours) and not all(_PER in unit for unit in theirs):
        return False
    return not ours.isdisjoint(theirs)


def is_priced(text: str, start: int) -> bool:
    """Whether a sign of a currency stands before the number that begins here."""
    sign = _SIGN_BEFORE.search(text[max(0, start - _REACH) : start])
    return sign is not None and bool(_of_sign(sign[1] or sign[2]))


def counts_years(printed: str, code: str | None) -> bool:
    """Whether a number that is printed with the word for years is one of them, and not the name of a year."""
    return code in languages() and fold(printed).endswith(_plural_years(code or ""))


@cache
def _plural_years(code: str) -> tuple[str, ...]:
    """The word for years where it is another one than that for a year."""
    one, several = (fold(format_unit(count, YEAR, locale=code)).split()[-1] for count in (1, 5))
    return (several,) if one != several else ()


def unit_at(text: str, start: int, end: int, code: str | None) -> tuple[frozenset[str], int, int]:
    """The unit of the number at `text[start:end]` in a language, and the range with the signs that belong to it.

    Several currencies share a sign and a word, such as dollar, so a unit is a set.
    """
    if behind := _PERCENT_PHRASES.match(text, end):
        return frozenset({PERCENT}), start, behind.end()
    before = text[max(0, start - _REACH) : start]
    if _PERCENT_BEFORE.search(before):
        return frozenset({PERCENT}), start, end
    if sign := _SIGN_BEFORE.search(before):
        unit = _of_sign(sign[1] or sign[2])
        return unit, (start - len(before) + sign.start() if unit else start), end
    if sign := _SIGN_BEHIND.match(text, end):
        unit = _of_sign(sign[1] or sign[2])
        return unit, start, (sign.end() if unit else end)
    known = code if code in languages() else "en"
    measure, measured = _measure_at(text, end, known)
    unit, first, last = _of_words(text, start, end, known)
    if measure:
        return measure | (unit if last == measured else _NONE), start, measured
    return unit, first, last


def _measure_at(text: str, end: int, code: str) -> tuple[frozenset[str], int]:
    """What is measured by a number that ends here, and where it is told; the longest name of a measure counts."""
    written: list[str] = []
    found, last = _NONE, end
    at = end
    while len(written) < _LONGEST_MEASURE and (token := _MEASURE.match(text, at)):
        written.append(_key(token[1], code))
        at = token.end()
        if unit := _measures(code).get(tuple(written)):
            found, last = unit, at
    return found, last


def _key(token: str, code: str) -> str:
    return stem(token, code) if token.isalpha() else "".join(fold(token).split())


@cache
def _measures(code: str) -> dict[tuple[str, ...], frozenset[str]]:
    """By the words or signs of a measure in a language: it, and those whose names go on behind it."""
    names: dict[tuple[str, ...], set[str]] = {}
    for locale in ("en", "en_GB") if code == "en" else (code,):
        for measure in map(str, Locale.parse(locale).unit_display_names):
            for name in _names_of_measure(measure, locale):
                # CLDR's sign of an inch is a small word.
                if name[0] in _LETTERS or fold(name[0]) not in language(code).function_words:
                    names.setdefault(tuple(_key(token, code) for token in name), set()).add(measure)
    return {
        name: _with_alike({unit for other, units in names.items() if other[: len(name)] == name for unit in units})
        for name in names
    }


def _names_of_measure(measure: str, locale: str) -> Iterator[list[str]]:
    if measure.startswith(_NO_MEASURES) or measure.endswith("-person"):
        return
    for length in ("long", "short"):
        for count in _SAMPLE_COUNTS:
            name = format_unit(count, measure, length, locale=locale)
            tokens = _MEASURE.findall(re.sub(r"[\d.,]+", "", name, count=1).strip())
            # Other single letters are more often something else; and CLDR's own name stands where a language has none.
            if tokens and (len(tokens[0]) > 1 or tokens[0] in _LETTERS) and measure not in name:
                yield tokens


def _with_alike(units: set[str]) -> frozenset[str]:
    return frozenset(units).union(*(_ALIKE.get(unit, ()) for unit in units))


def _of_words(text: str, start: int, end: int, code: str) -> tuple[frozenset[str], int, int]:
    nearest = _WORD_BEHIND.match(text, end)
    if nearest is None:
        return _NONE, start, end
    next_one = _WORD_BEHIND.match(text, nearest.end())
    first, second = fold(nearest[1]), fold(next_one[1]) if next_one else ""
    if first.startswith(_PERCENT_STEMS) and not second.startswith(_POINT_STEMS):
        return frozenset({PERCENT}), start, nearest.end()
    if unit := _currency_words().get(first[:_STEM]):
        return unit, start, nearest.end()
    unit = _second_of_two(first, second, code)
    return (unit, start, next_one.end()) if next_one and unit else (_NONE, start, end)


def _second_of_two(first: str, second: str, code: str) -> frozenset[str]:
    """The unit that two words behind a number tell together, such as US dollars, Russian roubles, percentage points."""
    if first.startswith(_PERCENT_STEMS):
        return frozenset({PERCENT, POINTS})
    if second.startswith(_PERCENT_STEMS):
        return frozenset({PERCENT})
    unit = _currency_words().get(second[:_STEM], _NONE)
    of_country = unit & _of_countries().get(first[:_STEM], _NONE)
    is_small = len(first) <= _SMALL or first in language(code).function_words
    return of_country or (unit if is_small else _NONE)


@lru_cache(maxsize=1000)
def _of_sign(sign: str) -> frozenset[str]:
    symbols = Locale.parse("en").currency_symbols
    if sign in Locale.parse("en").currencies:
        return frozenset({sign})
    country, symbol = sign[:-1], sign[-1]
    known = frozenset(code for code, own in symbols.items() if symbol in own)
    if symbol.isalpha():
        return frozenset({_SIGNS[sign]}) if sign in _SIGNS else _NONE
    if country:
        exact = frozenset(code for code in known if symbols[code] == sign or code.startswith(country))
        return exact or known
    return known | ({_SIGNS[sign]} if sign in _SIGNS else _NONE) | ({"JPY", "CNY"} if sign == "¥" else _NONE)


@cache
def _of_countries() -> dict[str, frozenset[str]]:
    """By the beginning of what stands beside their noun, in a language at hand: the currencies of a country."""
    found: dict[str, frozenset[str]] = {}
    for code in languages():
        for currency in _circulating():
            for count in (1, 2, 5):
                for word in get_currency_name(currency, count, Locale.parse(code)).replace("-", " ").split():
                    key = fold(word)[:_STEM]
                    found[key] = found.get(key, _NONE) | {currency}
    return found


@cache
def _currency_words() -> dict[str, frozenset[str]]:
    """By the beginning of their noun: the currencies called so in a language at hand.

    Names in running text have their noun in small letters, beside a country that has a capital.
    """
    found: dict[str, frozenset[str]] = {}
    for code in languages():
        locale = Locale.parse(code)
        for currency in _circulating():
            for count in (1, 2, 5):
                name = get_currency_name(currency, count, locale).replace("-", " ").split()
                if code not in _NOUN_FIRST:
                    name.reverse()
                noun = next((word for word in name if word[0].islower()), name[0])
                if len(noun) >= 3:  # noqa: PLR2004 - shorter ones are other words too
                    key = fold(noun)[:_STEM]
                    found[key] = found.get(key, _NONE) | {currency}
    return found


@cache
def _circulating() -> tuple[str, ...]:
    """The currencies that news speaks of: those with a sign of their own, and of the languages' lands."""
    signed = [code for code, sign in Locale.parse("en").currency_symbols.items() if sign != code]
    return tuple(sorted({*signed, *_SIGNS.values(), "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "IRR", "SAR", "AED"}))
