"""Brings names of any script to Latin letters, and compares them as the same name in other forms.

anyascii (ISC licence, no dependencies, every script in 0.4 MB) does the letters. What it writes is not how another
language spells a name, so across languages names are compared by the consonants that spellings agree on.
"""

import re
from functools import lru_cache

from anyascii import anyascii

from assistant.terms import fold

# Of two forms of one name in a language, the share that is common, and how many letters may follow it: endings.
_COMMON_SHARE = 0.6
_LONGEST_ENDING = 5
_SHORTEST_STEM = 3
# One letter more, less or other is the same name from this length on.
_SHORTEST_MISSPELT = 7
_SHORTEST_MISSPELT_SKELETON = 4

# Two spellings of one name in one language may have another vowel from this length on.
_SHORTEST_RESPELT = 5

_LETTERS = re.compile(r"[^a-z]+")
# Sounds that languages write in different ways, in order.
_SOUNDS = (
    *(("shch", "s"), ("tsch", "s"), ("dzh", "g"), ("sch", "s"), ("tch", "s"), ("kh", "h"), ("zh", "g"), ("sh", "s")),
    *(("ch", "s"), ("ph", "f"), ("th", "t"), ("gh", "g"), ("ck", "k"), ("qu", "kv"), ("ks", "s"), ("ts", "s")),
    *(("tz", "s"), ("wh", "v"), ("x", "s"), ("j", "g")),
)
# Letters that one language writes in different ways in the same name.
_SPELLINGS = (("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("ck", "k"), ("x", "ks"))
_SAME_LETTER = str.maketrans("qwyj", "gvii")
_HARD_C = re.compile("c(?!h)")
_SOFT = re.compile("c(?=[eiy])")
_HARD_CH = re.compile("ch(?=[lrn])")
# An opening vowel that other languages write as a consonant: William, Уильям.
_GLIDE = re.compile("^[uo](?=[aeiou])")
_HARD_H = re.compile("^h(?=[aeiouy])")
_ONE_LETTER = str.maketrans("qcwzg", "kkvsk")
# Spellings of one name agree on these at its end, and no more: Zelensky and Zelenskyi, but Marina and Marino.
_TELLING_VOWELS = "ao"
_SILENT = re.compile("[aeiouyh]")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def romanised(word: str) -> str:
    """A word in small Latin letters, nothing else."""
    return _LETTERS.sub("", anyascii(fold(word[:64])).lower())


@lru_cache(maxsize=50_000)
def skeleton(word: str) -> str:
    """What is left of a romanised word when only the consonants count; a vowel at its beginning is an "a"."""
    sounds = _HARD_CH.sub("k", _GLIDE.sub("v", word))
    for written, sound in _SOUNDS:
        sounds = sounds.replace(written, sound)
    sounds = _HARD_H.sub("k", _SOFT.sub("s", sounds)).translate(_ONE_LETTER)
    first = "a" if sounds[:1] in tuple("aeiouy") else ""
    return first + _DOUBLED.sub(r"\1", _SILENT.sub("", sounds))


@lru_cache(maxsize=50_000)
def _spelt(word: str) -> str:
    """A romanised word as one of its spellings in its language, the same for those that differ by habit alone."""
    letters = word
    for written, other in _SPELLINGS:
        letters = letters.replace(written, other)
    letters = _HARD_C.sub("k", _SOFT.sub("s", _HARD_H.sub("g", letters)))
    return _DOUBLED.sub(r"\1", letters.translate(_SAME_LETTER))


def same_spelling(name: str, other: str) -> bool:
    """Whether two romanised words are spellings of one name in one language: Geydar, Heydar.

    One may have a vowel that the other lacks, or another one if they are long; what is voiced in one and not in the
    other, as in Kerman and German, is another name.
    """
    a, b = _spelt(name), _spelt(other)
    long = len(a) != len(b) or len(a) >= _SHORTEST_RESPELT
    return a == b or (long and near(a, b) and _SILENT.sub("", a) == _SILENT.sub("", b))


def shared(a: str, b: str) -> int:
    """How many letters two words have in common at their beginning."""
    return next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


def same_form(name: str, other: str) -> bool:
    """Whether two romanised words are one name in forms of one language: with endings, or misspelt by a letter."""
    return same_but_ending(name, other) or (min(len(name), len(other)) >= _SHORTEST_MISSPELT and near(name, other))


def same_but_ending(name: str, other: str) -> bool:
    """Whether two romanised words have so much in common at their beginning that the rest may be endings."""
    common = shared(name, other)
    longest, shortest = max(len(name), len(other)), min(len(name), len(other))
    alike = common == shortest or common >= _COMMON_SHARE * longest
    return alike and common >= _SHORTEST_STEM and longest - common <= min(_LONGEST_ENDING, common)


def same_sound(name: str, other: str) -> bool:
    """Whether two skeletons are of one name as two languages spell it; either may have an ending."""
    shortest, longest = sorted((name, other), key=len)
    if len(shortest) >= _SHORTEST_STEM and longest.startswith(shortest):
        return len(longest) - len(shortest) <= _LONGEST_ENDING
    return name == other or (
        len(shortest) >= _SHORTEST_MISSPELT_SKELETON
        and (near(shortest, longest) or near(shortest, longest[: len(shortest)]))
    )


def same_ending(name: str, other: str) -> bool:
    """Whether two romanised words both end in an a, both in an o, or neither does: those are of other people."""
    return all(name.endswith(vowel) == other.endswith(vowel) for vowel in _TELLING_VOWELS)


def same_beginning(name: str, other: str) -> bool:
    """Whether two skeletons begin alike, as a name and an adjective of it do: Islam, исламский."""
    return (
        len(name) >= _SHORTEST_MISSPELT_SKELETON
        and name[:_SHORTEST_MISSPELT_SKELETON] == other[:_SHORTEST_MISSPELT_SKELETON]
    )


def near(a: str, b: str) -> bool:
    """Whether a letter more, less or other makes one word of the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = shared(a, b)
    rest_a, rest_b = a[start:], b[start:]
    return rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]
