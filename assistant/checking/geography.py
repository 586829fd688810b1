"""Knows countries, languages and large cities by name in every language, from CLDR, so that names meet.

A people, its language and its country count as one: "French", "France" and "французский" lead to the same place.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from assistant.checking.inflection import same_word, stem
from assistant.checking.romanised import romanised, same_but_ending, shared

# What everyone calls countries whose CLDR names are long or new, and the unions whose members' names do not tell.
_SHORT = {
    "US": "US USA America American Americans США Америка американский АҚШ ABD Amerika Amerikan ABŞ ԱՄՆ Ամերիկա აშშ "
    "ამერიკა américain estadounidense EEUU statunitense americano amerikanisch أمريكا آمریکا",
    "GB": "UK Britain British Briton Britons Британия британский британец Великобритания Англия Англія "
    "Britanya Britaniya İngiltere İngilis İngiliz Բրիտանիա Անգլիա ინგლისი Angleterre Inglaterra Inghilterra "
    "إنجلترا انگلستان ბრიტანეთი britannique britisch Großbritannien británico britannico بريطانيا بریتانیا",
    "ENG": "England Англия Англія Angleterre Inglaterra Inghilterra İngiltere İngilis İngiliz Անգլիա "
    "ინგლისი إنجلترا انگلستان",
    "TR": "Turkey",
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
_VOWELS = "aeiouy"
# What CLDR calls cities by has it.
_ZONE = "/"


@dataclass(frozen=True, slots=True)
class _Part:
    """A word of the name of a place, romanised; `whole` if the name has no other."""

    latin: str
    stem: str
    place: str
    whole: bool


@lru_cache(maxsize=20_000)
def places(word: str, code: str | None) -> frozenset[str]:
    """The places that a word of a language may speak of, by CLDR's codes.

    Args:
        word: as written.
        code: ISO 639-1 code of the language; English if CLDR does not know it.
    """
    name, locale = romanised(word), _locale(code)
    parts = _by_prefix(locale).get(name[:_PREFIX], ())
    if len(name) < _SHORTEST:
        return frozenset(part.place for part in parts if part.latin == name)
    name_stem = stem(word, locale)
    forms = {part for part in parts if same_word(name, name_stem, part.latin, part.stem)}
    made = {part for part in parts if part.whole and _is_made_of(name, part.latin, part.place)}
    whole = {part for part in forms if part.whole}
    return frozenset(part.place for part in {*_likest(name, whole, made), *(forms - whole)})


def _is_made_of(name: str, known: str, place: str) -> bool:
    """Whether a word is made of a place's name: Iraqi; Belgian, if it is a country's."""
    if not same_but_ending(known, name):
        return False
    return name.startswith(known.rstrip(_VOWELS)) or (shared(name, known) >= _SHORTEST and _ZONE not in place)


def _likest(name: str, forms: AbstractSet[_Part], made: AbstractSet[_Part]) -> AbstractSet[_Part]:
    """Of the places whose names a word may be a form of or made of, those that it is most like.

    Nigerian begins with Niger as well, and forms of Nigeria may have the stem of Niger.
    """
    known = forms | made
    if exact := {part for part in known if part.latin == name}:
        return exact
    most = max((shared(name, part.latin) for part in known), default=0)
    best = {part for part in known if shared(name, part.latin) == most}
    begun = {part for part in known if name.startswith(part.latin)}
    if best & forms:
        return best & forms & begun or best & forms
    longest = max((len(part.latin) for part in begun), default=0)
    return best | {part for part in begun if len(part.latin) == longest}


def are_apart(word: str, code: str | None, other: str, other_code: str | None) -> bool:
    """Whether two words speak of places, and of different ones: Iran and Iraq."""
    here, there = places(word, code), places(other, other_code)
    return bool(here and there) and here.isdisjoint(there)


def is_place(word: str, code: str | None) -> bool:
    """Whether a word of a language is, as it stands and by itself, the name of a place, its people or its language."""
    return romanised(word) in _single_words(_locale(code))


@cache
def _single_words(locale: str) -> frozenset[str]:
    return frozenset(part.latin for parts in _by_prefix(locale).values() for part in parts if part.whole)


@cache
def names_of(place: str, code: str | None) -> frozenset[tuple[str, ...]]:
    """The names of a place in a language, as romanised words; those of a name are all needed."""
    return frozenset(name for name, known in _entries(_locale(code)) if known == place)


@cache
def _by_prefix(locale: str) -> dict[str, tuple[_Part, ...]]:
    """The words of the names of places by their beginning."""
    found: dict[str, dict[_Part, None]] = {}
    for place, name in _names(Locale.parse(locale)):
        parts = _parts(name)
        for part in _telling(parts):
            if latin := romanised(part):
                found.setdefault(latin[:_PREFIX], {})[_Part(latin, stem(part, locale), place, len(parts) == 1)] = None
    return {prefix: tuple(entries) for prefix, entries in found.items()}


@cache
def _entries(locale: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """(romanised words, place) for each name of a place, without small words."""
    found: dict[tuple[tuple[str, ...], str], None] = {}
    for place, name in _names(Locale.parse(locale)):
        if words := tuple(filter(None, map(romanised, _telling(_parts(name))))):
            found[words, place] = None
    return tuple(found)


def _parts(name: str) -> list[str]:
    return name.replace("-", " ").replace("(", " ").replace(")", " ").split()


def _telling(parts: Sequence[str]) -> Sequence[str]:
    """The words of a name of several without short and small ones."""
    return [part for part in parts if len(part) >= _SHORTEST and part[0] != part[0].lower()] or parts


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
    # In Latin letters those of another script are other words: the Armenian EU is "EM".
    script = _script(locale.territories["FR"])
    for place, names in _SHORT.items():
        yield from ((place, name) for name in names.split() if _script(name) == script)


def _script(text: str) -> str:
    return unicodedata.name(text[0], "").partition(" ")[0]


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
