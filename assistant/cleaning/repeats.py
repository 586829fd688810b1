"""Finds what a page says a second time, such as the whole article again below its own footer."""

from collections.abc import Sequence

from assistant.cleaning.lines import Line

# A repeat has a line as long as this, and all its lines together are as long as the second figure. Shorter ones are
# refrains, answers like "Yes, of course." or the question that every guest of a round table is asked.
_LONG_LINE_CHARS = 40
_SHORTEST_REPEAT_CHARS = 100


def find_repeats(lines: Sequence[Line]) -> set[int]:
    """Indexes of the lines that repeat earlier ones, word for word and in the same order."""
    keys = [line.text.casefold() for line in lines]
    first: dict[str, int] = {}
    repeats: set[int] = set()
    for i, key in enumerate(keys):
        if i in repeats or len(key) < _LONG_LINE_CHARS:
            continue
        source = first.setdefault(key, i)
        if source < i:
            run = _whole(lines, keys, _run(keys, source, i))
            if sum(len(keys[k]) for k in run) >= _SHORTEST_REPEAT_CHARS:
                repeats.update(run)
    return repeats


def _run(keys: Sequence[str], source: int, i: int) -> range:
    """The longest stretch of lines around `i` that equals the stretch around `source`, without reaching into it."""
    back = 0
    while back < source < i - back - 1 and keys[source - back - 1] == keys[i - back - 1]:
        back += 1
    ahead = 1
    while i + ahead < len(keys) and source + ahead < i - back and keys[source + ahead] == keys[i + ahead]:
        ahead += 1
    return range(i - back, i + ahead)


def _whole(lines: Sequence[Line], keys: Sequence[str], run: range) -> range:
    """A run without short lines at its end whose paragraph or list goes on: they belong to what is new."""
    end = run.stop
    while end < len(lines) and lines[end].block == lines[end - 1].block and len(keys[end - 1]) < _LONG_LINE_CHARS:
        end -= 1
    return range(run.start, end)
