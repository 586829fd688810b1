"""Takes a word that no article holds for one that does, if a single letter makes the difference.

Names come in as many spellings as there are languages to write them down from (Chaykovsky, Çaykovski), and questions
are typed in a hurry. Of the answerable dev questions over the shipped articles this lets .89 instead of .86 be
answered, and no more of the others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.question import Question

# In shorter words one letter makes another word as often as the same one: "order" is no "border".
SHORTEST = 6
# A word with many letters has many neighbours, and no word needs more.
LONGEST = 24

# The letters of each script as folding leaves them: from the first to the last, and those that stand apart.
_SCRIPTS = (
    ("a", "z", "æøœəđł"),
    ("\u0430", "\u044f", "єіјґћђљњџ"),
    ("\u0561", "\u0587", ""),
    ("\u03b1", "\u03c9", ""),
    ("\u10d0", "\u10f0", ""),
    ("\u05d0", "\u05ea", ""),
    ("\u0621", "\u064a", ""),
)
_ALPHABETS = tuple("".join(map(chr, range(ord(first), ord(last) + 1))) + more for first, last, more in _SCRIPTS)


def respelled(
    question: Question,
    known: Mapping[str, int],
    frequencies: Callable[[Sequence[str]], Mapping[str, int]],
) -> Question:
    """The question with its misspelt terms put right.

    Args:
        question: as it was read.
        known: in how many chunks each of its terms occurs.
        frequencies: the same for any other terms; those that occur nowhere may be left out.
    """
    doubtful = [term for term in question.terms if not known.get(term) and term not in question.function_terms]
    right = {term: found for term in doubtful if (found := _nearest(term, frequencies))}
    if not right:
        return question
    return replace(
        question,
        terms=tuple(dict.fromkeys(right.get(term, term) for term in question.terms)),
        specific=frozenset(right.get(term, term) for term in question.specific),
    )


def _nearest(term: str, frequencies: Callable[[Sequence[str]], Mapping[str, int]]) -> str | None:
    """The most frequent term that is one letter away."""
    if not (SHORTEST <= len(term) <= LONGEST and term.isalpha()):
        return None
    found = frequencies(sorted(set(_one_letter_away(term))))
    return max(found, key=lambda other: (found[other], other), default=None)


def _one_letter_away(term: str) -> Iterator[str]:
    """Every word that differs by a letter left out, put in, replaced or swapped with its neighbour."""
    letters = next((alphabet for alphabet in _ALPHABETS if term[0] in alphabet), "")
    for at in range(len(term) + 1):
        before, behind = term[:at], term[at:]
        yield from (before + letter + behind for letter in letters)
        if behind:
            yield before + behind[1:]
            yield from (before + letter + behind[1:] for letter in letters if letter != behind[0])
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]
