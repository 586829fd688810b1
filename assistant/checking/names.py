"""Finds names by their capitals, and looks for them in passages in any form and spelling.

Scripts without capitals show no names; there only meaning speaks.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from assistant.checking.geography import are_apart, is_place, names_of, places
from assistant.checking.inflection import has_endings, same_word, stem
from assistant.checking.numbers import is_roman
from assistant.checking.romanised import (
    near,
    romanised,
    same_beginning,
    same_but_ending,
    same_ending,
    same_form,
    same_sound,
    same_spelling,
    skeleton,
)
from assistant.languages import language, languages
from assistant.terms import fold
from assistant.tokens import count_tokens, token_rank

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’ʼ‘`][^\W_]+)*")
_APOSTROPHE = re.compile("['’ʼ‘`]")
# What may stand between the words of one name.
_WITHIN = re.compile(r"[ \u00a0-]|(?<![^\W\d_]{4})\. ")
_OPENERS = " \t\u00a0\"'«»“„”‘’‹›([{—–-*_"
_ENDS = ".!?…:;•|\n"
_SHORTEST_ACRONYM, _LONGEST_ACRONYM = 2, 6
# In a headline most words have capitals.
_HEADLINE_SHARE = 0.6
_HEADLINE_WORDS = 5
# Every noun has a capital there, so a capital shows no name.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_SHORTEST_PART = 3
# Of fewer letters many stems are one letter apart.
_SHORTEST_NEAR = 5
# What one language writes as either.
_ASPIRATED = frozenset({"g", "h"})
_BEHIND_LATIN = "\u0370"
# A word that is written so many times as often with a capital as in small letters is a name, though it is an ordinary
# word too (Trump); or perhaps a title, if it stands before a name (Prince), but not of so many times (John).
_CAPITAL, _NO_TITLE = 2.0, 6.0
# Where English nouns stand without an article: plurals, what is done, and adverbs.
_BARE = ("s", "ing", "ed", "ly")
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


@dataclass(frozen=True, slots=True)
class Missing:
    """The words of a name that no passage has; `certain` unless they may be ordinary words, such as a title."""

    text: str
    certain: bool


class NameIndex:
    """The words of a passage, as names are looked for in it.

    Args:
        text: the passage and what is known of its source.
        code: ISO 639-1 code of its language.
    """

    def __init__(self, text: str, code: str | None) -> None:
        self.code = code
        self._words: dict[str, dict[str, str]] = defaultdict(dict)
        self._sounds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._small_sounds: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._acronyms: set[str] = set()
        self._sequence: list[str] = []
        for word in _words(text):
            latin = romanised(word)
            self._sequence.append(latin)
            self._words[latin[:1]].setdefault(latin, word)
            sounds = skeleton(latin)
            named = word[0] != word[0].lower() or not _has_case(word)
            (self._sounds if named else self._small_sounds)[sounds[:1]][sounds].add(latin)
            if _is_acronym(word):
                self._acronyms.add(romanised(word))
        self._written_out = tuple(_runs_of_capitals(text, code))
        self._initials = tuple(map(_initials, _runs(text, code)))
        names = find_names(text, code)
        self._stems = {stem(word, code) for name in names for word in _sure_words(name, code)}
        runs = [[*map(romanised, name.words)] for name in names if len(name.words) > 1]
        self._runs = [tuple(filter(None, run)) for run in runs]

    def has(self, word: str, code: str | None) -> bool:
        """Whether a word of a name in a language stands in the passage, in whatever form or language."""
        latin = romanised(word)
        bucket = self._words.get(latin[:1], {})
        if not latin or latin in bucket:
            return True
        if _is_acronym(word) and self._spells_out(latin):
            return True
        if any(self._has_place(place) for place in places(word, code)):
            return True
        return any(self.is_form(word, known, code) for known in bucket) or self._has_sound(word, code)

    def has_near(self, word: str, code: str | None) -> bool:
        """Whether a name of the passage in the same language has a stem that is one letter apart: another name."""
        if code != self.code:
            return False
        own = stem(word, code)
        return any(_are_one_letter_apart(own, known) for known in self._stems)

    def may_have(self, word: str, code: str | None) -> bool:
        """Whether the passage may mean a word that it does not have.

        A word of it goes on behind this one or this one behind it, or sounds like it at least; or an acronym may be of
        words in small letters, as CEO is of "chief executive officer".
        """
        if self.has_near(word, code):
            return False
        return self._has_longer(word, code) or self._may_be_respelt(word, code) or self._may_spell_out(word, code)

    def _has_longer(self, word: str, code: str | None) -> bool:
        """Whether a word of the passage begins with this one or this one with it, and not as two places do."""
        latin = romanised(word)
        bucket = self._words.get(latin[:1], ())
        return any(
            same_but_ending(latin, known)
            and (latin.startswith(known) or known.startswith(latin))
            and not self._apart(word, known, code)
            for known in bucket
        )

    def has_inflected(self, text: str, code: str | None) -> bool:
        """Whether a text is a name whose words stand in the passage in this order, with endings of their language."""
        wanted = list(_words(text))
        if not wanted or code != self.code or not has_endings(code) or any(w[0] == w[0].lower() for w in wanted):
            return False
        return any(
            all(self.is_form(word, known, code) for word, known in zip(wanted, self._sequence[at:], strict=False))
            for at in range(len(self._sequence) - len(wanted) + 1)
        )

    def has_acronym(self, words: Sequence[str]) -> bool:
        """Whether the passage has the initials of the words instead."""
        return _may_have_acronym(words, self.code) and _initials(words) in self._acronyms

    def _spells_out(self, acronym: str) -> bool:
        """Whether the initials of adjacent words are an acronym."""
        length = len(acronym)
        return any(
            _initials(run[at : at + length]) == acronym and _may_have_acronym(run[at : at + length], self.code)
            for run in self._written_out
            for at in range(len(run) - length + 1)
        )

    def _may_spell_out(self, word: str, code: str | None) -> bool:
        """Whether the initials of adjacent words, in capitals or not, are an acronym of three letters or more."""
        if code != self.code or not _is_acronym(word) or len(word) < _SHORTEST_PART:
            return False
        return any(romanised(word) in initials for initials in self._initials)

    def partners(self, word: str, code: str | None) -> tuple[frozenset[str], frozenset[str]]:
        """The romanised words that stand right before a word, and right behind it, in names of several words."""
        before: set[str] = set()
        behind: set[str] = set()
        for run in self._runs:
            for at, known in enumerate(run):
                if self.are_alike(word, known, code):
                    before.update(run[at - 1 : at])
                    behind.update(run[at + 1 : at + 2])
        return frozenset(before), frozenset(behind)

    def has_together(self, first: str, second: str, code: str | None) -> bool:
        """Whether two words stand in one name, in any order."""
        return any(
            all(any(self.are_alike(word, known, code) for known in run) for word in (first, second))
            for run in self._runs
        )

    def are_alike(self, word: str, known: str, code: str | None) -> bool:
        """Whether a word and a romanised one of the passage may be one name."""
        if self.is_form(word, known, code):
            return True
        ours, theirs = skeleton(romanised(word)), skeleton(known)
        alike = same_sound(ours, theirs) if code != self.code else self._is_respelt(word, known)
        return alike and not self._apart(word, known, code)

    def _may_be_respelt(self, word: str, code: str | None) -> bool:
        """Whether a name of the passage sounds like a word of its language, and neither has the one usual spelling.

        What a vocabulary has as one piece is written so often that nobody spells it otherwise, unless that is as usual.
        """
        if code != self.code or is_place(word, code):
            return False
        usual = _pieces(word)[1] == 1
        return any(
            (usual or _pieces(self._written(known))[1] > 1) and not is_place(self._written(known), code)
            for known in self._sounding(word, skeleton(romanised(word)), code)
        )

    def is_form(self, word: str, known: str, code: str | None) -> bool:
        """Whether a word and a romanised one of the passage are forms of one name, which is not of two places."""
        latin = romanised(word)
        if latin == known:
            return True
        if code == self.code and has_endings(code):
            alike = same_word(latin, stem(word, code), known, stem(self._written(known), code))
        else:
            alike = same_form(latin, known)
        return alike and not self._apart(word, known, code)

    def _apart(self, word: str, known: str, code: str | None) -> bool:
        return are_apart(word, code, self._written(known), self.code)

    def _written(self, known: str) -> str:
        return self._words[known[:1]][known]

    def _is_respelt(self, word: str, known: str) -> bool:
        """Whether a word and a romanised one of the passage, of one language, are spellings of one name.

        Places that CLDR knows begin as it writes them: Hermann is not German.
        """
        latin, written = romanised(word), self._written(known)
        stems = stem(word, self.code), stem(written, self.code)
        if {latin[:1], known[:1]} == _ASPIRATED and (is_place(word, self.code) or is_place(written, self.code)):
            return False
        return same_ending(*stems) and (same_spelling(latin, known) or same_spelling(*stems))

    def _ends_alike(self, word: str, known: str) -> bool:
        return same_ending(stem(word, self.code), stem(self._written(known), self.code))

    def _has_place(self, place: str) -> bool:
        return any(all(self._has_part(part, place) for part in name) for name in names_of(place, self.code))

    def _has_part(self, latin: str, place: str) -> bool:
        bucket = self._words.get(latin[:1], {})
        if latin in bucket or len(latin) <= _SHORTEST_PART:
            return latin in bucket
        return any(same_form(latin, known) and place in places(bucket[known], self.code) for known in bucket)

    def _has_sound(self, word: str, code: str | None) -> bool:
        """Whether a name in the passage sounds like a word, and is not of another place."""
        sounds = skeleton(romanised(word))
        if code != self.code and len(sounds) < 2:  # noqa: PLR2004 - one consonant tells nothing
            return True
        if code == self.code:
            return len(sounds) >= _SHORTEST_PART and any(
                self._is_respelt(word, known) and not self._apart(word, known, code) for known in self._named()
            )
        return any(not self._apart(word, known, code) for known in self._sounding(word, sounds, code))

    def _named(self) -> Iterator[str]:
        """The romanised words of the passage that may be names."""
        return (known for bucket in self._sounds.values() for words in bucket.values() for known in words)

    def _sounding(self, word: str, sounds: str, code: str | None) -> Iterator[str]:
        """The romanised words of the passage that sound like a word."""
        named = self._sounds.get(sounds[:1], {})
        if code == self.code:
            # Heydar and Geidar: one language may write down a name in two ways.
            if len(sounds) >= _SHORTEST_PART:
                yield from (known for known in named.get(sounds, ()) if self._ends_alike(word, known))
            return
        small = self._small_sounds.get(sounds[:1], {})
        yield from (known for other in named if same_sound(sounds, other) for known in named[other])
        yield from (known for other in small if same_beginning(sounds, other) for known in small[other])
        # One language writes as one word what another writes as two: Super Bowl, Супербоул.
        if len(sounds) >= _SHORTEST_PART:
            for bucket in self._sounds.values():
                yield from (known for other in bucket if sounds in other for known in bucket[other])


def find_names(text: str, code: str | None) -> list[Name]:
    """The names in a text, in order; words that may be none are among them, see `missing`."""
    known = language(code).function_words | language(code).number_words.keys() if code in languages() else frozenset()
    found: list[Name] = []
    run: list[str] = []
    opening, end = False, -1
    headline = _is_headline(text)
    for match in _WORD.finditer(text):
        bare = _bare(match[0])
        capital = len(bare) > 1 and (bare[0] != bare[0].lower() or bare[1:] != bare[1:].lower()) and _has_case(bare)
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


def _follower(text: str, end: int) -> str:
    behind = _NEXT_WORD.match(text, end)
    return fold(behind[1]) if behind else ""


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
        titled = absent[-1] != name.words[-1] and all(_may_be_title(word, code) for word in proper)
        return Missing(" ".join(proper), certain=not titled and _is_certain(name, proper[0], code))
    return _ordinary_missing(name, absent, code)


def _ordinary_missing(name: Name, absent: Sequence[str], code: str | None) -> Missing | None:
    """What is missing of a name if all that no passage of its language has of it may be ordinary words."""
    titled = absent[-1] != name.words[-1] or (len(absent) < len(name.words) and code != "en")
    if titled or name.headline or code in _CAPITAL_NOUNS:
        return None
    if name.opening and len(name.words) == 1:
        return None if fold(absent[0]) in _openers(code) else _opening_missing(name, code)
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
        or (not alone and len(skeleton(romanised(word))) >= _SHORTEST_PART and not is_ordinary(word, code))
    ]
    return any(passage.has(word, code) for word in telling for passage in passages) if telling else None


def joined(name: Name, code: str | None, passages: Sequence[NameIndex]) -> str | None:
    """Two words of a name, if the passages have each of them in a name with another partner only: parts of two names.

    Titles stand before many names; in languages whose titles are not known none is looked for.
    """
    if code not in languages() or not language(code).titles:
        return None
    for first, second in pairwise(name.words):
        leads = fold(first) not in language(code).titles and _may_be_part(first)
        follows = _may_be_part(second)
        alone = any(len(w) < _SHORTEST_PART or is_place(w, code) or _is_acronym(w) for w in (first, second))
        if leads and follows and not alone and _are_of_two(first, second, code, passages):
            return f"{first} {second}"
    return None


def _may_be_part(word: str) -> bool:
    """Whether a word may be a part of a person's name: it is rare in small letters, or rarer than with a capital."""
    return _pieces(word)[0] > 1 or _capital_share(word) > 1


def _are_of_two(first: str, second: str, code: str | None, passages: Sequence[NameIndex]) -> bool:
    if any(passage.has_together(first, second, code) for passage in passages):
        return False
    surnames = {word for passage in passages for word in passage.partners(first, code)[1]}
    forenames = {word for passage in passages for word in passage.partners(second, code)[0]}
    return len(surnames) == 1 and bool(forenames)


def _is_changed(word: str, code: str | None, passages: Sequence[NameIndex]) -> bool:
    """Whether a word that is not written often in small letters is one letter apart from a name of the passages."""
    return _pieces(word)[0] > 1 and any(passage.has_near(word, code) for passage in passages)


def _other_forename(name: Name, code: str | None, passages: Sequence[NameIndex]) -> str | None:
    """A word of a name that is no title, where the passages of its language have other words before the next one.

    An ordinary word may be a title that is not listed where it begins a sentence, or where none are listed.
    """
    titles = language(code).titles if code in languages() else frozenset()
    own = [passage for passage in passages if passage.code in {None, code}]
    for first, second in pairwise(() if name.headline else name.words):
        known = {word for passage in own for word in passage.partners(second, code)[0]}
        unlisted = (name.opening and first == name.words[0]) or not titles
        titled = fold(first) in titles or (unlisted and _capital_share(first) <= 1)
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
    return Missing(word, certain=False) if _capital_share(word) > 1 else None


def _may_be_title(word: str, code: str | None) -> bool:
    return _CAPITAL <= _capital_share(word) < _NO_TITLE and not is_place(word, code)


def _acts(name: Name, code: str | None) -> bool:
    """Whether what stands behind a name tells what a person does."""
    return code in languages() and name.follower in language(code).person_verbs


def _openers(code: str | None) -> frozenset[str]:
    return language(code).openers if code in languages() else frozenset()


def _capital_share(word: str) -> float:
    """How many times as often a word is written with a capital as in small letters; 0 if the vocabulary cannot tell.

    The places of words in a byte-pair vocabulary are in order of how often they are written, so that the quotient of
    two is about that of how often.
    """
    small, capital = token_rank(f" {word.lower()}"), token_rank(f" {word}")
    return small / capital if small and capital else 0.0


def _is_certain(name: Name, word: str, code: str | None) -> bool:
    """Whether a word that is missing and not ordinary is surely a name."""
    if len(name.words) > 1 or is_place(word, code) or _is_acronym(word):
        return True
    small, capital = _pieces(word)
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
    if not doubtful or (lone_opening and not _acts(name, code) and _capital_share(doubtful[0]) < _CAPITAL):
        return None
    return Missing(" ".join(doubtful), certain=False)


@lru_cache(maxsize=20_000)
def is_ordinary(word: str, code: str | None, *, opening: bool = True) -> bool:
    """Whether a word is likely no name, though it has a capital.

    A byte-pair vocabulary holds as one piece what is written often, so an ordinary word takes fewer pieces in small
    letters than with a capital, or one either way and then is not much rarer in small letters. Of the words of XQuAD-R
    that stand within sentences, this tells English ones in small letters .92 and those always with a capital .25, among
    them College and Army; in Russian .73 and .30, in Turkish .48 and .26. Capitals of other scripts than Latin are so
    rare in the vocabulary that fewer pieces tell little; they count only where a sentence opens, since there a word is
    seldom a name.
    """
    if _is_acronym(word) or any(c != c.lower() for c in word[1:]) or any(map(str.isdigit, word)):
        return False
    if opening and fold(word) in _openers(code):
        return True
    if _capital_share(word) >= _CAPITAL:
        return False
    small, capital = _pieces(word)
    fewer = small < capital and (opening or word[0] < _BEHIND_LATIN)
    return (fewer or small == 1) and not is_place(word, code)


def _pieces(word: str) -> tuple[int, int]:
    """How many pieces a word takes in small letters and as it is written."""
    # The small letter of İ is an i with a dot set apart.
    small = word.lower().replace("i\u0307", "i")
    return count_tokens(f" {small}"), count_tokens(f" {word}")


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        yield from _parts(match[0])


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


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()


def _is_acronym(word: str) -> bool:
    return _SHORTEST_ACRONYM <= len(word) <= _LONGEST_ACRONYM and word.isupper() and word.isalpha()


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


def _sure_words(name: Name, code: str | None) -> Sequence[str]:
    """The words of a name, without one that may only begin a sentence."""
    return name.words[1:] if name.opening and is_ordinary(name.words[0], code) else name.words


def _are_one_letter_apart(own: str, other: str) -> bool:
    shortest, longest = sorted((own, other), key=len)
    return len(shortest) >= _SHORTEST_NEAR and near(own, other) and not longest.startswith(shortest)


def _initials(words: Iterable[str]) -> str:
    return "".join(romanised(word)[:1] for word in words)


def _may_have_acronym(words: Sequence[str], code: str | None) -> bool:
    """Whether words may go by their initials: two only if they are no person's names, as "prime minister" is none."""
    if len(words) == _SHORTEST_ACRONYM:
        return not _may_be_part(words[0]) and all(is_ordinary(word, code) for word in words)
    return len(words) > _SHORTEST_ACRONYM


def _runs_of_capitals(text: str, code: str | None) -> Iterator[tuple[str, ...]]:
    """The words of each run with capitals, function words among them left out."""
    for run in _runs(text, code):
        part: list[str] = []
        for word in run:
            if word[0] != word[0].lower():
                part.append(word)
            else:
                yield tuple(part)
                part = []
        yield tuple(part)


def _runs(text: str, code: str | None) -> Iterator[tuple[str, ...]]:
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
