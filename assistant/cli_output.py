"""What the `assistant` command writes: records as text, for a terminal or for a pipe.

A terminal gets styles and lines that fit its width. Everything else gets plain lines, never wrapped, so that other
programs can work on them.
"""

import re
from collections.abc import Sequence
from typing import Protocol, TextIO

from assistant.characters import excerpt, without_controls
from assistant.languages import distinct
from assistant.records import Answer, Article, Citation, Passage, Removed, Source, SyncReport

INDENT = 4
# A bracketed number of an article's own.
_BRACKETED_NUMBER = re.compile(r"\\\[\d+\\\]")
# Bold marks, and the backslashes that CommonMark takes away.
_MARKDOWN = re.compile(r"\*\*|\\([!-/:-@\[-`{-~])")
_SUPPORT_WORDS = {"supported": "", "partial": " (supports it in part)", "unsupported": " (does not support it)"}


class Writer(Protocol):
    """Where the command's output goes."""

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """Writes a line, or several if the text has several. `style` is rich's, such as "bold"."""
        ...

    def markdown(self, text: str) -> None:
        """Writes Markdown for a reader."""
        ...

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Writes one line per row, or more where a terminal is too narrow; the first column is never cut."""
        ...


class PlainWriter:
    """Unwrapped lines without styles; tables are separated by tabs and have no headings."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:  # noqa: ARG002 - the terminal's business
        """See `Writer`."""
        for words in without_controls(text).split("\n"):
            self._file.write(f"{' ' * indent}{words}".rstrip() + "\n")

    def markdown(self, text: str) -> None:
        """See `Writer`."""
        self.line(_MARKDOWN.sub(lambda match: match[1] or "", _with_unlike_markers(text)))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:  # noqa: ARG002 - as above
        """See `Writer`."""
        for row in rows:
            self._file.write("\t".join(re.sub(r"\s", " ", without_controls(cell)) for cell in row) + "\n")


class TerminalWriter:
    """Styled text as wide as the terminal; colours stay away where NO_COLOR asks for it."""

    def __init__(self, file: TextIO) -> None:
        from rich.console import Console
        from rich.theme import Theme

        # Quotations are most of an answer: in a colour of their own they would be hard to read.
        theme = Theme({"markdown.block_quote": "none"})
        self._console = Console(file=file, theme=theme, highlight=False, markup=False, emoji=False)

    def line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """See `Writer`."""
        from rich.padding import Padding
        from rich.text import Text

        words = Text(without_controls(text), style)
        # A padded text is filled up with blanks at the end of each line.
        self._console.print(Padding(words, (0, 0, 0, indent), expand=False) if indent else words)

    def markdown(self, text: str) -> None:
        """See `Writer`."""
        from rich.markdown import Markdown

        self._console.print(Markdown(_with_unlike_markers(without_controls(text)), hyperlinks=False))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """See `Writer`."""
        from rich.table import Table

        table = Table(*headings, box=None, pad_edge=False, header_style="bold")
        # What a row is called by has to be readable in full.
        table.columns[0].no_wrap = True
        for row in rows:
            table.add_row(*map(without_controls, row))
        self._console.print(table)


def writer(file: TextIO) -> Writer:
    """The writer that suits a file."""
    return TerminalWriter(file) if file.isatty() else PlainWriter(file)


def write_answer(answer: Answer, out: Writer) -> None:
    """The answer's text, then its numbered sources; after a refusal the passages that came nearest."""
    out.markdown(answer.text)
    if answer.citations:
        out.line("\nSources", "bold")
    for citation in answer.citations:
        _write_citation(citation, out)
    if answer.refused and answer.passages:
        out.line("\nNearest passages", "bold")
        for passage in answer.passages:
            _write_passage(passage, out)
    for notice in answer.notices:
        out.line(f"\n{notice}", "italic")


def write_articles(articles: Sequence[Source], out: Writer) -> None:
    """One row per article."""
    rows = [(a.id, _day(a), a.publisher or "", a.language or "", a.title or "") for a in articles]
    out.table(("id", "published", "publisher", "language", "title"), rows)


def write_article(article: Article, out: Writer) -> None:
    """Everything known about an article, then its cleaned text."""
    for name, value in article.source().model_dump(mode="json", exclude_none=True).items():
        out.line(f"{name}: {value}", "dim")
    out.line(f"\n{article.text}")


def write_removed(decoded: str, removed: Sequence[Removed], out: Writer) -> None:
    """Each run that cleaning left out, with its reason and the line of the decoded file it begins in."""
    for run in removed:
        # A run may begin with the line end before its words.
        begin = run.start + len(run.text) - len(run.text.lstrip())
        line = decoded.count("\n", 0, begin) + 1
        out.line(f"line {line}: {run.reason}", "bold")
        out.line(run.text.strip(), indent=INDENT)


def write_sync(report: SyncReport, out: Writer) -> None:
    """One line per file that changed or was left out, then the sums."""
    for what in ("added", "updated", "removed"):
        for article_id in getattr(report, what):
            out.line(f"{what} {article_id}")
    for skipped in report.skipped:
        out.line(f"skipped {skipped.path}: {skipped.reason}")
    for note in report.notes:
        out.line(note, "italic")
    out.line(sync_sums(report), "bold")


def sync_sums(report: SyncReport) -> str:
    """What a sync did, in numbers."""
    counts = {name: len(getattr(report, name)) for name in ("added", "updated", "removed", "unchanged", "skipped")}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no articles"


def source_words(source: Source) -> str:
    """Outlet, people, date and headline as far as they are known, else the id."""
    names = distinct(source.publisher, source.speaker, source.author)
    facts = ", ".join(fact for fact in (*names, _day(source)) if fact)
    return ": ".join(part for part in (facts, source.title) if part) or source.id


def _write_citation(citation: Citation, out: Writer) -> None:
    out.line(f"[{citation.number}] {source_words(citation.source)}{_SUPPORT_WORDS[citation.support]}")
    _write_place(citation, out)


def _write_passage(passage: Passage, out: Writer) -> None:
    out.line(f"- {source_words(passage.source)}")
    _write_place(passage, out)
    out.line(excerpt(passage.text), indent=INDENT)


def _write_place(found: Citation | Passage, out: Writer) -> None:
    out.line(f"{found.source.id}, characters {found.start}–{found.end}", "dim", INDENT)


def _day(source: Source) -> str:
    return source.published.isoformat() if source.published else ""


def _with_unlike_markers(markdown: str) -> str:
    """Gives an article's own `[1]` a backslash to be seen, so that nobody takes it for one of the answer's markers."""
    return _BRACKETED_NUMBER.sub(r"\\\\\g<0>", markdown)
