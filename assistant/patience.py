"""How long somebody waits for what an endpoint does for them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_of_thread = threading.local()


class Patience:
    """How long somebody waits for what a thread requests.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._over = threading.Event()

    def end(self) -> None:
        """Nobody waits any more."""
        self._over.set()

    def seconds_left(self) -> float:
        """The time that is left, 0 if it is over."""
        return 0.0 if self._over.is_set() else max(0.0, self._end - time.monotonic())

    @contextmanager
    def for_this_thread(self) -> Iterator[None]:
        """All requests of the thread are under it."""
        before = patience_of_thread()
        _of_thread.patience = self
        try:
            yield
        finally:
            _of_thread.patience = before


def patience_of_thread() -> Patience | None:
    """What the requests of this thread are under, None if they may take their time."""
    return getattr(_of_thread, "patience", None)
