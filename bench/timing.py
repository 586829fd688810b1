"""Times calls and sums them up."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Times:
    """Seconds that one thing took, run after run."""

    seconds: list[float] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many runs."""
        return len(self.seconds)

    @property
    def p50(self) -> float:
        """The median, in seconds."""
        return self.percentile(50)

    @property
    def p95(self) -> float:
        """What 95 of 100 runs stay below, in seconds."""
        return self.percentile(95)

    def percentile(self, percent: float) -> float:
        """Linear between neighbours.

        Raises:
            ValueError: nothing was timed.
        """
        if not self.seconds:
            message = "nothing was timed"
            raise ValueError(message)
        return float(np.percentile(self.seconds, percent))

    def milliseconds(self) -> str:
        """Median and 95th percentile, as a table shows them."""
        return f"{self.p50 * 1000:.1f} / {self.p95 * 1000:.1f}"

    @contextmanager
    def run(self) -> Iterator[None]:
        """Times the block and adds it."""
        start = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - start)


def repeat(times: int, call: Callable[[], object]) -> Times:
    """Calls again and again."""
    taken = Times()
    for _ in range(times):
        with taken.run():
            call()
    return taken


def in_turn(calls: Mapping[str, Callable[[], object]], times: Mapping[str, Times], turn: int) -> None:
    """Times each call once.

    Whatever else the machine does falls on all of them alike, and so does coming first, when the caches are cold.

    Args:
        calls: by name.
        times: what is added to, by the same names.
        turn: another call comes first each turn.
    """
    names = list(calls)
    first = turn % len(names)
    for name in (*names[first:], *names[:first]):
        with times[name].run():
            calls[name]()
