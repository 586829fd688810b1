"""How well an answer says what it should: key facts, and SQuAD's token F1 and exact match."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

_GROUPED_DIGITS = re.compile(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3}(?!\d))")
# A decimal is one word: "2.5 billion" does not say "5 billion".
_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+|[%$€£]")
_ARTICLES = frozenset({"a", "an", "the"})


def words(text: str) -> list[str]:
    """A text's words as they are compared: without case, accents and punctuation; 1,500 and 1 500 are 1500."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return [word.replace(",", ".") for word in _WORD.findall(_GROUPED_DIGITS.sub("", plain))]


def fact_recall(answer: str, facts: Sequence[Sequence[str]]) -> float:
    """Share of the facts of which the answer holds one of the accepted forms, as whole words in a row."""
    said = _padded(answer)
    return sum(any(_padded(form) in said for form in forms) for forms in facts) / len(facts)


def exact_match(answer: str, reference: str) -> float:
    """1 if both are the same words, English articles aside: Rajpurkar et al. (2016), SQuAD."""
    return float(_squad_words(answer) == _squad_words(reference))


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of the shares of each one's words that the other has: Rajpurkar et al. (2016), SQuAD."""
    ours, theirs = Counter(_squad_words(answer)), Counter(_squad_words(reference))
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if shared else 0.0


def _padded(text: str) -> str:
    return f" {' '.join(words(text))} "


def _squad_words(text: str) -> list[str]:
    """Lower case, punctuation deleted, articles left out: SQuAD's own normalisation, with punctuation of any script."""
    letters = "".join(c for c in text.lower() if c not in string.punctuation and unicodedata.category(c)[0] != "P")
    return [word for word in letters.split() if word not in _ARTICLES]
