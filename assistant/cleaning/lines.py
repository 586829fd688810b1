"""The lines of a page, each knowing where it stands in the decoded text, and what tells prose from the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.articles import repair, strip_invisible

_UNUSUAL_SPACE = re.compile(r"[^\S ]|  ")
# A space that groups the digits of a number is part of it and stays what it is.
_SPACES = re.compile(r"(?<=\d)([\u00a0\u2009\u202f])(?=\d{3}(?!\d))|\s+")

_FULL_STOP = re.compile(r"[.…։。।۔][\"'”’»)\]]*$")
# A full stop behind at least four letters, since abbreviations are shorter.
_SENTENCE_BREAK = re.compile(r"(?:\w{4}[.…։۔]|[!?؟])[\"'”’»)\]]*\s+[\"'“‘«(–—]*[^\W\d_a-zа-яё]|[。！？].")
_WORD = re.compile(r"\w+")
_SHORTEST_SENTENCE = 5
_SHORTEST_SENTENCES = 12
_SHORTEST_PROSE = 25
_SAMPLE_CHARS = 400
# Words of scripts that do not part them have about this many characters.
_UNPARTED = re.compile("[\u3040-\u30ff\u3400-\u9fff]{2}")

# Nobody sets running text in columns narrower or wider than this.
_COLUMN_WIDTHS = range(50, 131)
# What begins a line of its own: somebody speaking, an entry of a list.
_OWN_LINE = re.compile(r"[–—―•·*-]|\d{1,2}[.)]\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank. `text` is repaired and trimmed; `block` counts the groups that blank lines part."""

    start: int
    end: int
    text: str
    block: int
    link: bool = False


def read_lines(text: str, start: int = 0) -> list[Line]:
    """The lines of plain text from an offset on."""
    lines: list[Line] = []
    block = 0
    for raw in text[start:].split("\n"):
        if words := tidy(raw):
            lines.append(Line(start, start + len(raw), words, block))
        else:
            block += 1
        start += len(raw) + 1
    return lines


def tidy(raw: str) -> str:
    """A line with its mojibake repaired, entities decoded, and single spaces only."""
    text = raw.strip()
    if (repaired := repair(text)) != text:
        # An entity may stand for anything, even a line end.
        text = strip_invisible(" ".join(repaired.split("\n"))).strip()
    if _UNUSUAL_SPACE.search(text):
        text = _SPACES.sub(lambda match: match[1] or " ", text).strip()
    return text


def count_words(text: str) -> int:
    """Words of a line; where a script does not part them, about as many as it has."""
    return len(_UNPARTED.findall(text)) or len(_WORD.findall(text))


def is_prose(text: str) -> bool:
    """Whether a line is running text, and no headline, label, list entry or verse.

    Five words with a full stop are, or twelve with one between them, or 25 however they end. A short question or
    exclamation is not: headlines often are one.
    """
    words = count_words(text[:_SAMPLE_CHARS])
    if words < _SHORTEST_SENTENCE:
        return False
    several = words >= _SHORTEST_SENTENCES and _SENTENCE_BREAK.search(text)
    return bool(words >= _SHORTEST_PROSE or _FULL_STOP.search(text) or several)


def join_lines(lines: Sequence[Line]) -> str:
    """Lines as text again: paragraphs broken into a column are joined, blocks parted by one blank line."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and blocks[-1][-1].block == line.block:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    width = max((len(line.text) for line in lines), default=0)
    return "\n\n".join(_join_block([line.text for line in block], width) for block in blocks)


def _join_block(lines: list[str], width: int) -> str:
    pieces = [lines[0]]
    for line, following in pairwise(lines):
        pieces += [" " if _was_broken(line, following, width) else "\n", following]
    return "".join(pieces)


def _was_broken(line: str, following: str, width: int) -> bool:
    # A line was broken where the next word no longer fitted into the column.
    return (
        width in _COLUMN_WIDTHS
        and len(line) + 1 + len(following.split(maxsplit=1)[0]) > width
        and not _OWN_LINE.match(following)
    )
