"""Tells what of a sentence's names its passages lack, and what may be another name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.checking.capitals import Name, find_names, is_acronym
from assistant.checking.geography import is_place
from assistant.checking.name_index import SHORTEST_PART, NameIndex
from assistant.checking.romanised import romanised, skeleton
from assistant.checking.vocabulary import (
    MOSTLY_CAPITAL,
    capital_share,
    is_ordinary,
    may_be_part,
    may_be_title,
    openers,
    pieces,
)
from assistant.languages import language, languages
from assistant.terms import fold

# With what finds a name, so that a checker needs this module alone.
__all__ = ["Missing", "Name", "find_names", "in_common", "joined", "missing"]

# Every noun has a capital there, so a capital shows no name.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
# Where English nouns stand without an article: plurals, what is done, and adverbs.
_BARE = ("s", "ing", "ed", "ly")


@dataclass(frozen=True, slots=True)
class Missing:
    """The words of a name that no passage has; `certain` unless they may be ordinary words, such as a title."""

    text: str
    certain: bool


def missing(name: Name, code: str | None, passages: Iterable[NameIndex]) -> Missing | None:
    """What of a name no passage has; None if nothing is missing.

    A word that is an ordinary one in small letters is a title, a common noun or the beginning of a sentence: it is
    missed where no word of the name is found or the last one is not, at the beginning of a sentence only where it is
    used as a name, and never in another language, which translates it. What the passage has with more letters or with
    fewer is doubtful: it may be derived (Victorian) or another name (Johnson). So is an ordinary word that may be a
    forename, before a surname that the passages give others.
    """
    passages = list(passages)
    lacking = _missing(name, code, passages)
    if lacking and all(any(passage.may_have(word, code) for passage in passages) for word in lacking.text.split()):
        return replace(lacking, certain=False)
    if lacking is None and (forename := _other_forename(name, code, passages)):
        return Missing(forename, certain=False)
    return lacking


def _missing(name: Name, code: str | None, passages: Sequence[NameIndex]) -> Missing | None:
    absent = [word for word in name.words if not any(passage.has(word, code) for passage in passages)]
    if not absent or any(passage.has_acronym(name.words) for passage in passages):
        return None
    if all(passage.code not in {None, code} for passage in passages):
        return _untranslated(name, absent, code)
    if changed := [word for word in absent if _is_changed(word, code, passages)]:
        return Missing(" ".join(changed), certain=True)
    proper = [word for word in absent if not is_ordinary(word, code, opening=name.opening)]
    if proper:
        titled = absent[-1] != name.words[-1] and all(may_be_title(word, code) for word in proper)
        return Missing(" ".join(proper), certain=not titled and _is_certain(name, proper[0], code))
    return _ordinary_missing(name, absent, code)


def _ordinary_missing(name: Name, absent: Sequence[str], code: str | None) -> Missing | None:
    """What is missing of a name if all that no passage of its language has of it may be ordinary words."""
    titled = absent[-1] != name.words[-1] or (len(absent) < len(name.words) and code != "en")
    if titled or name.headline or code in _CAPITAL_NOUNS:
        return None
    if name.opening and len(name.words) == 1:
        return None if fold(absent[0]) in openers(code) else _opening_missing(name, code)
    return Missing(" ".join(absent), certain=True)


def in_common(name: Name, code: str | None, passages: Sequence[NameIndex]) -> bool | None:
    """Whether passages have a word of a name that is not easily taken for another one; None if it has no such word.

    Of a few consonants there are many words, and a word that begins a sentence may be no name.
    """
    alone = name.opening and len(name.words) == 1
    telling = [
        word
        for word in name.words
        if is_place(word, code)
        or (not alone and len(skeleton(romanised(word))) >= SHORTEST_PART and not is_ordinary(word, code))
    ]
    return any(passage.has(word, code) for word in telling for passage in passages) if telling else None


def joined(name: Name, code: str | None, passages: Sequence[NameIndex]) -> str | None:
    """Two words of a name, if the passages have each of them in a name with another partner only: parts of two names.

    Titles stand before many names; in languages whose titles are not known none is looked for.
    """
    if code not in languages() or not language(code).titles:
        return None
    for first, second in pairwise(name.words):
        leads = fold(first) not in language(code).titles and may_be_part(first)
        follows = may_be_part(second)
        alone = any(len(w) < SHORTEST_PART or is_place(w, code) or is_acronym(w) for w in (first, second))
        if leads and follows and not alone and _are_of_two(first, second, code, passages):
            return f"{first} {second}"
    return None


def _are_of_two(first: str, second: str, code: str | None, passages: Sequence[NameIndex]) -> bool:
    if any(passage.has_together(first, second, code) for passage in passages):
        return False
    surnames = {word for passage in passages for word in passage.partners(first, code)[1]}
    forenames = {word for passage in passages for word in passage.partners(second, code)[0]}
    return len(surnames) == 1 and bool(forenames)


def _is_changed(word: str, code: str | None, passages: Sequence[NameIndex]) -> bool:
    """Whether a word that is not written often in small letters is one letter apart from a name of the passages."""
    return pieces(word)[0] > 1 and any(passage.has_near(word, code) for passage in passages)


def _other_forename(name: Name, code: str | None, passages: Sequence[NameIndex]) -> str | None:
    """A word of a name that is no title, where the passages of its language have other words before the next one.

    An ordinary word may be a title that is not listed where it begins a sentence, or where none are listed.
    """
    titles = language(code).titles if code in languages() else frozenset()
    own = [passage for passage in passages if passage.code in {None, code}]
    for first, second in pairwise(() if name.headline else name.words):
        known = {word for passage in own for word in passage.partners(second, code)[0]}
        unlisted = (name.opening and first == name.words[0]) or not titles
        titled = fold(first) in titles or (unlisted and capital_share(first) <= 1)
        if known and not titled and not any(passage.has(first, code) for passage in passages):
            return first
    return None


def _opening_missing(name: Name, code: str | None) -> Missing | None:
    """What is missing if an ordinary word that no passage has begins a sentence: nothing, unless it is used as a name.

    That shows in its capital, if it is written so mostly, and in English by a verb behind it that tells what a person
    does: a noun that can be counted has an article there, or is a plural (Rice said; officials said).
    """
    (word,) = name.words
    if _acts(name, code):
        return Missing(word, certain=code == "en" and not word.endswith(_BARE))
    return Missing(word, certain=False) if capital_share(word) > 1 else None


def _acts(name: Name, code: str | None) -> bool:
    """Whether what stands behind a name tells what a person does."""
    return code in languages() and name.follower in language(code).person_verbs


def _is_certain(name: Name, word: str, code: str | None) -> bool:
    """Whether a word that is missing and not ordinary is surely a name."""
    if len(name.words) > 1 or is_place(word, code) or is_acronym(word):
        return True
    small, capital = pieces(word)
    if name.opening and code != "en":
        # Where words have many endings, most take several pieces either way.
        return small > capital
    return code not in _CAPITAL_NOUNS


def _untranslated(name: Name, absent: Sequence[str], code: str | None) -> Missing | None:
    """What is missing of a name in another language, which may spell it otherwise, or translate it.

    Only names that CLDR translates are surely missing.
    """
    certain = [word for word in absent if is_place(word, code)]
    if certain:
        return Missing(" ".join(certain), certain=True)
    doubtful = [word for word in absent if not is_ordinary(word, code)]
    lone_opening = name.opening and len(name.words) == 1
    if not doubtful or (lone_opening and not _acts(name, code) and capital_share(doubtful[0]) < MOSTLY_CAPITAL):
        return None
    return Missing(" ".join(doubtful), certain=False)
