"""Notices that a sentence counts something otherwise than a passage: the first attempt and the third, one and nine.

The words for one and for places in an order have other uses, so that a passage that lacks them proves nothing. What it
counts in the same way, by another number, is at odds with the sentence.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.checking.inflection import stem
from assistant.languages import Language, language, languages
from assistant.terms import fold

Kind = Literal["number", "order", "share", "multiple", "decade"]

_TOKEN = re.compile(
    r"(?P<decade>(?<!\d)(?:\d\d)?\d0)(?:['’]?s\b|-(?:х|е|ые|ых)\b|['’]l[ae]r)"
    r"|(?<!\d)(?P<order>\d{1,3})(?:st|nd|rd|th|-?(?:й|я|го|му|м|ой|ая)|-(?:c[iıuü]|րդ)|['’]?[iıuü]nc[iıuü])\b"
    r"|(?<![\d.,])(?P<figure>\d{1,3})(?![\d.,])|(?P<word>[^\W\d_]+)"
)
_NOUN = re.compile(r"[ \u00a0-]([^\W\d_]{3,})")
_OF = re.compile(r" of\b")
_CENTURY = 100
_SECOND = 2


@dataclass(frozen=True, slots=True)
class Count:
    """A number of a kind, and what is counted by it, as a stem; nothing for kinds that need not tell it."""

    text: str
    kind: Kind
    value: float
    noun: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether it has no other use: the third of something; the first and the second are said of much else."""
        return self.kind == "order" and self.value > _SECOND


def read_counts(text: str, code: str | None) -> list[Count]:
    """What a text without its dates counts, in order; nothing in a language without data."""
    return list(_counts(text, language(code))) if code in languages() else []


def at_odds(ours: Iterable[Count], theirs: Iterable[Count]) -> list[Count]:
    """The counts of a sentence that a passage has by other numbers only.

    Numbers above one are looked for by themselves.
    """
    known: dict[tuple[Kind, str], set[float]] = defaultdict(set)
    for count in theirs:
        known[count.kind, count.noun].add(count.value)
    return [
        count
        for count in ours
        if (same := known.get((count.kind, count.noun)))
        and count.value not in same
        and (count.kind != "number" or count.value == 1)
    ]


def _counts(text: str, known: Language) -> Iterator[Count]:
    for token in _TOKEN.finditer(text):
        if token["decade"]:
            yield Count(token[0], "decade", int(token["decade"]) % _CENTURY)
        elif token["order"]:
            yield from _with_noun(text, token, "order", int(token["order"]), known)
        elif token["figure"]:
            yield from _with_noun(text, token, "number", int(token["figure"]), known)
        else:
            yield from _in_words(text, token, known)


def _in_words(text: str, token: re.Match[str], known: Language) -> Iterator[Count]:
    word = fold(token["word"])
    if (value := known.number_words.get(word)) is not None:
        if 0 < value < 1:
            yield Count(token[0], "share", value)
        else:
            yield from _with_noun(text, token, "number", value, known)
    elif value := _beginning(word, known.multiples):
        yield Count(token[0], "multiple", value)
    elif value := _beginning(word, known.ordinal_words):
        if known.code == "en" and _OF.match(text, token.end()):
            yield Count(token[0], "share", 1 / value)
        else:
            yield from _with_noun(text, token, "order", value, known)


def _with_noun(text: str, token: re.Match[str], kind: Kind, value: float, known: Language) -> Iterator[Count]:
    noun = _NOUN.match(text, token.end())
    if noun and fold(noun[1]) not in known.function_words:
        yield Count(text[token.start() : noun.end()], kind, value, stem(noun[1], known.code))


def _beginning(word: str, known: Mapping[str, float]) -> float | None:
    """The value of the longest of the known words that a word begins with."""
    return next((known[word[:end]] for end in range(len(word), 1, -1) if word[:end] in known), None)
