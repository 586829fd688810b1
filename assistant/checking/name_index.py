"""Looks for names in a passage, in any form and spelling."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from assistant.checking.capitals import (
    SHORTEST_ACRONYM,
    Name,
    find_names,
    has_case,
    is_acronym,
    runs_of_capitals,
    runs_of_words,
    split_words,
)
from assistant.checking.geography import are_apart, is_place, names_of, places
from assistant.checking.inflection import has_endings, same_word, stem
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
from assistant.checking.vocabulary import is_ordinary, may_be_part, pieces

SHORTEST_PART = 3
# Of fewer letters many stems are one letter apart.
_SHORTEST_NEAR = 5
# What one language writes as either.
_ASPIRATED = frozenset({"g", "h"})


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
        for word in split_words(text):
            latin = romanised(word)
            self._sequence.append(latin)
            self._words[latin[:1]].setdefault(latin, word)
            sounds = skeleton(latin)
            named = word[0] != word[0].lower() or not has_case(word)
            (self._sounds if named else self._small_sounds)[sounds[:1]][sounds].add(latin)
            if is_acronym(word):
                self._acronyms.add(romanised(word))
        self._written_out = tuple(runs_of_capitals(text, code))
        self._initials = tuple(map(_initials, runs_of_words(text, code)))
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
        if is_acronym(word) and self._spells_out(latin):
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
        wanted = list(split_words(text))
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
        if code != self.code or not is_acronym(word) or len(word) < SHORTEST_PART:
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
        usual = pieces(word)[1] == 1
        return any(
            (usual or pieces(self._written(known))[1] > 1) and not is_place(self._written(known), code)
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
        if latin in bucket or len(latin) <= SHORTEST_PART:
            return latin in bucket
        return any(same_form(latin, known) and place in places(bucket[known], self.code) for known in bucket)

    def _has_sound(self, word: str, code: str | None) -> bool:
        """Whether a name in the passage sounds like a word, and is not of another place."""
        sounds = skeleton(romanised(word))
        if code != self.code and len(sounds) < 2:  # noqa: PLR2004 - one consonant tells nothing
            return True
        if code == self.code:
            return len(sounds) >= SHORTEST_PART and any(
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
            if len(sounds) >= SHORTEST_PART:
                yield from (known for known in named.get(sounds, ()) if self._ends_alike(word, known))
            return
        small = self._small_sounds.get(sounds[:1], {})
        yield from (known for other in named if same_sound(sounds, other) for known in named[other])
        yield from (known for other in small if same_beginning(sounds, other) for known in small[other])
        # One language writes as one word what another writes as two: Super Bowl, Супербоул.
        if len(sounds) >= SHORTEST_PART:
            for bucket in self._sounds.values():
                yield from (known for other in bucket if sounds in other for known in bucket[other])


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
    if len(words) == SHORTEST_ACRONYM:
        return not may_be_part(words[0]) and all(is_ordinary(word, code) for word in words)
    return len(words) > SHORTEST_ACRONYM
