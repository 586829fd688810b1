"""Knows the words of page furniture: menus, share buttons, comment forms, notices, footers.

The words are data, in `data/furniture.yaml`. Where furniture may stand is decided elsewhere; here only single lines are
recognised. A line that begins with a quotation mark, a dash or a list's number is never furniture.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Literal

from assistant.fast_yaml import read_yaml
from assistant.languages import words
from assistant.terms import fold

Place = Literal["anywhere", "edge", "section"]
# Why lines are left out, by furniture and by the rest of cleaning, in words for a reader; each has translations.
Reason = Literal[
    "advertisement",
    "age rating",
    "back to top",
    "byline",
    "comment form",
    "contact details",
    "cookie notice",
    "correction form",
    "counter",
    "front matter",
    "imprint",
    "language switch",
    "legal footer",
    "markup",
    "menu",
    "page data",
    "photo credit",
    "promotion",
    "publication date",
    "read also",
    "related articles",
    "repeat",
    "repeated headline",
    "section label",
    "share buttons",
    "site name",
    "source",
    "subscription",
    "tags",
]

DATA = Path(__file__).parent.parent / "data" / "furniture.yaml"

# Legal notices and cookie banners are long, and stand at the edges of a page.
_LONGEST_LINE = 500
_LONGEST_LINE_ANYWHERE = 200
_LONGEST_JOINED_LINE = 200
BULLETS = "•·▪●◦►▶→✓✔* "
_SPOKEN_OR_LISTED = re.compile(r"[\"'“”„‘’‚«»‹›–—―-]|\d{1,2}[.)]\s")
_LONGEST_MENU_ENTRY = 3
_MENU_BREAK = re.compile(r"\s*[|·•/»>]\s*")
_COLON = re.compile("[:：՝©]|,(?= )")
_CREDIT_WORDS = range(1, 6)
_SENTENCE_END = re.compile(r"(?<=[.!?։])\s+")
# Postal addresses are short pieces between commas with figures in many of them.
_POSTCODE = re.compile(r"\b\d{5,6}\b")
_FEWEST_ADDRESS_PARTS = 4
_LONGEST_ADDRESS_PART = 4
_FEWEST_NUMBERED_PARTS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line was recognised as.

    Attributes:
        place: where on a page such a line is furniture; see the data file.
        closes: what follows it at the end of a page is furniture as well.
        opens: the line announces another one, such as "Read also:".
    """

    reason: Reason
    place: Place
    closes: bool = False
    opens: bool = False

    @property
    def is_menu(self) -> bool:
        """Whether the line is of a menu, and can be nothing else."""
        return self.reason == "menu" and self.place == "edge"


ADDRESS = Mark("contact details", "edge")
MENU = Mark("menu", "edge")


@dataclass(slots=True)
class _Words:
    lines: dict[str, Mark] = field(default_factory=dict)
    openings: dict[str, Mark] = field(default_factory=dict)
    credits: dict[str, Mark] = field(default_factory=dict)
    joined: dict[tuple[str, ...], Mark] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], Mark]] = field(default_factory=list)
    any_pattern: re.Pattern[str] = re.compile("(?!)")


def recognise(text: str, *, anywhere: bool = False) -> Mark | None:
    """What kind of furniture a line consists of; None if it is anything else.

    Args:
        text: the line.
        anywhere: whether only what is furniture wherever it stands is asked for.
    """
    if len(text) > (_LONGEST_LINE_ANYWHERE if anywhere else _LONGEST_LINE) or _SPOKEN_OR_LISTED.match(text):
        return None
    known = _load(anywhere=anywhere)
    text = text.lstrip(BULLETS)
    key = _key(text)
    return (
        known.lines.get(key)
        or known.openings.get(key)
        or _opening(text, known)
        or _joined(key, known)
        or (MENU if not anywhere and _is_menu(text, known) else None)
        or _pattern(text, known)
        or (ADDRESS if not anywhere and _is_address(text) else None)
    )


def _key(text: str) -> str:
    return " ".join(word for word in words(text) if not word.isdigit())


def _opening(text: str, known: _Words) -> Mark | None:
    colon = _COLON.search(text)
    if colon is None:
        return None
    rest = text[colon.end() :].strip()
    opening = _key(text[: colon.start()])
    if opening in known.credits:
        return known.credits[opening] if _is_name(rest) else None
    mark = known.openings.get(opening)
    # Inside an article the colon may be that of a sentence, which goes on; a title begins with a capital.
    if mark is None or (mark.place == "anywhere" and rest[:1].islower()):
        return None
    return Mark(mark.reason, mark.place, mark.closes)


def _is_name(text: str) -> bool:
    parts = text.replace("/", " ").split()
    return len(parts) in _CREDIT_WORDS and text[-1].isalnum() and not any(part[0].islower() for part in parts)


def _joined(key: str, known: _Words) -> Mark | None:
    """Several phrases in a row. They are sections if each of them is."""
    if len(key) > _LONGEST_JOINED_LINE:
        return None
    rest, marks = key.split(), list[Mark]()
    while rest:
        length = next((n for n in range(min(4, len(rest)), 0, -1) if tuple(rest[:n]) in known.joined), 0)
        if not length:
            return None
        marks.append(known.joined[tuple(rest[:length])])
        rest = rest[length:]
    return next((mark for mark in marks if mark.place == "edge"), marks[0] if marks else None)


def _is_menu(text: str, known: _Words) -> bool:
    """Whether a line is set like a menu, most of it known, or like a path to the page: "Home > Town > Trams"."""
    entries = [_key(entry) for entry in _MENU_BREAK.split(text)]
    if len(entries) == 1 or max(len(entry.split()) for entry in entries) > _LONGEST_MENU_ENTRY:
        return False
    first = known.lines.get(entries[0])
    return (first is not None and first.is_menu) or 2 * sum(entry in known.lines for entry in entries) > len(entries)


def _pattern(text: str, known: _Words) -> Mark | None:
    folded = _fold(text)
    if (mark := _full_match(folded, known)) is not None:
        return mark
    marks = [known.lines.get(_key(s)) or _full_match(s, known) for s in _SENTENCE_END.split(folded)]
    return marks[0] if len(marks) > 1 and all(marks) else None


def _full_match(folded: str, known: _Words) -> Mark | None:
    # Nearly every line matches none, which one pattern made of all of them tells ten times as fast.
    if known.any_pattern.fullmatch(folded) is None:
        return None
    return next(mark for pattern, mark in known.patterns if pattern.fullmatch(folded))


def _is_address(text: str) -> bool:
    parts = text.split(",")
    if len(parts) < _FEWEST_ADDRESS_PARTS or max(len(part.split()) for part in parts) > _LONGEST_ADDRESS_PART:
        return False
    numbered = sum(any(map(str.isdigit, part)) for part in parts)
    return numbered >= _FEWEST_NUMBERED_PARTS or (numbered > 1 and _POSTCODE.search(text) is not None)


def _fold(text: str) -> str:
    # The Turkish ı and i are one letter, as in `languages.words`.
    return fold(text).replace("\u0131", "i")


@cache
def _load(*, anywhere: bool) -> _Words:
    known = _Words()
    for group in read_yaml(DATA.read_bytes()):
        mark = Mark(group["reason"], group["place"], group.get("closes", False))
        if anywhere and mark.place != "anywhere":
            continue
        lines = [_key(phrase) for phrase in _phrases(group.get("lines", {}).values())]
        known.lines.update({phrase: mark for phrase in lines if phrase not in known.lines})
        if group.get("joins"):
            known.joined.update({tuple(p.split()): mark for p in lines if tuple(p.split()) not in known.joined})
        opening = Mark(mark.reason, mark.place, mark.closes, opens=True)
        openings = known.credits if group.get("names") else known.openings
        openings.update({_key(phrase): opening for phrase in _phrases(group.get("openings", {}).values())})
        known.patterns += [(re.compile(_fold(pattern)), mark) for pattern in group.get("patterns", ())]
    known.any_pattern = re.compile("|".join(f"(?:{pattern.pattern})" for pattern, _ in known.patterns))
    return known


def _phrases(by_language: Iterable[list[str]]) -> Iterable[str]:
    return chain.from_iterable(by_language)
