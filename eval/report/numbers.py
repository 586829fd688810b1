"""How numbers and times are written, the same in every report."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

from eval.metrics.bootstrap import Estimate
from eval.summary import Figure

# Figures that count something; all others are shares of one.
COUNTS = frozenset({"words", "prompt tokens", "completion tokens"})
# Figures in a currency, which is that of the prices that were set.
MONEY = frozenset({"cost"})
UNKNOWN = "–"


def number(figure: Figure, value: float) -> str:
    """A value of a figure: .964 for a share, 26.4 for a count, 0.0012 for money, a dash for what is not known."""
    return score(figure.name, value)


def score(name: str, value: float) -> str:
    """The same for the score of one case."""
    if math.isnan(value):
        return UNKNOWN
    if name in MONEY:
        return money(value)
    return f"{value:.1f}" if name in COUNTS else share(value)


def is_share(name: str) -> bool:
    """Whether a figure is a share of one, so that it can be drawn beside others."""
    return name not in COUNTS | MONEY


def money(value: float) -> str:
    """An amount to the hundredth or, if it is less than one, to its second digit that is not zero: 1.25, 0.00031."""
    digits = 2 if not value else max(2, 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


def share(value: float) -> str:
    """A share of one: .964 or 1.000."""
    shown = f"{value:.3f}"
    if not float(shown):
        # Nothing has no sign.
        return ".000"
    return shown.replace("0.", ".", 1) if shown.startswith(("0.", "-0.")) else shown


def change(figure: Figure, value: float) -> str:
    """A difference of a figure, with its sign."""
    shown = number(figure, value)
    return shown if shown == UNKNOWN or shown.startswith("-") or not float(shown) else f"+{shown}"


def interval(figure: Figure, estimate: Estimate) -> str:
    """The 95% interval: [.715, .817]."""
    return f"[{number(figure, estimate.low)}, {number(figure, estimate.high)}]"


def brief_interval(estimate: Estimate) -> str:
    """The 95% interval of a share over few cases, where a third digit would say nothing: [.72–.82], [.85–1]."""
    return f"[{_brief(estimate.low)}–{_brief(estimate.high)}]"


def _brief(value: float) -> str:
    shown = f"{value:.2f}"
    return {"0.00": "0", "1.00": "1"}.get(shown, shown.removeprefix("0"))


def changed_interval(figure: Figure, estimate: Estimate) -> str:
    """The 95% interval of a difference: [-.010, +.030]."""
    return f"[{change(figure, estimate.low)}, {change(figure, estimate.high)}]"


def duration(seconds: float) -> str:
    """A time as it is read: 23.1 ms, 1.25 s."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def day(when: date) -> str:
    """A date as English news writes it: 5 March 2024."""
    return f"{when.day} {when:%B} {when.year}"


def moment(when: datetime) -> str:
    """A date and time in UTC, wherever it was written down."""
    there = when.astimezone(UTC)
    return f"{day(there)}, {there:%H:%M} UTC"


def count(items: int, noun: str) -> str:
    """A count with its noun: 1 case, 2 cases."""
    return f"{items:,} {noun}{'' if items == 1 else 's'}"


def splits(names: Iterable[str]) -> str:
    """How many cases there are of each split: 115 dev, 131 test."""
    return ", ".join(f"{cases} {name}" for name, cases in sorted(Counter(names).items()))
