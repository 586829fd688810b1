"""The words of the page in the languages it speaks, with dates and plurals as CLDR has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.numbers import format_decimal

from assistant.fast_yaml import read_yaml
from assistant.ui.translation import Translation

# The languages of the page, as they call themselves.
LANGUAGES: Final = {"en": "English", "ru": "Русский", "az": "Azərbaycanca", "hy": "Հայերեն"}
DEFAULT: Final = "en"
# What the page keeps in English, as it keeps what the assistant says, to be said in whatever language it is shown in.
KEPT: Final = ("stopped", "unexpected")
# News in English writes 5 March 2024.
_LOCALES: Final = {"en": "en_GB"}
# A language in an Accept-Language header and its weight, from 0 (not this one) to 1: ru-RU;q=0.9
_RANGE: Final = re.compile(
    r"\s*([a-z]+(?:-[a-z\d]+)*)\s*(?:;\s*q=(0(?:\.\d*)?|1(?:\.0*)?)\s*)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Words:
    """The words of the page in one language.

    Attributes:
        code: the language, ISO 639-1.
    """

    code: str
    _texts: Mapping[str, Any]

    def __call__(self, key: str, **values: object) -> str:
        """A text, its names in braces filled in."""
        text: str = self._texts[key]
        return text.format(**values) if values else text

    def count(self, key: str, number: int) -> str:
        """A text in the form that a number asks for."""
        forms: Mapping[str, str] = self._texts[key]
        form = self._locale.plural_form(number)
        return forms.get(form, forms["other"]).format(number=format_decimal(number, locale=self._locale))

    def said(self, message: str) -> str:
        """What the assistant says in English, in this language; what of it has no translation stays English."""
        return message if self.code == DEFAULT else _translation(self.code).of(message)

    def day(self, day: date) -> str:
        """A date in full, such as 5 March 2024."""
        return format_date(day, "long", locale=self._locale)

    def language(self, code: str) -> str:
        """The name of a language."""
        return str(self._locale.languages.get(code, code))

    @property
    def _locale(self) -> Locale:
        return Locale.parse(_LOCALES.get(self.code, self.code))


@lru_cache
def words_in(code: str) -> Words:
    """The words of the page in a language; in English if the page does not speak it."""
    known = code if code in LANGUAGES else DEFAULT
    return Words(known, _loaded(f"words/{known}.yaml"))


def preferred_language(accepted: str) -> str:
    """The language of the page that suits a browser best, by its Accept-Language header."""
    ranges = [match for match in map(_RANGE.fullmatch, accepted.split(",")) if match]
    ranges.sort(key=_weight, reverse=True)
    wanted = [match[1].lower().replace("-", "_") for match in ranges if _weight(match)]
    return negotiate_locale(wanted, list(LANGUAGES)) or DEFAULT


@lru_cache
def _translation(code: str) -> Translation:
    english, words = words_in(DEFAULT), words_in(code)
    sentences = {sentence: said[code] for sentence, said in _loaded("messages.yaml").items()}
    return Translation(sentences | {english(key): words(key) for key in KEPT})


def _loaded(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = read_yaml(files("assistant").joinpath("data", name).read_bytes())
    return loaded


def _weight(match: re.Match[str]) -> float:
    return float(match[2] or 1)
