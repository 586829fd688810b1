"""What a byte-pair vocabulary tells of a word: whether it is an ordinary one, a title or a part of a person's name.

The vocabulary was made of what is written often, and its order is that of how often.
"""

from functools import lru_cache

from assistant.checking.capitals import is_acronym
from assistant.checking.geography import is_place
from assistant.languages import language, languages
from assistant.terms import fold
from assistant.tokens import count_tokens, token_rank

# A word that is written so many times as often with a capital as in small letters is a name, though it is an ordinary
# word too (Trump); or perhaps a title, if it stands before a name (Prince), but not of so many times (John).
MOSTLY_CAPITAL, _NO_TITLE = 2.0, 6.0
_BEHIND_LATIN = "\u0370"


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
    if is_acronym(word) or any(c != c.lower() for c in word[1:]) or any(map(str.isdigit, word)):
        return False
    if opening and fold(word) in openers(code):
        return True
    if capital_share(word) >= MOSTLY_CAPITAL:
        return False
    small, capital = pieces(word)
    fewer = small < capital and (opening or word[0] < _BEHIND_LATIN)
    return (fewer or small == 1) and not is_place(word, code)


def may_be_title(word: str, code: str | None) -> bool:
    """Whether a word before a name may be a title, written with a capital often but not nearly always."""
    return MOSTLY_CAPITAL <= capital_share(word) < _NO_TITLE and not is_place(word, code)


def may_be_part(word: str) -> bool:
    """Whether a word may be a part of a person's name: it is rare in small letters, or rarer than with a capital."""
    return pieces(word)[0] > 1 or capital_share(word) > 1


def openers(code: str | None) -> frozenset[str]:
    """The words of a language that often begin a sentence and are no names."""
    return language(code).openers if code in languages() else frozenset()


def capital_share(word: str) -> float:
    """How many times as often a word is written with a capital as in small letters; 0 if the vocabulary cannot tell.

    The places of words in a byte-pair vocabulary are in order of how often they are written, so that the quotient of
    two is about that of how often.
    """
    small, capital = token_rank(f" {word.lower()}"), token_rank(f" {word}")
    return small / capital if small and capital else 0.0


def pieces(word: str) -> tuple[int, int]:
    """How many pieces a word takes in small letters and as it is written."""
    # The small letter of İ is an i with a dot set apart.
    small = word.lower().replace("i\u0307", "i")
    return count_tokens(f" {small}"), count_tokens(f" {word}")
