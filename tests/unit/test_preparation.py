"""Files become batches of articles, the next one while somebody is busy with the one before."""

import threading
import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from assistant import Settings, Skipped
from assistant.articles import CorpusFile
from assistant.index.preparation import ChangedFile, PreparedArticle, ahead, in_batches, prepare


def _file(name: str, text: str) -> ChangedFile:
    return ChangedFile(CorpusFile(name, Path(name)), text.encode(), None, b"fingerprint")


def _pairs(numbers: Iterable[int]) -> Iterator[tuple[int, ...]]:
    numbers = iter(numbers)
    while pair := tuple(islice(numbers, 2)):
        yield pair


def test_a_file_becomes_an_article_in_chunks() -> None:
    prepared = prepare(_file("a.txt", "Bridge\n\nThe bridge is open. It cost 48 million crowns."), Settings())
    assert isinstance(prepared, PreparedArticle)
    (chunk,) = prepared.chunks
    assert prepared.sentences(chunk)[-2:] == ["The bridge is open.", "It cost 48 million crowns."]
    assert (prepared.fingerprint, prepared.size) == (b"fingerprint", 54)


def test_a_file_without_an_article_is_skipped_with_the_reason() -> None:
    skipped = prepare(_file("b.txt", ""), Settings())
    assert isinstance(skipped, Skipped)
    assert (skipped.path, bool(skipped.reason)) == ("b.txt", True)


def test_a_batch_ends_with_the_article_that_fills_it() -> None:
    outcomes = [
        prepare(_file(f"{n}.txt", "Bridge\n\nThe bridge is open. Ferries ended."), Settings()) for n in range(3)
    ]
    outcomes.insert(1, Skipped(path="b.txt", reason="empty"))
    assert list(in_batches(outcomes, 4)) == [outcomes[:3], outcomes[3:]]


def test_pieces_come_in_order_and_end() -> None:
    assert list(ahead(_pairs, range(5))) == [(0, 1), (2, 3), (4,)]


def test_the_next_piece_is_made_while_one_is_read() -> None:
    made = threading.Event()

    def make(numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            if number:
                made.set()
            yield number

    pieces = ahead(make, range(2))
    assert next(pieces) == 0
    assert made.wait(10)
    pieces.close()


def test_a_failure_is_raised_where_the_pieces_are_read() -> None:
    def failing() -> Iterator[int]:
        yield 1
        yield 2
        message = "broken"
        raise OSError(message)

    pieces = ahead(_pairs, failing())
    assert next(pieces) == (1, 2)
    with pytest.raises(OSError, match="broken"):
        next(pieces)


def test_who_stops_reading_ends_the_source_where_nothing_has_changed_too() -> None:
    read = []

    def unchanged() -> Iterator[int | None]:
        yield from (1, 2)
        for number in range(500):
            read.append(number)
            time.sleep(0.01)
            yield None

    pieces = ahead(_pairs, unchanged())
    assert next(pieces) == (1, 2)
    pieces.close()
    assert len(read) < 400


def test_who_stops_reading_ends_the_source() -> None:
    pieces = ahead(_pairs, count())
    next(pieces)
    threads = threading.active_count()
    pieces.close()
    assert threading.active_count() == threads - 1
