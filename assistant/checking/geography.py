"""Knows countries, languages and large cities by name in every language, from CLDR, so that names meet.

A people, its language and its country count as one: "French", "France" and "французский" lead to the same place.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from assistant.checking.romanised import romanised, same_form

# What everyone calls two countries whose CLDR names are long, and the unions whose members' names do not tell.
_SHORT = {
    "US": "US USA America American Americans США Америка американский АҚШ ABD Amerika Amerikan ABŞ ԱՄՆ Ամերիկա აშშ "
    "ამერიკა américain estadounidense EEUU statunitense americano amerikanisch أمريكا آمریکا",
    "GB": "UK Britain British Briton Britons Британия британский британец Великобритания Англия Англія "
    "Britanya Britaniya İngiltere İngilis İngiliz Բրիտանիա Անգլիա ინგლისი Angleterre Inglaterra Inghilterra "
    "إنجلترا انگلستان ბრიტანეთი britannique britisch Großbritannien británico britannico بريطانيا بریتانیا",
    "ENG": "England Англия Англія Angleterre Inglaterra Inghilterra İngiltere İngilis Անգլիա ინგლისი إنجلترا انگلستان",
    "RU": "российский россиянин",
    "EU": "EU ЕС ЄС AB Aİ ԵՄ UE",
    "UN": "UN ООН BM BMT ՄԱԿ გაერო ONU",
}
# Continents, and nothing larger.
_CONTINENTS = frozenset({"002", "019", "142", "150", "009", "003", "005", "021", "143", "145", "419"})
# Languages whose most speakers do not live in the country that they are named for, or that are of many countries.
_HOMELANDS = {"en": "ENG", "pt": "PT", "ar": "ar"}
_PREFIX = 3
_SHORTEST = 4


@lru_cache(maxsize=20_000)
def places(word: str, code: str | None) -> frozenset[str]:
    """The places that a word of a language may speak of, by CLDR's codes.

    Args:
        word: as written.
        code: ISO 639-1 code of the language; English if CLDR does not know it.
    """
    name = romanised(word)
    entries = _by_prefix(_locale(code)).get(name[:_PREFIX], ())
    return frozenset(
        place for known, place in entries if known == name or (len(name) >= _SHORTEST and same_form(known, name))
    )


def is_place(word: str, code: str | None) -> bool:
    """Whether a word of a language is, as it stands and by itself, the name of a place, its people or its language."""
    return romanised(word) in _single_words(_locale(code))


@cache
def _single_words(locale: str) -> frozenset[str]:
    return frozenset(name[0] for name, _ in _entries(locale) if len(name) == 1)


@cache
def names_of(place: str, code: str | None) -> frozenset[tuple[str, ...]]:
    """The names of a place in a language, as romanised words; those of a name are all needed."""
    return frozenset(name for name, known in _entries(_locale(code)) if known == place)


@cache
def _by_prefix(locale: str) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, dict[tuple[str, str], None]] = {}
    for name, place in _entries(locale):
        for word in name:
            found.setdefault(word[:_PREFIX], {})[word, place] = None
    return {prefix: tuple(entries) for prefix, entries in found.items()}


@cache
def _entries(locale: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """(romanised words, place) for each name of a place, without small words."""
    found: dict[tuple[tuple[str, ...], str], None] = {}
    for place, name in _names(Locale.parse(locale)):
        parts = name.replace("-", " ").replace("(", " ").replace(")", " ").split()
        telling = [part for part in parts if len(part) >= _SHORTEST and part[0] != part[0].lower()] or parts
        words = tuple(filter(None, map(romanised, parts if len(parts) == 1 else telling)))
        if words:
            found[words, place] = None
    return tuple(found)


def _names(locale: Locale) -> Iterator[tuple[str, str]]:
    for territory, name in locale.territories.items():
        if territory.isalpha() or territory in _CONTINENTS:
            yield territory, name
    for language, name in locale.languages.items():
        if len(language) == 2 and "_" not in language:  # noqa: PLR2004 - those with two letters are of nations
            yield _homeland(language), name.capitalize()
    for zone, data in locale.time_zones.items():
        city = data.get("city")
        if city and zone != "Etc/Unknown":
            yield zone, city
    # English has no entry for a zone whose id is its city's name already.
    for zone in map(str, Locale.parse("ru").time_zones):
        if locale.language == "en" and "/" in zone:
            yield zone, zone.rpartition("/")[2].replace("_", " ")
    for place, names in _SHORT.items():
        yield from ((place, name) for name in names.split())


def _homeland(language: str) -> str:
    if language in _HOMELANDS:
        return _HOMELANDS[language]
    likely = get_global("likely_subtags").get(language)
    return likely.rpartition("_")[2] if likely else language


@cache
def _locale(code: str | None) -> str:
    try:
        return str(Locale.parse(code or "en"))
    except (UnknownLocaleError, ValueError):
        return "en"
