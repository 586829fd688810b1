"""Notices that a sentence denies what a passage says, or says what it denies, by the words that negate.

It sees words only: a denial in other words, in an ending of the verb or in another language passes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.languages import Language, language, languages
from assistant.languages import words as words_of
from assistant.terms import terms

# How many words a negation reaches over, how near to a word one negates it, and what is around a word.
_SCOPE = 3
_NEAR = 5
_CONTEXT = 6
# Words that what is negated has around it in both texts, if they are to speak of the same. Without asking for any, 5 of
# 68 reference answers to the test cases are taken for contradictions; asking for two misses .02 more of the negations
# put into sentences of XQuAD-R.
_SHARED_CONTEXT = 2


def contradicts(sentence: str, passage: str, code: str | None) -> bool:
    """Whether what is negated in one of two texts of a language stands in the other one without a negation near it."""
    if code not in languages():
        return False
    ours, theirs = (_read(text, language(code)) for text in (sentence, passage))
    return _unmirrored(ours, theirs) or _unmirrored(theirs, ours)


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of a text as stems, empty for those that tell nothing; and for each negation what it negates."""

    stems: Sequence[str]
    negations: Sequence[int]
    negated: Sequence[int]

    def is_negated(self, at: int) -> bool:
        return any(abs(at - negation) <= _NEAR for negation in self.negations)

    def around(self, at: int) -> frozenset[str]:
        near = [*self.stems[max(0, at - _CONTEXT) : at], *self.stems[at + 1 : at + 1 + _CONTEXT]]
        return frozenset(filter(None, near)) - {self.stems[at]}


def _read(text: str, known: Language) -> _Text:
    words = words_of(text)
    stems = [_stem(word) if _tells(word, known) else "" for word in words]
    negations = [i for i, word in enumerate(words) if word in known.negations]
    return _Text(stems, negations, list(_negated(words, stems, negations, known)))


def _negated(words: Sequence[str], stems: Sequence[str], negations: Sequence[int], known: Language) -> Iterator[int]:
    """Where the word is that each negation negates: the first telling one behind it, else the last one before."""
    for at in negations:
        behind = [i for i in range(at + 1, min(len(words), at + 1 + _SCOPE)) if stems[i]]
        before = [i for i in range(max(0, at - _SCOPE), at) if stems[i]]
        late = words[at] in known.late_negations
        nearest = (before[-1:] or behind[:1]) if late else (behind[:1] or before[-1:])
        yield from nearest


def _unmirrored(denying: _Text, other: _Text) -> bool:
    """Whether the other text says, in a like context and never with a negation, something that the first one denies."""
    places: dict[str, list[int]] = {}
    for at, stem in enumerate(other.stems):
        places.setdefault(stem, []).append(at)
    for at in denying.negated:
        found = places.get(denying.stems[at], [])
        around = denying.around(at)
        alike = [place for place in found if len(around & other.around(place)) >= min(_SHARED_CONTEXT, len(around))]
        if alike and not any(map(other.is_negated, found)):
            return True
    return False


def _tells(word: str, known: Language) -> bool:
    return word not in known.function_words and word not in known.negations and len(word) > 1


def _stem(word: str) -> str:
    return next(iter(terms(word)), word)
