"""Cuts what a model writes into sentences with the numbers of the passages they cite, while it comes in.

Models do not always keep to plain text, so headings, lists, tables, code and emphasis are read as the sentences they
hold. Whatever is no marker is text, and nothing of it gets lost but the formatting.

A reply is read word by word, however it was cut on its way: the same reply always makes the same sentences. Every
pattern is bounded, so that no reply takes longer than its length.

A quotation may run over sentences, of which each has to be checked as quoted. So a sentence that leaves one open waits
for the sentence that closes it. A mark that is never closed may be a slip, and what follows it no quotation: it quotes
to the end of its own sentence and makes nothing of the next ones, which are read as if it were not there. A quotation
may go over the end of its paragraph, if a later one closes what it did not open; one between single marks, which may be
apostrophes, may not.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from assistant.articles import strip_invisible
from assistant.checking.quotations import closing_mark, end_of_quotation, is_single, left_open
from assistant.chunks import LONGEST_SENTENCE_CHARS, split_sentences
from assistant.models.thoughts import Thoughts
from assistant.records import Span

# "[1-3]" names three passages, "[1-90]" is something else.
LONGEST_RANGE = 20
# No answer quotes so many sentences in one; a mark that none of them closes is taken for one that is never closed.
LONGEST_QUOTATION_SENTENCES = 30

# [1], [1, 2], [1-3], [^1], [[1]], [Passage 1], 【1†source】, and the link that some put behind it.
_NUMBER = r"(?:passages?|sources?)?\s?\^?#?\d{1,4}"
_MARKER = (
    rf"[\[【]{{1,3}}\s?({_NUMBER}(?:\s?(?:[-–,;&]|and)\s?{_NUMBER}){{0,20}})"
    r"(?:\s?†[^\]】\n]{0,40})?\s?[\]】]{1,3}(?:\((?:#|https?:)[^()\s]{0,200}\))?"
)
_MARKERS = re.compile(rf"[ \t]?{_MARKER}", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d+)(?:\s?[-–]\s?(?:passages?|sources?)?\s?\^?#?(\d+))?", re.IGNORECASE)
# What a reply that was cut off leaves of one.
_HALF_MARKER = re.compile(
    r"[ \t]?[\[【]{1,3}(?:pa?s?s?a?g?e?s?|so?u?r?c?e?s?)?[\s\d^#,;&–-]{0,40}(?:†[^\]】\n]{0,40})?$"
    r"|(?<=\])\((?:#|h)[^()\s]{0,200}$",
    re.IGNORECASE,
)
# What may still become a marker or a link.
_OPEN_BRACKET = re.compile(r"[\[【][^\[\]【】]{0,60}$")

_ENDS = ".!?…。！？｡։؟।॥۔።။។"
_CLOSERS = "\"'”’»“«›‹」』》〉〞〟＂″❞❜❯｣🙷)"
# What closes a quotation and was taken for the beginning of the next sentence.
_LEADING_CLOSERS = re.compile(rf"(?:[{_CLOSERS}]|>>){{1,3}}(?=\s|$)")
# "It rains. [1]": the marker is moved in front of the full stop, so that the sentence ends behind both.
_END_BEFORE_MARKERS = re.compile(
    rf"(?<![{_ENDS}])([{_ENDS}]{{1,10}}[{_CLOSERS}]{{0,3}})((?:[ \t]?{_MARKER}){{1,20}})", re.IGNORECASE
)
_END = re.compile(rf"[{_ENDS}]")
_AT_END = re.compile(rf"[{_ENDS}][{_CLOSERS}\]】\s]*$")

# What parts words and prints nothing, or has no UTF-8; the carriage return of "\r\n" is among them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Where a script has no blanks between words, its punctuation ends what is read at a time.
_WIDE = "。！？｡，、；："
_UNIT = re.compile(rf"[^\s{_WIDE}]{{0,199}}[\s{_WIDE}]|[^\s{_WIDE}]{{200}}")
_WHOLE_WORD = re.compile(rf"\w{{2}}\W{{0,10}}[\s{_WIDE}]")

_FENCE = re.compile(r"\s*(?:```+|~~~+)[ \t]*[\w+#.-]{0,30}\s*")
_HEADING_OR_QUOTE = re.compile(r"\s*(?:#{1,6}\s+|>\s?){1,5}")
_ITEM = re.compile(r"\s*(?:[-*+•–]|(\d{1,3})[.)])\s+(?=[^\s\[【])")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\s]{0,500}\)")
_EMPHASIS = [
    re.compile(rf"(?<![\w{mark}])({mark}{{1,3}})(?=[^\s{mark}])(.{{1,500}}?)(?<=[^\s{mark}])\1(?![\w{mark}])")
    for mark in (r"\*", "_", "~", "`")
]
_HALF_EMPHASIS = re.compile(r"^\*{2,3}(?=\S)|(?<=\S)\*{2,3}$")

Opening = Literal["", "paragraph", "item"]


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it.

    Attributes:
        text: in one line, without markers and formatting.
        passages: the numbers that its markers name, in order; whether there are such passages is not looked at.
        opening: whether it begins a paragraph or an item of a list.
        whole: whether it has an end; what was cut off has none.
        opened: the mark of the quotation that it begins in, which an earlier sentence opened.
        closed: the mark that closes, in a later sentence, the quotation that it ends in.
    """

    text: str
    passages: tuple[int, ...]
    opening: Opening
    whole: bool
    opened: str = ""
    closed: str = ""

    @property
    def claim(self) -> str:
        """The sentence as it is checked by itself: what it quotes stands between marks, also where it runs on."""
        return f"{self.opened}{self.text}{self.closed}"


class SentenceStream:
    """Takes the pieces of a reply and gives its sentences, without what the model thought aloud.

    Sentences wait until one of them cites a passage, as an answer's first one should: a closing tag may still tell that
    all of it was a thought. What cites was given and cannot be taken back.

    Args:
        language: ISO 639-1 code, for the rules by which sentences end.
    """

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._thoughts = Thoughts()
        self._begin()

    def feed(self, piece: str) -> Iterator[Written]:
        """The sentences that a further piece makes complete."""
        for text in self._thoughts.feed(piece):
            if text is None:
                self._begin()
            else:
                yield from self._given(self._lines.feed(text))

    def end(self) -> Iterator[Written]:
        """The sentences that are left when the reply is over."""
        for text in self._thoughts.end():
            yield from self._given(self._lines.feed(text))
        yield from self._given(self._lines.end())
        yield from self._when_cited(self._quotations.end())
        yield from self._waiting

    def _begin(self) -> None:
        self._lines = _Lines(self._language)
        self._quotations = _Quotations()
        self._waiting: list[Written] = []
        self._cites = False

    def _given(self, sentences: Iterable[Written]) -> Iterator[Written]:
        for written in sentences:
            yield from self._when_cited(self._quotations.add(written))

    def _when_cited(self, sentences: Iterable[Written]) -> Iterator[Written]:
        for written in sentences:
            self._waiting.append(written)
            self._cites |= bool(written.passages)
            if self._cites:
                ready, self._waiting = self._waiting, []
                yield from ready


class _Quotations:
    """Holds sentences back while a quotation is open that a later one may close."""

    def __init__(self) -> None:
        self._held: list[Written] = []
        self._mark = ""

    def add(self, written: Written) -> Iterator[Written]:
        """The sentences whose quotations have their ends now."""
        if written.opening and is_single(self._mark):
            yield from self.end()
        yield from self._take(written)
        if len(self._held) > LONGEST_QUOTATION_SENTENCES:
            yield from self._drop_mark()

    def end(self) -> Iterator[Written]:
        """The sentences that are left, whose quotations nothing closes."""
        while self._held:
            yield from self._drop_mark()

    def _take(self, written: Written) -> Iterator[Written]:
        opened = self._mark
        end = end_of_quotation(written.text, opened) if opened else 0
        if end is not None:
            self._mark = left_open(written.text, end)
            yield from self._held
            self._held = []
        closed = closing_mark(self._mark) if self._mark else ""
        self._held.append(replace(written, opened=opened, closed=closed))
        if not self._mark:
            yield self._held.pop()

    def _drop_mark(self) -> Iterator[Written]:
        """Gives the sentence whose quotation has no end, and reads those behind it anew."""
        (first, *others), self._held, self._mark = self._held, [], ""
        yield replace(first, closed="")
        for written in others:
            yield from self._take(replace(written, opened="", closed=""))


class _Lines:
    """Cuts a text into sentences, line by line."""

    def __init__(self, language: str | None) -> None:
        self._language = language
        self._word = ""
        self._line = ""
        self._at_line_start = True
        self._item = 0
        self._any = False
        self._opening: Opening = ""

    def feed(self, text: str) -> Iterator[Written]:
        """The sentences that a further text makes complete."""
        for unit in self._units(text):
            # Blanks that follow blanks would make a line longer than its sentences.
            if unit not in " \t" or not self._line.endswith((" ", "\t")):
                self._line += unit
            if unit.endswith("\n"):
                yield from self._rest_of_line()
            elif len(self._line) > LONGEST_SENTENCE_CHARS or (_WHOLE_WORD.search(unit) and _END.search(self._line)):
                yield from self._complete_sentences()

    def end(self) -> Iterator[Written]:
        """The sentences that are left when there is no more text."""
        self._line = _HALF_MARKER.sub("", self._line + strip_invisible(self._word))
        yield from self._rest_of_line()

    def _units(self, piece: str) -> Iterator[str]:
        """The words that are complete, each with the blank behind it."""
        text, start = self._word + _UNSEEN.sub(" ", piece), 0
        while unit := _UNIT.match(text, start):
            start = unit.end()
            yield strip_invisible(unit[0])
        self._word = text[start:]

    def _complete_sentences(self) -> Iterator[Written]:
        """All of the unfinished line but its last sentence, which may go on or be followed by a marker."""
        long = len(self._line) > LONGEST_SENTENCE_CHARS
        if _OPEN_BRACKET.search(self._line) and not long:
            return
        text, spans = self._split()
        # "U." ends a sentence until "S. Navy" follows, so the next one must have begun with a whole word.
        if len(spans) > 1 and (long or _WHOLE_WORD.search(text, spans[-1].start)):
            for span in spans[:-1]:
                yield from self._sentence(text[span.start : span.end], whole=True)
            self._line = text[spans[-1].start :]

    def _rest_of_line(self) -> Iterator[Written]:
        """The sentences that are left of a line that is over."""
        if self._at_line_start and not self._line.strip():
            self._opening = "paragraph" if self._any else ""
        elif not (self._at_line_start and _FENCE.fullmatch(self._line)):
            text, spans = self._split()
            for span in spans:
                sentence = text[span.start : span.end]
                yield from self._sentence(sentence, whole=_AT_END.search(sentence) is not None)
        self._line, self._at_line_start = "", True

    def _split(self) -> tuple[str, list[Span]]:
        """The line as it is read, and its sentences."""
        if self._at_line_start:
            self._line = self._without_opening(self._line)
            self._at_line_start = False
        text = self._line
        for emphasis in _EMPHASIS:
            text = emphasis.sub(r"\2", text)
        text = _END_BEFORE_MARKERS.sub(lambda match: f" {match[2].strip()}{match[1]} ", text)
        return text, _with_closers(text, split_sentences(text, self._language))

    def _without_opening(self, line: str) -> str:
        """The line without what makes it a heading, a quotation or an item of a list."""
        if block := _HEADING_OR_QUOTE.match(line):
            line = line[block.end() :]
        item = _ITEM.match(line)
        if item is None:
            return line
        # "12. März" begins with a date and "310. [1]" is an answer, so the items of a list have to be counted up.
        if item[1]:
            if int(item[1]) not in {1, self._item + 1}:
                return line
            self._item = int(item[1])
        self._opening = "item"
        return line[item.end() :]

    def _sentence(self, text: str, *, whole: bool) -> Iterator[Written]:
        passages = tuple(dict.fromkeys(number for marker in _MARKERS.finditer(text) for number in _named(marker[1])))
        plain = _plain(_MARKERS.sub(_blank, text))
        if any(map(str.isalnum, plain)):
            opening, self._opening = self._opening, ""
            self._any = True
            yield Written(plain, passages, opening, whole)


def _with_closers(text: str, spans: Iterable[Span]) -> list[Span]:
    """The sentences, each with the marks that close it."""
    whole: list[Span] = []
    for span in spans:
        closers = _LEADING_CLOSERS.match(text, span.start, span.end) if whole else None
        start = closers.end() if closers else span.start
        if closers:
            whole[-1] = Span(start=whole[-1].start, end=start)
        if start < span.end:
            whole.append(Span(start=start, end=span.end))
    return whole


def _named(marker: str) -> Iterator[int]:
    for first, last in _NUMBERS.findall(marker):
        start, end = int(first), int(last or first)
        if start <= end <= start + LONGEST_RANGE:
            yield from range(start, end + 1)
        else:
            yield from (start, end)


def _blank(marker: re.Match[str]) -> str:
    """What stays where a marker stood: a blank, where it parted words."""
    behind = marker.string[marker.end() : marker.end() + 1]
    return " " if behind.isalnum() or behind in set("(“«„‘¿¡") else ""


def _plain(text: str) -> str:
    text = _HALF_EMPHASIS.sub("", _LINK.sub(r"\1", text).strip())
    # The cells of a table.
    text = text.strip("|") if text.count("|") > 1 else text
    return " ".join(text.split())
