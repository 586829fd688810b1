"""Notices that a sentence denies what a passage says, or says what it denies, by the words that negate.

It sees words only: a denial in other words, in an ending of the verb or in another language passes.
"""

from collections.abc import Iterator, Sequence

from assistant.languages import Language, language, languages
from assistant.languages import words as words_of
from assistant.terms import terms

# How many words a negation reaches over, and how near to a word one negates it.
_SCOPE = 3
_NEAR = 5


def contradicts(sentence: str, passage: str, code: str | None) -> bool:
    """Whether what is negated in one of two texts of a language stands in the other without a negation near it."""
    if code not in languages():
        return False
    known = language(code)
    ours, theirs = words_of(sentence), words_of(passage)
    return _unmirrored(ours, theirs, known) or _unmirrored(theirs, ours, known)


def _unmirrored(denying: Sequence[str], other: Sequence[str], known: Language) -> bool:
    stems = [_stem(word) for word in other]
    negated = [i for i, word in enumerate(other) if word in known.negations]
    for scope in _scopes(denying, known):
        places = [i for i, stem in enumerate(stems) if stem in scope]
        if places and not any(abs(i - place) <= _NEAR for i in negated for place in places):
            return True
    return False


def _scopes(tokens: Sequence[str], known: Language) -> Iterator[frozenset[str]]:
    """The stems of what each negation negates: the first telling word behind it, else the last one before it."""
    for i, word in enumerate(tokens):
        if word not in known.negations:
            continue
        behind = [w for w in tokens[i + 1 : i + 1 + _SCOPE] if _tells(w, known)]
        before = [w for w in tokens[max(0, i - _SCOPE) : i] if _tells(w, known)]
        scope = behind[:1] or before[-1:]
        if word in known.late_negations:
            scope = before[-1:] or behind[:1]
        if scope:
            yield frozenset(map(_stem, scope))


def _tells(word: str, known: Language) -> bool:
    return word not in known.function_words and word not in known.negations and len(word) > 1


def _stem(word: str) -> str:
    return next(iter(terms(word)), word)
