"""A run, or two of them, as tables: in Markdown for files and comments, and styled for a terminal."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eval.report import numbers
from eval.report.words import (
    HEADLINES,
    flips,
    judgement,
    judging,
    recipe_changes,
    recipe_lines,
    scope,
    shortened,
    side_by_side,
    unmatched,
)
from eval.suite import Run
from eval.summary import by_type, compare, shared, stages, summarise

if TYPE_CHECKING:
    from rich.console import RenderableType

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
    """

    title: str
    headings: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    words: int = 1


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


def _about(run: Run) -> list[str]:
    judged = judging(run)
    return [scope(run), judged] if judged else [scope(run)]


def _tables(run: Run) -> Iterator[_Table]:
    yield _Table("Figures", ("figure", "mean [95% interval]", "n"), list(_figure_rows(run)))
    yield _Table("By type of question, with 95% intervals", ("type", "n", *HEADLINES), list(_type_rows(run)))


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
    lines = [Text(_harmless(note), style="dim") for note in notes]
    return Group(*parts, *([Text("\nRecipe", style="bold"), *lines] if lines else []))


def _terminal_table(table: _Table) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    styled = Table(box=None, pad_edge=False, header_style="dim")
    for place, heading in enumerate(table.headings):
        styled.add_column(heading, justify="left" if place < table.words else "right")
    # What a row is called by has to be readable in full.
    styled.columns[0].no_wrap = True
    for row in table.rows:
        # As texts, so that square brackets are not read as styles.
        styled.add_row(*(Text(_harmless(cell)) for cell in row))
    return styled


def _harmless(text: str) -> str:
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
