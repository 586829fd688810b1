"""What the bench reports: tables, for a terminal and for a Markdown page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.table import Table as RichTable

# What stands above this line in a page is written by hand and stays.
MARKER = "<!-- measured: everything below is written by the bench -->"
_HEADING = "## "
_SECTION = re.compile(rf"^(?={_HEADING})", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """Figures of one section.

    Attributes:
        title: what was measured.
        columns: the heads, the first one of the row names.
        note: how it was measured, in whole sentences.
        rows: cells as text, each as long as `columns`.
    """

    title: str
    columns: Sequence[str]
    note: str = ""
    rows: list[Sequence[str]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Adds a row.

        Raises:
            ValueError: it does not fit the columns.
        """
        if len(cells) != len(self.columns):
            message = f"{len(cells)} cells for {len(self.columns)} columns"
            raise ValueError(message)
        self.rows.append(cells)

    def rich(self) -> RichTable:
        """For a terminal."""
        table = RichTable(title=self.title, caption=self.note, title_justify="left", caption_justify="left")
        for position, column in enumerate(self.columns):
            table.add_column(column, justify="right" if position else "left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """A section of a page."""
        rule = ["---", *("---:" for _ in self.columns[1:])]
        lines = [_line(cells) for cells in (self.columns, rule, *self.rows)]
        return "\n".join([f"{_HEADING}{self.title}", "", *lines, "", self.note])


def write_markdown(path: Path, tables: Iterable[Table], machine: str) -> None:
    """Writes a page, or renews the sections of one that is there; those of other tables stay as they are.

    Args:
        path: the page.
        tables: its sections.
        machine: what they were measured on, one line.
    """
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    above, _, below = page.partition(MARKER)
    sections = {_title(section): section for section in _SECTION.split(below) if section.startswith(_HEADING)}
    sections |= {table.title: f"{table.markdown()}\n\n{machine}" for table in tables}
    written = (section.strip() for section in (above, MARKER, *sections.values()))
    path.write_text("\n\n".join(filter(None, written)) + "\n", encoding="utf-8")


def _title(section: str) -> str:
    return section.partition("\n")[0].removeprefix(_HEADING)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
