"""Finds names by their capitals.

Scripts without capitals show no names; there only meaning speaks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.checking.figures import is_roman
from assistant.languages import language, languages
from assistant.terms import fold

SHORTEST_ACRONYM, _LONGEST_ACRONYM = 2, 6

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼ‘`][^\W_]+)*")
_APOSTROPHE = re.compile("['’ʼ‘`]")
# What may stand between the words of one name.
_WITHIN = re.compile(r"[ \u00a0-]|(?<![^\W\d_]{4})\. ")
_OPENERS = " \t\u00a0\"'«»“„”‘’‹›([{—–-*_"
_ENDS = ".!?…:;•|\n"
# In a headline most words have capitals.
_HEADLINE_SHARE = 0.6
_HEADLINE_WORDS = 5
_NEXT_WORD = re.compile(r"[ \u00a0]([^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Name:
    """A run of words with capitals.

    Attributes:
        words: as written, without the endings that an apostrophe sets off.
        opening: whether the first one begins a sentence, where every word has a capital.
        headline: whether it stands in a headline, where any word may have one.
        follower: the word behind it in folded form, empty if something else than a blank stands between.
    """

    words: tuple[str, ...]
    opening: bool
    headline: bool = False
    follower: str = ""


def find_names(text: str, code: str | None) -> list[Name]:
    """The names in a text, in order; words that may be none are among them, see `names.missing`."""
    known = language(code).function_words | language(code).number_words.keys() if code in languages() else frozenset()
    found: list[Name] = []
    run: list[str] = []
    opening, end = False, -1
    headline = _is_headline(text)
    for match in _WORD.finditer(text):
        bare = _bare(match[0])
        capital = len(bare) > 1 and (bare[0] != bare[0].lower() or bare[1:] != bare[1:].lower()) and has_case(bare)
        named = capital and fold(bare) not in known and not is_roman(bare)
        if run and not (named and _WITHIN.fullmatch(text, end, match.start())):
            found.append(Name(tuple(run), opening, headline, _follower(text, end)))
            run = []
        if named:
            if not run:
                opening = headline or _opens(text, match.start())
            run.append(bare)
            end = match.start() + len(bare) if len(bare) < len(match[0]) else match.end()
    return [*found, Name(tuple(run), opening, headline)] if run else found


def split_words(text: str) -> Iterator[str]:
    """The words of a text, what an apostrophe sets off from them by itself."""
    for match in _WORD.finditer(text):
        yield from _parts(match[0])


def runs_of_capitals(text: str, code: str | None) -> Iterator[tuple[str, ...]]:
    """The words of each run with capitals, function words among them left out."""
    for run in runs_of_words(text, code):
        part: list[str] = []
        for word in run:
            if word[0] != word[0].lower():
                part.append(word)
            else:
                yield tuple(part)
                part = []
        yield tuple(part)


def runs_of_words(text: str, code: str | None) -> Iterator[tuple[str, ...]]:
    """The words of each run that no mark parts, function words and what a hyphen joins in small letters left out."""
    small = language(code).function_words if code in languages() else frozenset()
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        if text[end : match.start()].strip(" \u00a0\n-–"):
            yield tuple(run)
            run = []
        end = match.end()
        lower = match[0][0] == match[0][0].lower()
        if not (lower and (fold(match[0]) in small or text[match.start() - 1 : match.start()] == "-")):
            run.append(match[0])
    yield tuple(run)


def has_case(word: str) -> bool:
    """Whether the script of a word has capitals."""
    return word.lower() != word.upper()


def is_acronym(word: str) -> bool:
    """Whether a word is written like an acronym: a few letters, all of them capitals."""
    return SHORTEST_ACRONYM <= len(word) <= _LONGEST_ACRONYM and word.isupper() and word.isalpha()


def _follower(text: str, end: int) -> str:
    behind = _NEXT_WORD.match(text, end)
    return fold(behind[1]) if behind else ""


def _opens(text: str, at: int) -> bool:
    """Whether a sentence, a quotation or a bracket begins here."""
    before = at - 1
    while before >= 0 and text[before] in _OPENERS:
        before -= 1
    return before < 0 or text[before] in _ENDS or text[before + 1 : at].strip() not in {"", "-"}


def _is_headline(text: str) -> bool:
    written = text.split()
    capitals = sum(word[0] != word[0].lower() for word in written)
    return len(written) >= _HEADLINE_WORDS and capitals > _HEADLINE_SHARE * len(written)


def _parts(written: str) -> list[str]:
    """A word and what an apostrophe sets off from it, each by itself; dotted initials as one."""
    if "." in written:
        return [written.replace(".", "")]
    return [part for part in _APOSTROPHE.split(written) if part]


def _bare(written: str) -> str:
    """The name in a word: Putin's, Ankara’daki, d'Avignon, U.S."""
    parts = _parts(written)
    capitals = [part for part in parts if part[0] != part[0].lower()]
    return max(capitals, key=len) if capitals else parts[0]
