"""Events that are read so that whoever reads them can stop in the middle of a silence."""

import threading
from collections.abc import Iterator

import pytest

from assistant.records import AnswerDelta
from assistant.ui import asking
from assistant.ui.asking import Event, _interruptible


def test_events_come_in_order_and_end() -> None:
    events: list[Event] = [AnswerDelta(text=letter) for letter in "abc"]
    assert [event for event in _interruptible(iter(events)) if event] == events


def test_a_silence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SILENCE_SECONDS", 0.01)
    spoken = threading.Event()

    def silent() -> Iterator[Event]:
        spoken.wait(10)
        yield AnswerDelta(text="at last")

    events = _interruptible(silent())
    assert next(events) is None
    spoken.set()
    assert [event for event in events if event] == [AnswerDelta(text="at last")]


def test_a_failure_is_raised_where_the_events_are_read() -> None:
    def failing() -> Iterator[Event]:
        yield AnswerDelta(text="a")
        message = "broken"
        raise OSError(message)

    events = _interruptible(failing())
    assert next(events) == AnswerDelta(text="a")
    with pytest.raises(OSError, match="broken"):
        list(events)


def test_who_stops_reading_ends_the_work_with_its_next_event() -> None:
    left, ended = threading.Event(), threading.Event()

    def endless() -> Iterator[Event]:
        try:
            yield AnswerDelta(text="a")
            left.wait(10)
            while True:
                yield AnswerDelta(text="b")
        finally:
            ended.set()

    events = _interruptible(endless())
    next(events)
    events.close()  # type: ignore[attr-defined]
    left.set()
    assert ended.wait(10)
