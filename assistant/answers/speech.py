"""Tells which sentences of an article are its speaker's words, and which are told by the article.

In doubt a sentence is the article's: an outlet is credited with what it printed, a person only with what they said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.evidence import is_question, names_in
from assistant.languages import words
from assistant.records import Article, Span

# A quotation and what closes it. It may go on over paragraphs; one that another opens behind was never closed, and ends
# with its own paragraph. A single quotation mark inside a word is an apostrophe.
_MARKS = (
    r"“[^“”]{0,10000}”|“[^”\n]*”?|„[^“”\n]*[“”]?|”[^”\n]*”|\"[^\"\n]*\"?|「[^」\n]*」?|『[^』\n]*』?"
    r"|(?<!\w)‘[^‘\n]*?’(?!\w)|(?<!\w)'(?=[^\W\d])(?:[^'\n]|(?<=\w)'(?=\w))*'(?!\w)"
)
_OUTWARD = re.compile(rf"«[^«»]{{0,10000}}»|«(?:[^«»\n]|«[^«»\n]*»)*»?|‹[^›\n]*›?|{_MARKS}")
_INWARD = re.compile(rf"»[^«\n]*«?|›[^‹\n]*‹?|{_MARKS}")
_ALIKE = re.compile(rf"»[^»\n]*»?|{_MARKS}")

# Scare quotes and titles are a few words long; speech is longer, or takes up a good part of the text.
_SPEECH_SHARE = 0.15
_SHORTEST_SPEECH_WORDS = 5

# What opens a turn.
_DASH = re.compile(r"[-–—―]\s*\w")

# What a quotation ends with if its sentence may go on behind it, as in "No way!" Calder said.
_OPEN_ENDS = (",", "!", "?")
_CLOSING_MARKS = "”“»«’'\"›‹」』"

# Before the colon of a turn.
_LONGEST_NAME_WORDS = 4
# Languages inflect names at their end.
_ENDING = 2
_SHORTEST_STEM = 4


def speaker_of(article: Article, span: Span) -> str | None:
    """The article's speaker if the sentence is theirs, else None.

    Where an article sets speech in quotation marks, a sentence is the speaker's if it stands within them and its
    paragraph names nobody else. An interview sets none around whole answers: what follows its first question or turn is
    the speaker's, but for the questions. A text with neither is one speech. A sentence that names the speaker is about
    them.
    """
    if article.speaker is None:
        return None
    shape = _shape(article.text)
    paragraph = next(p for p in shape.paragraphs if p.start <= span.start < p.end)
    if shape.in_marks:
        return article.speaker if _is_quoted(shape, paragraph, span, article) else None
    if span.start < shape.first_answer or paragraph.is_question:
        return None
    sentence = article.text[span.start : span.end]
    return None if _names(_without_turn(sentence), article.speaker) else article.speaker


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    end: int
    is_question: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """How an article sets speech.

    Attributes:
        quotations: the ranges that stand in quotation marks.
        in_marks: whether speech is what stands in them.
        first_answer: where the first answer of an interview begins, 0 in a text without questions and turns.
    """

    paragraphs: tuple[_Paragraph, ...]
    quotations: tuple[tuple[int, int], ...]
    in_marks: bool
    first_answer: int


# An answer quotes a few articles, each more than once.
@lru_cache(maxsize=32)
def _shape(text: str) -> _Shape:
    paragraphs = tuple(_paragraphs(text))
    quotations = tuple(match.span() for match in _marks_of(text).finditer(text))
    turns = (p.end if p.is_question else p.start for p in paragraphs if p.is_question or _DASH.match(text, p.start))
    first_answer = next(turns, 0)
    share = sum(end - start for start, end in quotations) / max(1, len(text))
    long = any(len(words(text[start:end])) >= _SHORTEST_SPEECH_WORDS for start, end in quotations)
    return _Shape(paragraphs, quotations, share > _SPEECH_SHARE or (long and not first_answer), first_answer)


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    for match in re.finditer(r"[^\n]*\n?", text):
        if match.group():
            yield _Paragraph(*match.span(), is_question=is_question(match.group()))


def _marks_of(text: str) -> re.Pattern[str]:
    # German books set guillemets »so«, Finnish ones »so», everyone else «so»: the first one in the article tells.
    first = re.search("[«»‹›]", text)
    if first is None or first[0] in "«‹":
        return _OUTWARD
    return _INWARD if first[0] == "›" or "«" in text else _ALIKE


def _is_quoted(shape: _Shape, paragraph: _Paragraph, span: Span, article: Article) -> bool:
    inside = sum(max(0, min(end, span.end) - max(start, span.start)) for start, end in shape.quotations)
    if 2 * inside <= span.end - span.start:
        return False
    told = _told(shape, paragraph, article.text)
    return _names(told, str(article.speaker)) or not names_in(told)


def _told(shape: _Shape, paragraph: _Paragraph, text: str) -> str:
    """What stands around the quotations of a paragraph, with a comma for each that its sentence may go on behind."""
    told, position = "", paragraph.start
    for start, end in shape.quotations:
        if start < paragraph.end and end > paragraph.start:
            told += text[position:start] + ("," if text[start:end].rstrip(_CLOSING_MARKS).endswith(_OPEN_ENDS) else "")
            position = end
    return told + text[position : paragraph.end]


def _without_turn(sentence: str) -> str:
    """The sentence without the name that a turn of an interview opens with, as in "Calder: We did."."""
    opening, colon, rest = sentence.partition(":")
    return rest if colon and len(words(opening)) <= _LONGEST_NAME_WORDS else sentence


def _names(text: str, person: str) -> bool:
    """Whether a text names a person by the last of their names, in whatever case."""
    last = (words(person) or [""])[-1]
    stem = last[: max(_SHORTEST_STEM, len(last) - _ENDING)]
    return bool(stem) and any(word.startswith(stem) for word in words(text))
