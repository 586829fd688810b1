"""A run, or two of them, as tables: in Markdown for files and comments, and styled for a terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from eval.metrics.bootstrap import Estimate
from eval.public.measured import Measured
from eval.report import numbers
from eval.report.words import (
    HEADLINES,
    flips,
    judgement,
    judging,
    recipe_changes,
    recipe_lines,
    scope,
    separation,
    setup_lines,
    shortened,
    side_by_side,
    spending,
    unmatched,
)
from eval.suite import Run
from eval.summary import by_type, compare, shared, stages, summarise

if TYPE_CHECKING:
    from rich.console import RenderableType

# Of a public data set, so many columns with their intervals fit a terminal of 80.
COLUMNS: Final = 3
# A longer word of a heading is broken before the numbers below it have to be.
LONGEST_WORD: Final = 12
# Whatever GitHub reads as more than a character.
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>#|~$]")
# An answer's own escape sequences must not reach the terminal.
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class _Table:
    """A table before it is written.

    Attributes:
        title: what stands above it.
        headings: of its columns.
        rows: a text for each column.
        words: how many columns, from the left, hold words, which may be anyone's; the others hold our own numbers.
        note: what stands below it.
        narrow: whether intervals stand below their means in a terminal, where they would not fit beside them.
    """

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    words: int = 1
    note: str = ""
    narrow: bool = False


def markdown(run: Run) -> str:
    """A run's figures with their intervals, the headlines by type of question, the times, and the recipe."""
    return _markdown(_about(run), [*_tables(run), _times(run)], recipe_lines(run.recipe))


def markdown_figures(run: Run) -> str:
    """The tables of what does not depend on the machine, for a page that says the rest."""
    return _markdown([], _tables(run), [])


def terminal(run: Run) -> "RenderableType":
    """The same for rich to print."""
    return _terminal(_about(run), [*_tables(run), _times(run)], recipe_lines(run.recipe))


def markdown_comparison(before: Run, after: Run) -> str:
    """How each figure changed over the cases that both runs share, and the cases that came out otherwise.

    Raises:
        ValueError: they share no case.
    """
    return _markdown(_compared(before, after), _changes(before, after), recipe_changes(before.recipe, after.recipe))


def terminal_comparison(before: Run, after: Run) -> "RenderableType":
    """The same for rich to print.

    Raises:
        ValueError: they share no case.
    """
    return _terminal(_compared(before, after), _changes(before, after), recipe_changes(before.recipe, after.recipe))


def markdown_public(measured: Measured) -> str:
    """The figures of a public data set with their intervals, a column each, and what they were made with."""
    table = _public_table(measured, list(measured.figures))
    # The columns are called by names of files.
    table = replace(table, headings=tuple(map(_escaped, table.headings)))
    return _markdown(_about_public(measured), [table], _made(measured))


def terminal_public(measured: Measured) -> "RenderableType":
    """The same for rich to print, a table for every few columns."""
    names = list(measured.figures)
    parts = [names[start : start + COLUMNS] for start in range(0, len(names), COLUMNS)]
    return _terminal(_about_public(measured), [_public_table(measured, part) for part in parts], _made(measured))


def _about(run: Run) -> list[str]:
    return [scope(run), *filter(None, (judging(run), spending(run)))]


def _about_public(measured: Measured) -> list[str]:
    return [f"{measured.shape}: {', '.join(measured.files)}, measured {numbers.moment(measured.created)}"]


def _made(measured: Measured) -> list[str]:
    return [*setup_lines(measured.setup), *(f"{name}: sha256 {digest}" for name, digest in measured.files.items())]


def _public_table(measured: Measured, columns: Sequence[str]) -> _Table:
    figures = [measured.figures[name] for name in columns]
    rows = [(name, *_public_row(name, [column[name] for column in figures])) for name in figures[0]]
    return _Table("Figures, mean [95% interval]", ("figure", *columns, "n"), rows, narrow=True)


def _public_row(name: str, found: Sequence[Estimate]) -> Iterator[str]:
    for one in found:
        mean, low, high = (numbers.score(name, value) for value in (one.mean, one.low, one.high))
        yield f"{mean} [{low}, {high}]"
    yield "/".join(dict.fromkeys(str(one.n) for one in found))


def _tables(run: Run) -> Iterator[_Table]:
    headings = ("figure", "mean [95% interval]", "n")
    yield _Table("Figures", headings, list(_figure_rows(run)), note=separation(run) or "")
    title = "By type of question, with 95% intervals"
    yield _Table(title, ("type", "n", *HEADLINES), list(_type_rows(run)), narrow=True)


def _times(run: Run) -> _Table:
    rows = [
        (name, numbers.duration(median), numbers.duration(slow)) for name, (median, slow) in stages(run.results).items()
    ]
    return _Table("Time", ("stage", "median", "95th percentile"), rows)


def _figure_rows(run: Run) -> Iterator[tuple[str, ...]]:
    for figure, found in summarise(run.results).items():
        mean = f"{numbers.number(figure, found.mean)} {numbers.interval(figure, found)}"
        yield figure.name, mean, str(found.n)


def _type_rows(run: Run) -> Iterator[tuple[str, ...]]:
    for kind, results in by_type(run.results).items():
        means = {
            figure.name: f"{numbers.number(figure, found.mean)} {numbers.brief_interval(found)}"
            for figure, found in summarise(results).items()
            if figure.name in HEADLINES
        }
        yield kind, str(len(results)), *(means.get(name, "") for name in HEADLINES)


def _compared(before: Run, after: Run) -> list[str]:
    pairs = shared(before, after)
    parts = numbers.splits(new.case.split for _, new in pairs)
    left_out = unmatched(before, after)
    return [
        f"{numbers.count(len(pairs), 'case')} ({parts}) in both runs",
        *([left_out] if left_out else []),
        f"before: {numbers.moment(before.created)}; after: {numbers.moment(after.created)}",
        "A change is called better or worse where its 95% interval is clear of zero.",
    ]


def _changes(before: Run, after: Run) -> Iterator[_Table]:
    headings = ("figure", "before", "after", "difference [95% interval]", "n", "")
    yield _Table("Changes", headings, list(_change_rows(before, after)))
    flipped = flips(before, after)
    lost = sum(flip.outcome == "lost" for flip in flipped)
    rows = [(f.outcome, f.after.case.id, shortened(f.after.case.question), *side_by_side(f)) for f in flipped]
    title = f"{numbers.count(len(rows), 'case')} flipped: {lost} lost, {len(rows) - lost} won"
    yield _Table(title, ("", "case", "question", "answer before", "answer after"), rows, words=5)


def _change_rows(before: Run, after: Run) -> Iterator[tuple[str, ...]]:
    for change in compare(before, after):
        figure, found = change.figure, change.difference
        yield (
            figure.name,
            numbers.number(figure, change.before.mean),
            numbers.number(figure, change.after.mean),
            f"{numbers.change(figure, found.mean)} {numbers.changed_interval(figure, found)}",
            str(found.n),
            judgement(change),
        )


def _markdown(intro: Iterable[str], tables: Iterable[_Table], notes: Iterable[str]) -> str:
    blocks = ["  \n".join(map(_escaped, intro))]
    for table in tables:
        blocks.append(f"### {_escaped(table.title)}")
        blocks += [_markdown_table(table)] if table.rows else []
        blocks += [_escaped(table.note)] if table.note else []
    listed = "\n".join(f"- {_escaped(note)}" for note in notes)
    blocks += ["### Recipe", listed] if listed else []
    return "\n\n".join(blocks) + "\n"


def _markdown_table(table: _Table) -> str:
    rule = [":--" if place < table.words else "--:" for place in range(len(table.headings))]
    rows = [[*map(_escaped, row[: table.words]), *row[table.words :]] for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (table.headings, rule, *rows))


def _escaped(text: str) -> str:
    line = " ".join(text.split()).replace("&", "&amp;")
    return _MARKUP.sub(r"\\\g<0>", line)


def _terminal(intro: Iterable[str], tables: Iterable[_Table], notes: Iterable[str]) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = [Text(_harmless(line)) for line in intro]
    for table in tables:
        parts.append(Text(f"\n{_harmless(table.title)}", style="bold"))
        parts += [_terminal_table(table)] if table.rows else []
        parts += [Text(_harmless(table.note), style="dim")] if table.note else []
    lines = [Text(_harmless(note), style="dim") for note in notes]
    return Group(*parts, *([Text("\nRecipe", style="bold"), *lines] if lines else []))


def _terminal_table(table: _Table) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    styled = Table(box=None, pad_edge=False, collapse_padding=table.narrow, header_style="dim")
    rows = [[_harmless(cell) for cell in row] for row in table.rows]
    if table.narrow:
        rows = [[row[0], *(cell.replace(" [", "\n[") for cell in row[1:])] for row in rows]
    for place, heading in enumerate(map(_harmless, table.headings)):
        of_words = place < table.words
        # A narrow table's numbers keep their room, and what its rows are called by is folded if need be.
        width = None if of_words or not table.narrow else _width(heading, [row[place] for row in rows])
        styled.add_column(Text(heading), justify="left" if of_words else "right", width=width, overflow="fold")
    styled.columns[0].no_wrap = not table.narrow
    for row in rows:
        # As texts, so that square brackets are not read as styles.
        styled.add_row(*map(Text, row))
    return styled


def _width(heading: str, cells: Iterable[str]) -> int:
    """What a column of numbers needs if its heading is broken between words, and a long word within."""
    words = [min(len(word), LONGEST_WORD) for word in heading.split()]
    return max([*words, *(len(line) for cell in cells for line in cell.splitlines())], default=1)


def _harmless(text: str) -> str:
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
