"""Finds quotations in a text, and looks for them word for word in others."""

import re
from collections.abc import Iterator

from assistant.languages import words

# What opens a quotation, and what may close it. Languages open with each other's closing marks.
_PAIRS = (
    ("“", "”“"), ("„", '“”"'), ("‟", "”"), ("”", "”"), ("«", "»"), ("»", "«»"), ("‹", "›"), ("›", "‹›"),
    ('"', '"”'), ("「", "」"), ("『", "』"), ("《", "》"), ("〈", "〉"), ("＂", "＂"), ("〝", "〞〟"), ("″", "″"),
    ("❝", "❞"), ("❛", "❜"), ("❮", "❯"), ("｢", "｣"), ("🙶", "🙷"), ("⹂", "“”"),
)  # fmt: skip
# What tells a straight mark that opens from one that closes, and from the inches of 5" and the seconds of 5″.
_BESIDE = {'"': r"(?:(?<!\S)|(?<!\d)(?=.\S))", "″": r"(?<!\d)"}
# Single marks are apostrophes too: they open before a word and close behind one.
_SINGLE = r"(?<![\w’'])[‘‚‛'`´]{1,2}(?=[\w\[(…])(?P<single>(?:[^‘’'`´\n]|(?<=\w)[’'](?=\w))*)[’‘'`´]{1,2}(?!\w)"


def _double(name: str, opening: str, closing: str) -> str:
    """Matches a quotation; where the marks cannot be taken for each other, also one with another of its kind in it."""
    inner = f"[^{opening}{closing}]"
    nested = f"|{opening}{inner}*{closing}" if len(closing) == 1 and closing != opening else ""
    return f"{_BESIDE.get(opening, '')}{opening}(?P<{name}>(?:{inner}{nested})*)[{closing}]"


_DOUBLE = "|".join(_double(f"q{i}", *pair) for i, pair in enumerate(_PAIRS))
# Written with keys that every keyboard has.
_TYPED = r"<<(?P<angles>[^<>]*)>>|``(?P<ticks>[^`']*)''|(?<![\w,]),,(?P<commas>(?:(?!,,|'')[^“”\"])*)(?:[“”\"]|,,|'')"
_QUOTATION = re.compile(f"{_DOUBLE}|{_TYPED}|{_SINGLE}")

# What opens a quotation that its sentence may not close. Beside it stands what beside an inch, a minute, an apostrophe
# and a closing mark does not.
_FIRST = r"[\w…\[(¿¡‘'‚]"
_OPENING = re.compile(
    rf"[“„‟«‹](?={_FIRST})|(?<!\S)[“„‟«‹](?=\s{_FIRST})|[「『《〈〝❝❛❮｢🙶⹂]|(?<![^\s(\[—–])[”»›](?={_FIRST})"
    rf"|(?<![\d.,;:!?…])[\"＂″](?={_FIRST})|<<(?=\s?{_FIRST})|``(?=\w)|(?<![\w,]),,(?={_FIRST})|(?<![\w’'])[‘‚‛'](?=[^\W\d])"
)
_SINGLE_MARKS = "‘‚‛'"
# A plural's apostrophe stands before a word, what closes a quotation behind or before the sentence's punctuation.
_SINGLE_END = re.compile(r"(?<=[.,;:!?…])[’‘'](?!\w)|(?<=\w)[’‘'](?=[.,;:!?…)]|$)")
_CLOSING = {
    **{opening: tuple(closing) for opening, closing in _PAIRS},
    "<<": (">>",),
    "``": ("''",),
    ",,": ("“", "”", '"', "''"),
}
# One word behind a mark that is never closed is more likely a slip than a quotation.
SHORTEST_UNCLOSED_WORDS = 2
# What is left out of a quotation is a sentence or two; words from farther apart were never said together.
LONGEST_GAP = 600
# What a quotation leaves out or puts in.
_GAP = re.compile(r"…|\.{3,}|\. \. \.|\[[^\[\]]{0,200}\]|\([^()]{0,3}\.{3}[^()]{0,3}\)|\bsic\b")


def quotations(text: str) -> Iterator[str]:
    """What stands in quotation marks, the outermost ones, without them; a title and a scare quote count too.

    What follows a mark that is never closed is quoted to the end of the text; behind a single mark, which may be an
    apostrophe, it is not.
    """
    for match in _QUOTATION.finditer(text):
        quoted = next(value for value in match.groups() if value is not None)
        if words(quoted):
            yield quoted.strip()
    unclosed = _unclosed(text)
    if unclosed and not is_single(unclosed[0]):
        rest = text[unclosed.end() :]
        if len(words(rest)) >= SHORTEST_UNCLOSED_WORDS:
            yield rest.strip()


def left_open(text: str, start: int = 0) -> str:
    """The mark of the quotation that begins in a text, from an offset on, and goes on behind it; "" if none does."""
    found = _unclosed(text, start)
    return found[0] if found else ""


def is_single(mark: str) -> bool:
    """Whether a mark may be an apostrophe too."""
    return bool(mark) and mark in _SINGLE_MARKS


def end_of_quotation(text: str, mark: str) -> int | None:
    """Where a quotation ends, behind its closing mark, that an earlier text opened with `mark`; None if it goes on."""
    if is_single(mark):
        end = _SINGLE_END.search(text)
        return end.end() if end else None
    depth = 1
    for found in re.finditer("|".join(map(re.escape, (mark, *_CLOSING[mark]))), text):
        if _OPENING.match(text, found.start()):
            depth += found[0] == mark
        elif found[0] in _CLOSING[mark]:
            depth -= 1
        if not depth:
            return found.end()
    return None


def closing_mark(mark: str) -> str:
    """What closes a quotation that `mark` opened."""
    return mark.replace("‘", "’") if is_single(mark) else _CLOSING[mark][0]


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


def _unclosed(text: str, start: int = 0) -> re.Match[str] | None:
    """The first mark from an offset on that opens a quotation without an end."""
    return _OPENING.search(_QUOTATION.sub(lambda found: " " * len(found[0]), " " * start + text[start:]))
