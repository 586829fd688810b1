"""Several calls at a time, for work that is mostly waiting."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# How long the calls under way are waited for once one has failed.
GRACE_SECONDS = 10.0


def side_by_side(
    call: Callable[[Item], Result], items: Sequence[Item], most: int
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with the result of its call, as they come.

    Once a call has failed, no further one begins; what those under way bring within `GRACE_SECONDS` still comes before
    the failure is raised. Once whoever reads is interrupted or closes the generator, none is waited for: the threads do
    not keep the program from ending, as those of a pool would.

    Args:
        call: made by another thread, unless there is one at a time.
        items: one call each.
        most: calls at a time.

    Raises:
        Exception: what the first call that failed has raised.
    """
    if len(items) <= 1 or most == 1:
        for item in items:
            yield item, call(item)
        return
    over = threading.Event()
    waiting: queue.SimpleQueue[Item] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Item, Result] | BaseException | None] = queue.SimpleQueue()
    for item in items:
        waiting.put(item)

    def work() -> None:
        while not over.is_set():
            try:
                item = waiting.get_nowait()
            except queue.Empty:
                break
            try:
                done.put((item, call(item)))
            except BaseException as error:  # noqa: BLE001 - it is raised where it can be dealt with
                over.set()
                done.put(error)
        done.put(None)

    threads = min(most, len(items))
    try:
        for number in range(threads):
            threading.Thread(target=work, name=f"side by side {number}", daemon=True).start()
        yield from _results(done, threads)
    finally:
        over.set()


def _results(
    done: "queue.SimpleQueue[tuple[Item, Result] | BaseException | None]", threads: int
) -> Generator[tuple[Item, Result], None, None]:
    """What so many threads bring until each has said None, or the grace after a failure is over."""
    failure, end = None, 0.0
    while threads:
        try:
            outcome = done.get(timeout=max(0.0, end - time.monotonic()) if failure else None)
        except queue.Empty:
            break
        if outcome is None:
            threads -= 1
        elif not isinstance(outcome, BaseException):
            yield outcome
        elif not failure:
            failure, end = outcome, time.monotonic() + GRACE_SECONDS
    if failure:
        raise failure
