"""Writes answers for use elsewhere: as Markdown with footnotes, and as JSON.

What the articles bring (titles, names, quotations) and what the reader typed is escaped for any reader of Markdown,
also for those that make links of bare addresses: the only pages that a document links to are those of its sources. A
mail address is the exception, since GitHub's reader finds it behind every escape.
"""

import re
from collections.abc import Sequence
from typing import Final

from pydantic_core import to_json

from assistant.characters import excerpt, without_controls
from assistant.citations import escape_markdown
from assistant.records import Answer, Citation, Passage, Source, Support
from assistant.ui.session import without_paths
from assistant.ui.words import Words

# What a reader is warned of.
DOUBTFUL: Final[tuple[Support, ...]] = ("partial", "unsupported")

# The characters in which readers of Markdown see an address without being told: http://, //, www., a.example, a@b.
_BARE_ADDRESS: Final = r"(?<=/)/|@|(?<=www)\.|(?<=\S)\.(?=[^\W\d_])"
_BARE: Final = re.compile(_BARE_ADDRESS, re.IGNORECASE)
# Of an answer's Markdown: an escape, which stays; a marker, and what would make a link or a footnote of it; what else
# could open a link, code or HTML.
_ANSWER: Final = re.compile(rf"\\.|\[(\d{{1,4}})\]([:(]?)|(?:[<\[\]`]|~(?=~~)|{_BARE_ADDRESS})", re.IGNORECASE)
# What may stand between angle brackets, and a browser may safely follow.
_ADDRESS: Final = re.compile(r"https?://[^\s\x00-\x20\x7f<>]+", re.IGNORECASE)


class _Footnotes:
    """The passages of a document, each with one number however often it is cited."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._numbers: dict[tuple[str, int, int, str], int] = {}
        self.notes: list[str] = []

    def mark(self, citation: Citation) -> str:
        """The marker of a citation's passage."""
        key = (citation.source.id, citation.start, citation.end, citation.quote)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self.notes.append(f"[^{self._numbers[key]}]: {_note(citation, self.words)}")
        return f"[^{self._numbers[key]}]"


def answer_markdown(answer: Answer, words: Words) -> str:
    """An answer as Markdown, its markers as footnotes that give source and quotation."""
    footnotes = _Footnotes(words)
    told = _told(answer, footnotes)
    return _document([*told, *footnotes.notes])


def conversation_markdown(title: str, answers: Sequence[Answer], words: Words) -> str:
    """A conversation as Markdown: questions as headings, and one numbering of passages for all answers."""
    footnotes = _Footnotes(words)
    blocks = [f"# {_plain(title) or _plain(words('menu.untitled'))}"]
    for answer in answers:
        blocks += [f"## {_plain(answer.question)}", *_told(answer, footnotes)]
    return _document([*blocks, *footnotes.notes])


def conversation_json(title: str, answers: Sequence[Answer]) -> str:
    """A conversation as JSON: its `title`, and under `answers` the records, as `Answer` reads them back."""
    told = {"title": title, "answers": [without_paths(answer) for answer in answers]}
    return f"{to_json(told, indent=2).decode()}\n"


def _document(blocks: Sequence[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _told(answer: Answer, footnotes: _Footnotes) -> list[str]:
    """An answer block by block: what it is if it is none, its text, and what a reader has to know of that."""
    blocks, words = [_with_footnotes(answer, footnotes)], footnotes.words
    if answer.refused:
        nearest = "\n".join(f"- {_excerpt(passage, words)}" for passage in answer.passages)
        blocks = [f"**{words('refusal.title')}**", *blocks, *([words("refusal.nearest"), nearest] if nearest else [])]
    for support in DOUBTFUL:
        marks = [footnotes.mark(citation) for citation in answer.citations if citation.support == support]
        if marks:
            blocks.append(f"*{words(f'support.{support}')}:* {', '.join(marks)}")
    notices = map(_plain, map(words.said, answer.notices))
    return blocks + [f"*{notice}*" for notice in notices if notice]


def _with_footnotes(answer: Answer, footnotes: _Footnotes) -> str:
    """The text with other markers; escaped already, but a second look costs nothing."""
    citations = {citation.number: citation for citation in answer.citations}

    def rewrite(found: re.Match[str]) -> str:
        if found[0].startswith("\\"):
            return found[0]
        citation = citations.get(int(found[1])) if found[1] else None
        if citation is None:
            return escape_markdown(found[0]) if found[1] else f"\\{found[0]}"
        return footnotes.mark(citation) + (f"\\{found[2]}" if found[2] else "")

    return _ANSWER.sub(rewrite, without_controls(answer.text)).strip()


def _note(citation: Citation, words: Words) -> str:
    """Where a quotation comes from, then the quotation, on one line.

    It ends in a closing quotation mark: a reader of Markdown that knows no footnotes must not take it for the address
    behind the marker, as it would a line of one word.
    """
    return f"{_origin(citation.source, words)}. “{_plain(citation.quote)}”"


def _excerpt(passage: Passage, words: Words) -> str:
    return f"{_origin(passage.source, words)}. “{_plain(excerpt(passage.text))}”"


def _origin(source: Source, words: Words) -> str:
    people = dict.fromkeys(name for name in (source.speaker, source.author) if name)
    day = words.day(source.published) if source.published else words("facts.no-date")
    facts = ", ".join(_plain(fact) for fact in (source.publisher, *people, day) if fact)
    return f"{facts}: *{_plain(source.title or '') or _plain(source.id)}*{_link(source)}"


def _link(source: Source) -> str:
    if not source.url:
        return ""
    return f", <{source.url}>" if _ADDRESS.fullmatch(source.url) else f", {_plain(source.url)}"


def _plain(text: str) -> str:
    """A text on one line, as words and nothing else."""
    line = without_controls(" ".join(text.split()))
    return _BARE.sub(r"\\\g<0>", escape_markdown(line))
