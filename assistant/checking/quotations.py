"""Finds quotations in a text, and looks for them word for word in others."""

import re
from collections.abc import Iterator

from assistant.languages import words

# What opens a quotation, and what may close it. Languages open with each other's closing marks.
_PAIRS = (
    ("“", "”“"), ("„", '“”"'), ("‟", "”"), ("”", "”"), ("«", "»"), ("»", "«»"), ("‹", "›"), ("›", "‹›"),
    ('"', '"”'), ("「", "」"), ("『", "』"), ("《", "》"), ("〈", "〉"), ("＂", "＂"), ("〝", "〞〟"), ("″", "″"),
)  # fmt: skip
# Single marks are apostrophes too: they open before a word and close behind one.
_SINGLE = r"(?<![\w’'])[‘‚‛'`´]{1,2}(?=[\w\[(…])(?P<single>(?:[^‘’'`´\n]|(?<=\w)[’'](?=\w))*)[’‘'`´]{1,2}(?!\w)"
_DOUBLE = "|".join(
    f"{opening}(?P<q{i}>[^{opening}{closing}]*)[{closing}]" for i, (opening, closing) in enumerate(_PAIRS)
)
# Written with keys that every keyboard has; and one that is never closed, which ends with its sentence.
_TYPED = r"<<(?P<angles>[^<>]*)>>|``(?P<ticks>[^`']*)''|[“„«](?P<open>(?:[^\s”“»«]+\s+){3}[^”“»«]*)$"
_QUOTATION = re.compile(f"{_DOUBLE}|{_TYPED}|{_SINGLE}")
# What is left out of a quotation is a sentence or two; words from farther apart were never said together.
LONGEST_GAP = 600
# What a quotation leaves out or puts in.
_GAP = re.compile(r"…|\.{3,}|\. \. \.|\[[^\[\]]{0,200}\]|\([^()]{0,3}\.{3}[^()]{0,3}\)|\bsic\b")


def quotations(text: str) -> Iterator[str]:
    """What stands in quotation marks, the outermost ones, without them; a title and a scare quote count too."""
    for match in _QUOTATION.finditer(text):
        quoted = next(value for value in match.groups() if value is not None)
        if words(quoted):
            yield quoted.strip()


def searchable(text: str) -> str:
    """A text as `stands_in` searches it: its words in folded form, single blanks before, between and behind them."""
    return f" {' '.join(words(text))} "


def stands_in(quotation: str, text: str) -> bool:
    """Whether a quotation is, word for word, in a `searchable` text, with gaps where it says so.

    Case, accents, punctuation, white space and the style of inner quotation marks make no difference.
    """
    at = 0
    for piece in _GAP.split(quotation):
        wanted = searchable(piece)
        if wanted.strip():
            found = text.find(wanted, at, at + LONGEST_GAP + len(wanted) if at else None)
            if found < 0:
                return False
            at = found + len(wanted) - 1
    return True
