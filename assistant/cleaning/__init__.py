"""Turns the decoded text of a page into its article: what a newspaper would print, and nothing around it.

    text -> lines -> without furniture -> without repeats -> without head and tail -> text

Whole lines go or stay; what stays is changed only by repairing mojibake, decoding entities, taking off Markdown's marks
and folding white space. Every run that goes is reported, with where it was and why.
"""

from collections.abc import Iterator, Mapping, Sequence

from assistant.cleaning.edges import strip_edges
from assistant.cleaning.furniture import Reason, recognise
from assistant.cleaning.imprint import Imprint
from assistant.cleaning.lines import Line, is_prose, join_lines, read_lines
from assistant.cleaning.markdown import read_front_matter, read_markdown
from assistant.cleaning.repeats import find_repeats
from assistant.records import Record, Removed

__all__ = ["CLEANING_VERSION", "Cleaned", "Imprint", "clean"]

# Raised with every change that makes `decode` or `clean` return something else for some file: what is indexed is then
# cleaned again.
CLEANING_VERSION = 3


class Cleaned(Record):
    """An article as read from its page.

    Attributes:
        text: the article.
        removed: what was left out, in order, as runs of the text that was given.
        imprint: what the page says about itself, most of it in lines that were left out.
    """

    text: str
    removed: tuple[Removed, ...]
    imprint: Imprint = Imprint()


def clean(text: str, title: str | None = None, *, language: str | None = None, markdown: bool = False) -> Cleaned:
    """Finds the article on a page.

    Args:
        text: the page, as `articles.decode` returns it.
        title: the headline, where it is known from elsewhere; it is then not mistaken for anything.
        language: ISO 639-1 code of the page, where known: it settles how 03/04/2024 is read.
        markdown: whether the text is Markdown.
    """
    front, start = read_front_matter(text) if markdown else (Imprint(), 0)
    lines = read_markdown(text, start) if markdown else read_lines(text)
    reasons = _furniture(lines)
    left = [line for line in lines if line.start not in reasons]
    reasons |= {left[i].start: "repeat" for i in find_repeats(left)}
    left = [line for line in left if line.start not in reasons]
    edges = strip_edges(left, title or front.title, language)
    reasons |= {left[i].start: reason for i, reason in edges.removed.items()}
    kept = [line for line in lines if line.start not in reasons]
    return Cleaned(
        text=join_lines(kept),
        removed=tuple(_removed(text, start, {line.start for line in kept}, reasons)),
        imprint=front.over(edges.imprint),
    )


def _furniture(lines: Sequence[Line]) -> dict[int, Reason]:
    """Lines that are furniture wherever they stand, and what "Read also:" announces; reasons by line start."""
    reasons: dict[int, Reason] = {}
    announced: tuple[int, Reason] | None = None
    for line in lines:
        mark = recognise(line.text, anywhere=True)
        if mark is not None:
            reasons[line.start] = mark.reason
        elif announced and announced[0] == line.block and not is_prose(line.text) and recognise(line.text) is None:
            reasons[line.start] = announced[1]
        announced = (line.block, mark.reason) if mark is not None and mark.opens else None
    return reasons


def _removed(text: str, front_matter_end: int, kept: set[int], reasons: Mapping[int, Reason]) -> Iterator[Removed]:
    """All lines of the text that are neither blank nor kept; neighbours with one reason are one run."""
    run: Removed | None = None
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            default = "front matter" if start < front_matter_end else "markup"
            reason = None if start in kept else reasons.get(start, default)
            if run is not None and run.reason != reason:
                yield run
                run = None
            if reason is not None:
                first = run.start if run is not None else start
                run = Removed(start=first, end=end, text=text[first:end], reason=reason)
        start = end + 1
    if run is not None:
        yield run
