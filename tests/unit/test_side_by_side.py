"""Calls that run side by side: their order, their number, and their end."""

import signal
import threading
import time

import pytest

from assistant.models.side_by_side import side_by_side
from assistant.patience import Patience, patience_of_thread

LONG = 60


@pytest.mark.parametrize("most", [1, 3, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_results_come_in_the_order_of_their_items(count: int, most: int) -> None:
    def slower_at_first(item: int) -> str:
        time.sleep(0.002 * (count - item))
        return str(item)

    assert side_by_side(slower_at_first, range(count), most) == [str(item) for item in range(count)]


def test_as_many_calls_as_allowed_run_together_and_no_more() -> None:
    together = threading.Barrier(4)
    running: list[int] = []
    most: list[int] = []

    def call(item: int) -> None:
        running.append(item)
        together.wait(LONG)
        most.append(len(running))
        together.wait(LONG)
        running.remove(item)

    side_by_side(call, range(12), 4)
    assert set(most) == {4}


def test_after_a_failure_no_further_call_begins() -> None:
    called: list[int] = []
    failed = threading.Event()

    def call(item: int) -> None:
        called.append(item)
        if item == 1:
            failed.set()
            raise LookupError(item)
        failed.wait(LONG)
        time.sleep(0.2)

    with pytest.raises(LookupError, match="1"):
        side_by_side(call, range(20), 2)
    time.sleep(0.4)
    assert sorted(called) == [0, 1]


def test_whoever_waits_can_be_interrupted() -> None:
    called: list[int] = []
    end = threading.Event()

    def call(item: int) -> None:
        called.append(item)
        if item == 0:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        end.wait(LONG)

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        side_by_side(call, range(20), 2)
    assert time.monotonic() - start < LONG / 2
    end.set()
    time.sleep(0.2)
    assert len(called) <= 2


def test_the_calls_are_under_the_patience_of_whoever_waits() -> None:
    patience = Patience(LONG)
    with patience.for_this_thread():
        assert side_by_side(lambda _: patience_of_thread(), range(3), 3) == [patience] * 3
    assert side_by_side(lambda _: patience_of_thread(), range(3), 3) == [None] * 3
