"""Puts together what is known of an article.

A date, a name or an outlet counts only where the page speaks of itself: in its imprint, its headline, its dateline or
the form of an interview. What the article merely mentions is never taken, and what nobody says is None.
"""

import re
from collections import Counter
from itertools import takewhile

from assistant.articles import CorpusFile, printable
from assistant.cleaning import Cleaned, Imprint
from assistant.cleaning.furniture import recognise
from assistant.cleaning.imprint import interview_openings, is_name, is_outlet
from assistant.languages import words
from assistant.metadata.overrides import Overrides
from assistant.records import Source

_PERSON_WORDS = range(2, 5)
_OUTLET_WORDS = range(1, 5)
_LONGEST_OPENING = 6
_TITLE_END = re.compile(r"(.*\S)\s+([|–—-])\s+(\S.*)")
_DATELINE_LINES = 4
# "MOSCOW (Reuters) - ", "ANKARA, 3 May (AA) – ", "BAKU, January 30. /Report/": a place in capitals, a marked agency.
_DATELINE = re.compile(
    r"(?P<place>[^\W\d_a-zа-яё]{2}[^()/\n]{0,50}?)[\s,.:—–-]*"
    r"(?:\((?P<agency>[^()\n]{2,40})\)\s*[-–—:.]|/(?P<slashed>[^/\n]{2,40})/)"
)
_QUOTE_END = '["”»“]'
_LABEL = re.compile(r"^([^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,3}):\s", re.MULTILINE)
_FEWEST_TURNS = 2


def describe(file: CorpusFile, cleaned: Cleaned, overrides: Overrides, language: str | None) -> Source:
    """Everything known of an article but its text.

    Args:
        file: where it comes from.
        cleaned: its page, cleaned.
        overrides: what metadata.yaml says about it; a field given there is final, also as null.
        language: the language its text seems to be in.
    """
    imprint = cleaned.imprint
    title, outlet = _split_title(imprint)
    found = {
        "title": title,
        "publisher": imprint.publisher or outlet or _agency(cleaned.text),
        "author": imprint.author,
        "speaker": imprint.speaker or _speaker(title, cleaned.text),
        "published": imprint.published,
        "url": imprint.url,
        "language": imprint.language or language,
    }
    given = {name: getattr(overrides, name) for name in overrides.model_fields_set}
    return Source(id=file.id, path=printable(str(file.path)), **{**found, **given})


def _split_title(imprint: Imprint) -> tuple[str | None, str | None]:
    """A page's headline, and the outlet that stands behind it: "Bridge reopens | The Example Times"."""
    match = _TITLE_END.fullmatch(imprint.title or "")
    if match is None:
        return imprint.title, None
    title, mark, end = match.groups()
    if words(end) == words(imprint.publisher or ""):
        return title, None
    # A dash may as well be the headline's own, and before a bar may stand a section: "Opinion | The long war".
    if mark != "|" or not is_name(end, _OUTLET_WORDS) or recognise(title) is not None:
        return imprint.title, None
    return title.partition(" | ")[0], end


def _agency(text: str) -> str | None:
    """The agency in the dateline that opens an article."""
    for line in text.split("\n")[:_DATELINE_LINES]:
        match = _DATELINE.match(line)
        if match is not None and _is_place(match["place"]):
            agency = (match["agency"] or match["slashed"]).strip()
            return agency if is_outlet(agency) else None
    return None


def _is_place(text: str) -> bool:
    first = text.partition(",")[0].split()
    return bool(first) and all(word.isupper() for word in first)


def _speaker(title: str | None, text: str) -> str | None:
    """The person whose views a piece reports, if its form says so."""
    by_title = _interviewee(title) or _quoted_in_headline(title, text) if title else None
    return by_title or _labelled_speaker(text)


def _interviewee(title: str) -> str | None:
    """The name in a headline such as "Interview with Jane Doe: ..."."""
    title_words = title.replace(":", " : ").replace(",", " , ").split()
    for start in range(1, min(_LONGEST_OPENING, len(title_words))):
        if " ".join(words(" ".join(title_words[:start]))) in interview_openings():
            name = list(takewhile(lambda word: word not in {":", ",", "–", "—", "-", "|"}, title_words[start:]))
            return " ".join(name) if is_name(" ".join(name), _PERSON_WORDS) else None
    return None


def _quoted_in_headline(title: str, text: str) -> str | None:
    """The name in a headline such as "Jane Doe: The bridge will hold".

    It is a person's if the article also gives it in full, and has its last word alone, behind a quotation: of a World
    Cup or a White House it would say neither.
    """
    name, colon, _ = title.partition(": ")
    if not colon or not is_name(name, _PERSON_WORDS):
        return None
    body = text.replace(title, "", 1)
    first, last = map(re.escape, name.rsplit(" ", 1))
    alone = rf"{_QUOTE_END}\s*[,.–—-]*\s*(?:[^\W\d_]+\s+){{0,3}}(?<!{first} ){last}"
    return name if name in body and re.search(alone, body) else None


def _labelled_speaker(text: str) -> str | None:
    """The one person, given by full name, whose turns a transcript marks: "Jane Doe: We began in spring."."""
    turns = Counter(label for label in _LABEL.findall(text) if is_name(label, _PERSON_WORDS))
    names = [name for name, count in turns.items() if count >= _FEWEST_TURNS]
    return names[0] if len(names) == 1 and len(turns) == 1 else None
