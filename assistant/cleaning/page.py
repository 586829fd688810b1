"""A page as lines, and what each line can be."""

from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

from assistant.cleaning.furniture import BULLETS, MENU, Mark, recognise
from assistant.cleaning.imprint import Imprint, is_label, read_citation, read_copyright, read_imprint
from assistant.cleaning.lines import Line, is_prose
from assistant.languages import words

IMPRINT = Mark("imprint", "edge")
# Imprints stand within so many lines of either end, and headlines within the second number of the beginning.
_IMPRINT_LINES = 25
_HEADLINE_LINES = 6
# A run of so many lines that are links and nothing else is a menu, or a list of other pages.
_SHORTEST_LINK_RUN = 3


class Page:
    """The lines of a page, without those that are furniture wherever they stand.

    Prose is what is running text and carries no mark. What is above the first line of it is the page's head, what is
    below the last one its tail; a page without any prose is both from end to end.
    """

    def __init__(self, lines: Sequence[Line], title: str | None = None, language: str | None = None) -> None:
        self.lines = lines
        self.imprints: dict[int, Imprint] = {}
        self._title = key(title or "")
        self._language = language
        self._marks: dict[int, Mark | None] = {}

    def mark(self, i: int) -> Mark | None:
        """What the line can be taken for, if it stands where such a line belongs."""
        if i not in self._marks:
            self._marks[i] = self._recognise(i)
        return self._marks[i]

    def is_title(self, i: int) -> bool:
        """Whether the line is the headline as known from elsewhere."""
        return bool(self._title) and key(self.lines[i].text) == self._title

    @cached_property
    def prose(self) -> range:
        """From the first line of prose to the last; empty where there is none."""
        first = next((i for i in range(len(self.lines)) if self._is_prose(i)), None)
        if first is None:
            return range(0)
        return range(first, next(i for i in reversed(range(len(self.lines))) if self._is_prose(i)) + 1)

    @property
    def head(self) -> range:
        """The lines above the prose."""
        return range(self.prose.start if self.prose else len(self.lines))

    @property
    def tail(self) -> range:
        """The lines below the prose."""
        return range(self.prose.stop, len(self.lines))

    def _is_prose(self, i: int) -> bool:
        return is_prose(self.lines[i].text) and self.mark(i) is None

    def _recognise(self, i: int) -> Mark | None:
        text = self.lines[i].text
        if i in self._listed or self.is_title(i):
            return None
        if text.startswith(tuple(BULLETS)) and any(self.mark(k) is None for k in range(i)):
            # Menus are bulleted lists too, but only on top of a page is a list nothing else.
            return None
        if i in self._link_runs:
            return MENU
        mark = recognise(text)
        imprint = self._read_imprint(i)
        if imprint is None and mark is not None:
            imprint = Imprint(publisher=read_copyright(text))
        if imprint is not None:
            self.imprints[i] = imprint
        return mark or (IMPRINT if imprint is not None else None)

    def _read_imprint(self, i: int) -> Imprint | None:
        text = self.lines[i].text
        if _IMPRINT_LINES <= i < len(self.lines) - _IMPRINT_LINES:
            return None
        if is_label(text):
            below = self._below_label(i + 1)
            return Imprint() if below is not None else None
        imprint = self._below_label(i)
        if imprint is None:
            imprint = read_imprint(text, self._language)
        return imprint if imprint is not None else read_citation(text, self._titles, self._language)

    def _below_label(self, i: int) -> Imprint | None:
        """What a line says together with the label above it: "Published" and "30 January 2024"."""
        if not 0 < i < len(self.lines) or not is_label(self.lines[i - 1].text):
            return None
        return read_imprint(f"{self.lines[i - 1].text.rstrip(' :')}: {self.lines[i].text}", self._language)

    @cached_property
    def _titles(self) -> frozenset[str]:
        """Everything the page may be called."""
        return frozenset({self._title} | {key(line.text) for line in self.lines[:_HEADLINE_LINES]}) - {""}

    @cached_property
    def _listed(self) -> frozenset[int]:
        """Lines that a line ending in a colon announces: the rest of its block, or the next one."""
        listed: set[int] = set()
        block = -1
        for i, line in enumerate(self.lines):
            if line.block == block:
                listed.add(i)
            elif line.text.endswith(":") and recognise(line.text) is None:
                following = self.lines[i + 1 : i + 2]
                block = following[0].block if following else -1
        return frozenset(listed)

    @cached_property
    def _link_runs(self) -> frozenset[int]:
        """Lines of runs that consist of links."""
        runs = [list(run) for link, run in groupby(range(len(self.lines)), lambda i: self.lines[i].link) if link]
        return frozenset(i for run in runs if len(run) >= _SHORTEST_LINK_RUN for i in run)


def key(text: str) -> str:
    """A line as it is compared with others: its folded words."""
    return " ".join(words(text))
