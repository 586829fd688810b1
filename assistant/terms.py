"""Turns text into the index terms that BM25 counts.

Words are folded to lower case without accents and stemmed by the script they are written in, never by a detected
language: an article and a question in the same language then meet in the same terms even when detection would fail.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from Stemmer import Stemmer

# Indian scripts write vowels as marks that \w does not count in.
_WORD = re.compile(r"[\w\u0900-\u0dff]+")
# Signs written inside or over a word without changing which word it is: the Armenian marks of question, stress and
# exclamation, Hebrew and Arabic vowel points, the Arabic stretching line, the soft hyphen.
_INSIDE_WORDS = re.compile("[\u055b\u055c\u055e\u0591-\u05c7\u0640\u064b-\u065f\u0670\u00ad]")
_ACCENT = re.compile(r"[\u0300-\u036f]")
# Digits grouped by commas, dots or thin spaces are one number: 1,500 and 1.500 and 1 500.
_GROUPED_NUMBER = re.compile(r"(?<=\d)[,.\u00a0\u202f\u2009'](?=\d{3}(?!\d))")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_LONGEST_WORD = 64

# The Snowball stemmer for the most common news language of each script.
_STEMMERS = (
    (re.compile("[a-z]"), "english"),
    (re.compile("[\u0400-\u04ff]"), "russian"),
    (re.compile("[\u0530-\u058f]"), "armenian"),
    (re.compile("[\u0370-\u03ff]"), "greek"),
    (re.compile("[\u0600-\u06ff]"), "arabic"),
    (re.compile("[\u0900-\u097f]"), "hindi"),
)
_local = threading.local()


def terms(text: str) -> list[str]:
    """The index terms of a text, in order, repeats kept."""
    # Folding would turn the spaces that group digits into plain ones.
    folded = fold(_GROUPED_NUMBER.sub("", text))
    return [term for word in _WORD.findall(folded) for term in _word_terms(word)]


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents and other signs that do not make another word left out."""
    # Taking compatibility forms apart can bring capitals back: ℡ becomes TEL.
    decomposed = unicodedata.normalize("NFKD", _INSIDE_WORDS.sub("", text).casefold()).casefold()
    # I and i are one letter to English and two to Turkish, and a text in capitals does not tell which was meant.
    return unicodedata.normalize("NFC", _ACCENT.sub("", decomposed)).replace("\u0131", "i")


def _word_terms(word: str) -> Iterator[str]:
    if _UNSPACED.search(word):
        # Scripts without spaces between words: overlapping pairs of characters, the usual stand-in.
        yield from (word[i : i + 2] for i in range(max(1, len(word) - 1)))
    else:
        yield _stem(word[:_LONGEST_WORD])


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    for script, algorithm in _STEMMERS:
        if script.match(word):
            return stemmed(word, algorithm)
    return word


def stemmed(word: str, algorithm: str) -> str:
    """The stem of a word in small letters by a Snowball algorithm."""
    return str(_stemmer(algorithm).stemWord(word))


def _stemmer(algorithm: str) -> Stemmer:
    # A stemmer keeps state between calls, so each thread has its own.
    stemmers: dict[str, Stemmer] = _local.__dict__.setdefault("stemmers", {})
    if algorithm not in stemmers:
        stemmers[algorithm] = Stemmer(algorithm)
    return stemmers[algorithm]
