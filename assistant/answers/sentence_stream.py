"""Cuts what a model writes into sentences with the numbers of the passages they cite, while it comes in.

Models do not always keep to plain text, so headings, lists, tables, code and emphasis are read as the sentences they
hold. Whatever is no marker is text, and nothing of it gets lost but the formatting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.chunks import split_sentences

# A line that goes on without an end is cut at a space: no sentence that anyone checks is as long.
LONGEST_SENTENCE = 2000
# "[1-3]" names three passages, "[1-90]" is something else.
LONGEST_RANGE = 20

# [1], [1, 2], [1-3], [^1], [[1]], [Passage 1], 【1†source】, and the link that some put behind it.
_MARKER = re.compile(
    r"\[*[\[【]\s*((?:passages?|sources?)?\s*\^?#?\d{1,4}(?:\s*[-–,;&]\s*(?:passages?|sources?)?\s*\^?#?\d{1,4})*)"
    r"(?:\s*†[^\]】\n]{0,40})?\s*[\]】]+(?:\((?:#|https?:)[^()\s]{0,200}\))?",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
# "It rains. [1]": the marker is moved in front of the full stop, so that the sentence ends behind both.
_END_BEFORE_MARKERS = re.compile(rf"([.!?…。！？։؟।]+[\"'”’»“)]*)[ \t]*((?:{_MARKER.pattern}[ \t]*)+)", re.IGNORECASE)
# What may still become a marker, and the markers before it.
_UNFINISHED = re.compile(
    rf"(?:[ \t]*{_MARKER.pattern})*[ \t]*(?:\((?:[#h][^()\s]{{0,200}})?|[\[【][^\]】\n]{{0,60}})?$", re.IGNORECASE
)
_HALF_MARKER = re.compile(r"[ \t]*[\[【][^\]】\n]{0,60}$")
_SENTENCE_END = re.compile(r"[.!?…。！？։؟।][\"'”’»“)\]】\s]*$")
_MAY_END = re.compile(r"[^\w,]")
_WHOLE_WORD = re.compile(r"\w{2,}\W*\s")

_FENCE = re.compile(r"\s*(?:```|~~~)")
_RULE = re.compile(r"[\s|:*_=-]*")
_ITEM = re.compile(r"\s*(?:[-*+•–]|\d{1,3}[.)])\s+")
_LINE_START = re.compile(r"\s*(?:#{1,6}\s+|>\s?)+")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_GAP = re.compile(r"\s+(?=[.,;:!?…]+[\"'”’»“)]*(?:\s|$))")
_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
_THINKING = "<think>"

Opening = Literal["", "paragraph", "item"]


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it.

    Attributes:
        text: in one line, without markers and formatting.
        passages: the numbers that its markers name, in order; whether there are such passages is not looked at.
        opening: whether it begins a paragraph or an item of a list.
        whole: whether it has an end; what was cut off has none.
    """

    text: str
    passages: tuple[int, ...]
    opening: Opening
    whole: bool


class SentenceStream:
    """Takes the pieces of a reply and gives its sentences.

    Args:
        language: ISO 639-1 code, for the rules by which sentences end.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._buffer = ""
        self._begun = False
        self._at_line_start = True
        self._any = False
        self._opening: Opening = ""

    def feed(self, piece: str) -> Iterator[Written]:
        """The sentences that a further piece makes complete."""
        self._buffer += piece.replace("\r\n", "\n").replace("\r", "\n")
        if not self._past_thoughts():
            return
        *lines, self._buffer = self._buffer.split("\n")
        for line in lines:
            yield from self._line(line)
        if _MAY_END.search(piece) or len(self._buffer) > LONGEST_SENTENCE:
            yield from self._complete_sentences()

    def end(self) -> Iterator[Written]:
        """The sentences that are left when the reply is over."""
        line, self._buffer = _HALF_MARKER.sub("", self._buffer), ""
        if _THINKING not in line[: len(_THINKING) + 10]:
            yield from self._line(line)

    def _past_thoughts(self) -> bool:
        """Models that think aloud begin with that, and it is no part of the answer."""
        if self._begun:
            return True
        text = self._buffer.lstrip()
        if _THINKING.startswith(text[: len(_THINKING)]) and "</think>" not in text:
            return False
        self._begun = True
        self._buffer = _THOUGHTS.sub("", self._buffer, count=1).lstrip()
        return True

    def _complete_sentences(self) -> Iterator[Written]:
        """All of the unfinished line but its last sentence, which may go on or be followed by a marker."""
        if self._is_formatting(self._buffer):
            return
        unfinished = _UNFINISHED.search(self._buffer)
        head = self._buffer[: unfinished.start()] if unfinished else self._buffer
        tail = self._buffer[len(head) :]
        head = _END_BEFORE_MARKERS.sub(_markers_first, self._without_bullet(head))
        spans = split_sentences(head, self._language)
        # "U." ends a sentence until "S. Navy" follows, so the next one must have begun with a whole word.
        if spans and _WHOLE_WORD.search(head[spans[-1].start :]):
            for span in spans[:-1]:
                yield from self._sentence(head[span.start : span.end], whole=True)
            head = head[spans[-1].start :]
        while len(head) > LONGEST_SENTENCE:
            cut = head.rfind(" ", 1, LONGEST_SENTENCE)
            cut = cut if cut > 0 else LONGEST_SENTENCE
            yield from self._sentence(head[:cut], whole=True)
            head = head[cut:]
        self._buffer = head + tail

    def _line(self, line: str) -> Iterator[Written]:
        """The sentences of a line, or of what is left of it."""
        if self._at_line_start and not line.strip():
            self._opening = "paragraph" if self._any else ""
        text = "" if self._is_formatting(line) else _END_BEFORE_MARKERS.sub(_markers_first, self._without_bullet(line))
        for span in split_sentences(text, self._language):
            sentence = text[span.start : span.end]
            yield from self._sentence(sentence, whole=_SENTENCE_END.search(sentence) is not None)
        self._at_line_start = True

    @staticmethod
    def _is_formatting(line: str) -> bool:
        return _FENCE.match(line) is not None or _RULE.fullmatch(line) is not None

    def _without_bullet(self, text: str) -> str:
        """The text without what begins an item of a list, if it begins a line."""
        item = _ITEM.match(text) if self._at_line_start else None
        if not item:
            return text
        self._opening, self._at_line_start = "item", False
        return text[item.end() :]

    def _sentence(self, text: str, *, whole: bool) -> Iterator[Written]:
        passages = tuple(dict.fromkeys(number for marker in _MARKER.finditer(text) for number in _named(marker[1])))
        plain = _plain(_MARKER.sub(" ", text))
        if any(map(str.isalnum, plain)):
            opening, self._opening = self._opening, ""
            self._any, self._at_line_start = True, False
            yield Written(plain, passages, opening, whole)


def _markers_first(match: re.Match[str]) -> str:
    return f" {match[2].strip()}{match[1]} "


def _named(marker: str) -> Iterator[int]:
    for first, last in _NUMBERS.findall(marker):
        start, end = int(first), int(last or first)
        if start <= end <= start + LONGEST_RANGE:
            yield from range(start, end + 1)
        else:
            yield from (start, end)


def _plain(text: str) -> str:
    start = _LINE_START.match(text)
    text = _LINK.sub(r"\1", text[start.end() :] if start else text)
    # Emphasis inside emphasis.
    for _ in range(2):
        text = _EMPHASIS.sub(r"\2", text)
    # The cells of a table.
    text = text.strip().strip("|") if text.count("|") > 1 else text
    # A marker leaves a space in front of the full stop.
    return _GAP.sub("", " ".join(text.split()))
