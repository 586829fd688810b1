"""Tells the forms of a word in its language from other words that begin alike, by the Snowball stemmers."""

import re
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from Stemmer import algorithms

from assistant.checking.romanised import romanised, shared
from assistant.terms import stemmed

# Languages without a stemmer that take the endings of one with.
_KIN = {"az": "turkish", "uk": "russian"}
# Letters that those stemmers do not know, as the other language writes them.
_DOTLESS = str.maketrans("İI", "iı")
_LETTERS = {"tr": _DOTLESS, "az": _DOTLESS | str.maketrans("əƏ", "ee"), "uk": str.maketrans("іїєґІЇЄҐ", "ииегИИЕГ")}
# Russian does not decline foreign names in -o: Mario is no form of Maria.
_UNDECLINED = {"ru": re.compile("(?<![ео]г)о$", re.IGNORECASE)}
_NEVER = re.compile("(?!)")
_SHORTEST = 3


@lru_cache(maxsize=50_000)
def stem(word: str, code: str | None) -> str:
    """A word in Latin letters without its ending; the whole word where no stemmer knows its language."""
    algorithm = _algorithm(code)
    if algorithm is None or _UNDECLINED.get(code or "", _NEVER).search(word):
        return romanised(word)
    return romanised(stemmed(word.translate(_LETTERS.get(code or "", {})).lower(), algorithm))


def has_endings(code: str | None) -> bool:
    """Whether the endings of a language are known."""
    return _algorithm(code) is not None


def same_word(latin: str, latin_stem: str, other: str, other_stem: str) -> bool:
    """Whether two romanised words of a language differ by their endings alone, given their stems."""
    common = shared(latin, other)
    if latin_stem == other_stem:
        return len(latin_stem) >= _SHORTEST or common >= _SHORTEST
    return common >= _SHORTEST and max(len(latin_stem), len(other_stem)) <= common


@cache
def _algorithm(code: str | None) -> str | None:
    try:
        name = _KIN.get(code or "") or str(Locale.parse(code or "", sep="-").english_name).lower()
    except (UnknownLocaleError, ValueError):
        return None
    return name if name in algorithms() else None
