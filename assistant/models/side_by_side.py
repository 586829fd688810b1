"""Several calls at a time, for work that is mostly waiting."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TypeVar

from assistant.patience import patience_of_thread

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(call: Callable[[Item], Result], items: Sequence[Item], most: int) -> list[Result]:
    """The result for each item, in their order.

    As soon as one call fails, or whoever waits is interrupted, no further one begins. Those under way are not waited
    for, and their threads do not keep the program from ending, as those of a pool would.

    Args:
        call: whose requests are under the patience of the thread that waits.
        items: one call each.
        most: calls at a time.

    Raises:
        Exception: what the first call that failed has raised.
    """
    if len(items) <= 1 or most == 1:
        return [call(item) for item in items]
    patience, over = patience_of_thread(), threading.Event()
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Result] | Exception] = queue.SimpleQueue()
    for place in range(len(items)):
        waiting.put(place)

    def work() -> None:
        with patience.for_this_thread() if patience else nullcontext():
            while not over.is_set():
                try:
                    place = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    done.put((place, call(items[place])))
                except Exception as error:  # noqa: BLE001 - it is raised where it can be dealt with
                    over.set()
                    done.put(error)

    try:
        for number in range(min(most, len(items))):
            threading.Thread(target=work, name=f"side by side {number}", daemon=True).start()
        return _in_order(done, len(items))
    finally:
        over.set()


def _in_order(done: "queue.SimpleQueue[tuple[int, Result] | Exception]", count: int) -> list[Result]:
    found: dict[int, Result] = {}
    while len(found) < count:
        ended = done.get()
        if isinstance(ended, Exception):
            raise ended
        found[ended[0]] = ended[1]
    return [found[place] for place in range(count)]
