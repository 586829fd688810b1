"""Calls that run side by side: their results, their number, and their end."""

import signal
import threading
import time
from contextlib import closing

import pytest

from assistant.index import side_by_side as module
from assistant.index.side_by_side import side_by_side

LONG = 60


@pytest.mark.parametrize("most", [1, 3, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_each_item_comes_with_its_result(count: int, most: int) -> None:
    assert sorted(side_by_side(str, range(count), most)) == [(item, str(item)) for item in range(count)]


def test_a_result_comes_as_soon_as_its_call_has_ended() -> None:
    first_was_read = threading.Event()

    def call(item: int) -> int:
        if item == 0:
            assert first_was_read.wait(LONG)
        return item

    with closing(side_by_side(call, range(2), 2)) as results:
        assert next(results) == (1, 1)
        first_was_read.set()
        assert list(results) == [(0, 0)]


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

    assert len(list(side_by_side(call, range(12), 4))) == 12
    assert set(most) == {4}


def test_a_call_that_ends_its_thread_does_not_keep_the_others_waiting() -> None:
    def call(item: int) -> int:
        if item:
            raise SystemExit(item)
        return item

    with pytest.raises(SystemExit):
        list(side_by_side(call, range(2), 2))


class Failing:
    """Fails for item 1 once two others are under way, which end so many seconds later."""

    def __init__(self, seconds: float) -> None:
        self.called: list[int] = []
        self.all_here = threading.Barrier(3)
        self.seconds = seconds

    def __call__(self, item: int) -> int:
        self.called.append(item)
        self.all_here.wait(LONG)
        if item == 1:
            raise LookupError(item)
        time.sleep(self.seconds)
        return item


def test_after_a_failure_no_further_call_begins_and_those_under_way_bring_their_results() -> None:
    call, results = Failing(0.2), []
    with pytest.raises(LookupError, match="1"):  # noqa: PT012 - what came before it is looked at, too
        for result in side_by_side(call, range(20), 3):
            results.append(result)  # noqa: PERF402 - a failing `extend` would keep nothing
    assert sorted(call.called) == [0, 1, 2]
    assert sorted(results) == [(0, 0), (2, 2)]


def test_after_a_failure_calls_without_end_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)
    start = time.monotonic()
    with pytest.raises(LookupError, match="1"):
        list(side_by_side(Failing(5), range(20), 3))
    assert time.monotonic() - start < 4


def test_of_several_failures_the_first_is_raised() -> None:
    def call(item: int) -> None:
        time.sleep(0.2 * item)
        raise LookupError(item)

    with pytest.raises(LookupError, match="0"):
        list(side_by_side(call, range(3), 3))


def test_whoever_reads_no_further_ends_the_calls() -> None:
    called: list[int] = []

    def call(item: int) -> None:
        called.append(item)
        time.sleep(0.05)

    with closing(side_by_side(call, range(100), 2)) as results:
        next(results)
    time.sleep(0.3)
    assert len(called) < 10


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
        list(side_by_side(call, range(20), 2))
    assert time.monotonic() - start < LONG / 2
    end.set()
    time.sleep(0.2)
    assert len(called) <= 2
