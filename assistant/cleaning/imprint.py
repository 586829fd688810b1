"""Reads the lines in which a page says of itself who wrote it, where and when.

Only a line that consists of such statements counts, never a sentence that mentions a name or a date.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date
from functools import cache, reduce
from pathlib import Path

from assistant.cleaning.dates import read_dates
from assistant.cleaning.furniture import recognise
from assistant.fast_yaml import read_yaml
from assistant.languages import words
from assistant.records import Record

DATA = Path(__file__).parent.parent / "data" / "imprint.yaml"

_LONGEST_LINE = 150
_LONGEST_LABEL = 40
_LONGEST_CITATION = 400
_SEGMENT_BREAK = re.compile(r"\s*[|•·]\s*|\s+[–—/-]\s+|\s{2,}|;\s+")
_LABEL = re.compile(r"([^\d:：՝|]{2,40}?)\s*[:：՝]\s*(\S.*)")
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]/?")
_NAME_BREAK = re.compile(r"\s*(?:,|;|&|\s(?:and|und|et|y|e|i|и|та|ve|və|եւ|և|ու)\s)\s*")
_PARTICLES = frozenset(
    {"al", "bin", "bint", "da", "dal", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "ibn", "kızı"}
    | {"la", "le", "oglu", "oğlu", "ogly", "qizi", "qızı", "ten", "ter", "van", "von", "zu"}
)
_NAME_WORDS = range(1, 6)
_OUTLET_WORDS = range(1, 8)
_SHORT_OUTLET_WORDS = range(1, 5)
# "By" is also a preposition: what follows it is a name only if it has at least two words.
_BARE_NAME_WORDS = range(2, 6)
_COPYRIGHT = re.compile(r"(?:copyright\s*)?(?:©|\(c\)|copyright\b)", re.IGNORECASE)
_OWNER_END = re.compile(r"[.։|]\s|,\s|\s[–—|-]\s")
_MARKS = " .։,|–—-"
_YEARS = re.compile(r"[\s,]*\b\d{4}(?:\s*[-–—]\s*(?:\d{4}|\w+))?\b[\s,.]*")


class Imprint(Record):
    """What a page says of itself. None is what it does not say."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    speaker: str | None = None
    published: date | None = None
    url: str | None = None
    language: str | None = None

    def over(self, other: "Imprint") -> "Imprint":
        """This imprint, with what it lacks taken from another."""
        return Imprint(**{**other.model_dump(exclude_none=True), **self.model_dump(exclude_none=True)})


def read_imprint(text: str, language: str | None = None) -> Imprint | None:
    """What a line says, if it is an imprint through and through: None for any other line.

    An imprint of nothing, such as a line that only says when the page was last changed, is an empty `Imprint`.

    Args:
        text: the line.
        language: ISO 639-1 code of the page, for dates in figures.
    """
    if len(text) > _LONGEST_LINE:
        return None
    for segments in _segmentations(text):
        statements = [_statement(segment, language) for segment in segments]
        known = [statement for statement in statements if statement is not None]
        rest = [segment for segment, found in zip(segments, statements, strict=True) if found is None]
        # "Politics | 30 January 2024 | 17 comments"
        if known and all(recognise(segment) is not None for segment in rest):
            return reduce(Imprint.over, known)
    return None


def read_citation(text: str, titles: Collection[str], language: str | None = None) -> Imprint | None:
    """What a line says that cites the page: "Title. Outlet, 30.01.2024. https://..."; None for any other line.

    Args:
        text: the line.
        titles: what the page may be called, each as `words` joined by blanks; a citation must name one of them.
        language: ISO 639-1 code of the page.
    """
    url = _URL.search(text)
    if len(text) > _LONGEST_CITATION or url is None or text[url.end() :].strip(" ."):
        return None
    dates, _ = read_dates(text[: url.start()], language)
    parts = [part.strip(" .,/") for part in re.split(r"(?<=\S)[.,]\s|//|\s[–—|-]\s", text[: url.start()])]
    named = [" ".join(words(part)) in titles for part in parts]
    if len(dates) != 1 or not any(named):
        return None
    after_title = parts[named.index(True) + 1 :]
    outlet = next((part for part in after_title if is_outlet(part) and not read_dates(part, language)[0]), None)
    return Imprint(publisher=outlet, published=dates[0], url=url[0])


def read_copyright(text: str) -> str | None:
    """The outlet that a copyright line names: "© 2024 The Example Times. All rights reserved."."""
    before, mark, behind = _partition(_COPYRIGHT, text)
    if not mark or len(text) > _LONGEST_LINE or not _YEARS.search(text):
        return None
    names = [_OWNER_END.split(_YEARS.sub(" ", part).strip(_MARKS))[0].strip(_MARKS) for part in (behind, before)]
    return next((name for name in names if name and is_outlet(name) and recognise(name) is None), None)


def is_label(text: str) -> bool:
    """Whether a line is a label by itself, such as "Published", which speaks of the line below."""
    if len(text) > _LONGEST_LABEL:
        return False
    label = " ".join(words(text))
    return any(label in _labels()[field] for field in ("published", "updated", "author"))


def is_date_line(text: str, language: str | None = None) -> bool:
    """Whether a line states a date of publication and nothing else, without a label."""
    if len(text) > _LONGEST_LINE:
        return False
    dates, rest = read_dates(text, language)
    return len(dates) == 1 and not _without_fillers(rest)


def is_name(text: str, lengths: range) -> bool:
    """Whether a text has a name's number of words, each with a capital where the script has them, or a particle."""
    text_words = text.split()
    return len(text_words) in lengths and all(map(_is_name_word, text_words)) and not text_words[0].islower()


def is_outlet(text: str) -> bool:
    """Whether a text can be an outlet's name: many languages write only its first word with a capital."""
    short = len(text.split()) in _SHORT_OUTLET_WORDS and not text[0].islower() and text[-1].isalnum()
    return short or is_name(text, _OUTLET_WORDS)


def interview_openings() -> frozenset[str]:
    """What a headline puts before the name of the person interviewed, each as `words` joined by blanks."""
    return _data()["lists"]["interview"]


def _partition(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    match = pattern.search(text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _segmentations(text: str) -> Iterator[list[str]]:
    """The ways in which a line may consist of statements: one, several, or two with a comma between them."""
    yield [text]
    yield list(filter(None, _SEGMENT_BREAK.split(text)))
    for comma in re.finditer(r",\s+", text):
        yield [text[: comma.start()], text[comma.end() :]]


def _statement(text: str, language: str | None) -> Imprint | None:
    for found in (_labelled(text, language), _dated(text, language), _byline(text)):
        if found is not None:
            return found
    return None


def _dated(text: str, language: str | None) -> Imprint | None:
    dates, rest = read_dates(text, language)
    label = _without_fillers(rest)
    if len(dates) == 1 and (not label or _is_label("published", label)):
        return Imprint(published=dates[0])
    if len(dates) == 1 and _is_label("updated", label):
        return Imprint()
    if not dates and text[:1].isdigit() and re.fullmatch(r"\d{1,2}[:.h]\d{2}(?::\d{2})?", text):
        return Imprint()
    return None


def _labelled(text: str, language: str | None) -> Imprint | None:
    match = _LABEL.fullmatch(text)
    if match is None:
        return None
    label, value = " ".join(words(match[1])), match[2]
    fields = [name for name, phrases in _labels().items() if label in phrases]
    return next((found for name in fields if (found := _value(name, value, language)) is not None), None)


def _value(field: str, value: str, language: str | None) -> Imprint | None:
    if field == "title":
        return Imprint(title=value)
    if field in {"published", "updated"}:
        return _labelled_date(field, value, language)
    if field == "author":
        return Imprint(author=value) if all(is_name(name, _NAME_WORDS) for name in _names(value)) else None
    if field == "language":
        return Imprint(language=value.lower()) if re.fullmatch("[a-zA-Z]{2}", value) else None
    url = _URL.fullmatch(value)
    if url is not None:
        return Imprint(url=value)
    return _outlet(value, language) if field == "publisher" else None


def _labelled_date(field: str, value: str, language: str | None) -> Imprint | None:
    # "Published: 30 January 2024, updated: 31 January 2024" states two; the first is the one its label names.
    dates, rest = read_dates(value, language)
    label = _without_fillers(rest)
    if not dates or (label and not _is_label("updated", label)):
        return None
    return Imprint(published=dates[0]) if field == "published" else Imprint()


def _outlet(value: str, language: str | None) -> Imprint | None:
    """An outlet with or without a date: "The Example Times, 30 January 2024"."""
    name, _, rest = value.partition(",")
    dates, remainder = read_dates(rest, language)
    if not is_outlet(name) or (rest and (len(dates) != 1 or _without_fillers(remainder))):
        return None
    return Imprint(publisher=name.strip(" ."), published=dates[0] if dates else None)


def _byline(text: str) -> Imprint | None:
    text_words = text.split()
    for length in range(1, min(4, len(text_words))):
        if " ".join(words(" ".join(text_words[:length]))) in _bylines():
            names = " ".join(text_words[length:])
            if all(is_name(name, _BARE_NAME_WORDS) for name in _names(names)):
                return Imprint(author=names)
    return None


def _names(text: str) -> list[str]:
    return _NAME_BREAK.split(text)


def _is_name_word(word: str) -> bool:
    bare = word.strip(".'’()")
    return (
        bare.lower() in _PARTICLES
        or bare in {"of", "and", "&", "the", "for"}
        or (bare[:1].isalpha() and not bare[0].islower())
    )


def _is_label(field: str, label: list[str]) -> bool:
    return tuple(label) in _labels_without_fillers(field)


@cache
def _labels_without_fillers(field: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(_without_fillers(phrase)) for phrase in _labels()[field])


def _without_fillers(rest: str) -> list[str]:
    return [word for word in words(rest) if word not in _fillers()]


@cache
def _data() -> dict[str, dict[str, frozenset[str]]]:
    loaded = read_yaml(DATA.read_bytes())
    tables = {"labels": loaded["labels"], "lists": {key: loaded[key] for key in ("bylines", "fillers", "interview")}}
    return {name: {key: frozenset(_phrases(value)) for key, value in table.items()} for name, table in tables.items()}


def _phrases(value: list[object]) -> Iterator[str]:
    for entry in value:
        if isinstance(entry, list):
            yield from _phrases(entry)
        else:
            yield " ".join(words(str(entry)))


def _labels() -> dict[str, frozenset[str]]:
    return _data()["labels"]


def _bylines() -> frozenset[str]:
    return _data()["lists"]["bylines"]


def _fillers() -> frozenset[str]:
    return _data()["lists"]["fillers"]
