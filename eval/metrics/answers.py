"""How well an answer says what it should: key facts, and SQuAD's token F1 and exact match."""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

# One to three digits and then threes behind one and the same sign: 1,500 and 12 345 678, but not 2023 500.
_GROUPED_DIGITS = re.compile(r"(?<!\d)(?<!\d[.,])\d{1,3}([,.\u00a0\u202f ])\d{3}(?:\1\d{3})*(?!\d)")
# A decimal is one word: "2.5 billion" does not say "5 billion".
_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+|[%$€£]")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


def words(text: str) -> list[str]:
    """A text's words as they are compared: without case, accents and punctuation; 1,500 and 1 500 are 1500."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    joined = _GROUPED_DIGITS.sub(lambda number: number[0].replace(number[1], ""), plain)
    return [word.replace(",", ".") for word in _WORD.findall(joined)]


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
    """Lower case, ASCII punctuation deleted, English articles left out: `normalize_answer` of SQuAD's own program."""
    return _ARTICLES.sub(" ", text.lower().translate(_WITHOUT_PUNCTUATION)).split()
