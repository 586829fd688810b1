"""Reads Markdown as lines of plain text: marks of emphasis, headings, links and images go, the words stay."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import accumulate
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.articles import strip_invisible
from assistant.cleaning.dates import read_dates
from assistant.cleaning.imprint import Imprint
from assistant.cleaning.lines import Line, tidy

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_LONGEST_FRONT_MATTER = 20_000
_KEYS = {
    "title": ("title", "headline"),
    "publisher": ("publisher", "site_name", "outlet", "publication", "site", "source"),
    "author": ("author", "authors", "byline", "by"),
    "speaker": ("speaker", "interviewee"),
    "published": ("published", "date", "published_at", "publish_date", "pubdate", "date_published", "created"),
    "url": ("url", "canonical", "canonical_url", "link", "permalink", "source_url", "source"),
    "language": ("language", "lang", "locale"),
}
# No part of it looks beyond the next angle bracket, so that a page of nothing but "<!--" takes no longer than another.
_HTML_TAG = re.compile(r"<!--[^<>]*-->|<!--|-->|</?[a-zA-Z][^<>]*>")


def read_front_matter(text: str) -> tuple[Imprint, int]:
    """The imprint in a block of YAML at the beginning of a file, and the offset behind it; zero where there is none."""
    match = _FRONT_MATTER.match(text, 0, _LONGEST_FRONT_MATTER)
    if match is None:
        return Imprint(), 0
    entries = _load(match[1])
    if not entries:
        return Imprint(), 0
    found = {field: _first(field, entries) for field in _KEYS}
    return Imprint(**{field: value for field, value in found.items() if value is not None}), match.end()


def read_markdown(text: str, start: int = 0) -> list[Line]:
    """The lines of a Markdown text from an offset on. Lines of nothing but markup are left out."""
    raw = text[start:].split("\n")
    offsets = list(accumulate((len(line) + 1 for line in raw), initial=start))
    lines: list[Line] = []
    for row, block, content, link in _rows(_parser().parse(text[start:])):
        words = tidy(content)
        at = offsets[min(row, len(raw) - 1)]
        if words and lines and lines[-1].start == at:
            # Cells of one table row.
            words = f"{lines.pop().text} | {words}"
        if words:
            lines.append(Line(at, at + len(raw[min(row, len(raw) - 1)]), words, block, link))
    return lines


def _rows(tokens: list[Token]) -> Iterator[tuple[int, int, str, bool]]:
    """By line of the source: its number, its top-level block, its words, and whether all of them are links."""
    block, number = -1, ""
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            block += 1
        if token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
        if token.map is None:
            continue
        if token.type == "inline":
            for offset, (words, link) in enumerate(_spans(token.children or [])):
                yield token.map[0] + offset, block, number + words, link
                number = ""
        elif token.type in {"fence", "code_block", "html_block"}:
            content = _HTML_TAG.sub(_line_breaks, token.content) if token.type == "html_block" else token.content
            for offset, words in enumerate(content.split("\n"), start=token.type == "fence"):
                yield token.map[0] + offset, block, words, False


def _line_breaks(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n") or " "


def _spans(children: list[Token]) -> Iterator[tuple[str, bool]]:
    """The lines of a paragraph, and of each whether it consists of links."""
    pieces: list[str] = []
    depth, all_links = 0, True
    for child in children:
        depth += child.nesting if child.type.startswith("link_") else 0
        if child.type in {"softbreak", "hardbreak"}:
            yield "".join(pieces), all_links and bool(pieces)
            pieces, all_links = [], True
        elif child.type in {"text", "code_inline"}:
            pieces.append(child.content)
            all_links = all_links and (depth > 0 or not child.content.strip(" |·•-"))
        elif child.type == "html_inline":
            pieces.append(" " if child.content.lower().startswith("<br") else "")
    yield "".join(pieces), all_links and bool(pieces)


@cache
def _parser() -> MarkdownIt:
    # Indented paragraphs are the custom of many newspapers, and code is not.
    return MarkdownIt("commonmark").enable("table").disable("code")


def _load(block: str) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError):
        # Most often a headline with a colon and no quotation marks: the lines still tell.
        loaded = {name.strip(): value.strip() for name, colon, value in map(_partition, block.split("\n")) if colon}
    if not isinstance(loaded, dict):
        return {}
    return {str(name).lower().replace("-", "_"): value for name, value in loaded.items()}


def _partition(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _first(field: str, entries: dict[str, Any]) -> Any:
    values = (_value(field, entries.get(name)) for name in _KEYS[field])
    return next((value for value in values if value is not None), None)


def _value(field: str, value: Any) -> str | date | None:
    if field == "published":
        return _date(value)
    if isinstance(value, list):
        value = ", ".join(entry for entry in value if isinstance(entry, str))
    # An escape in YAML may stand for anything.
    if not isinstance(value, str) or not (value := strip_invisible(value).strip(" '\"")):
        return None
    is_url = value.startswith(("http://", "https://"))
    if field == "language":
        return value[:2].lower() if value[:2].isalpha() and value[2:3] in {"", "-", "_"} else None
    return value if is_url == (field == "url") else None


def _date(value: Any) -> date | None:
    dates = (
        [value.date()] if hasattr(value, "date") else [value] if isinstance(value, date) else read_dates(str(value))[0]
    )
    return dates[0] if len(dates) == 1 else None
