"""However a corpus came to be what it is, its index ends in the state of one that was made from nothing."""

import random
import re
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from assistant import Assistant, CorpusError, Filters, IndexDamagedError, MetadataError, ModelError, Settings
from assistant.index import Index, intake, preparation, sync
from assistant.index.library import State
from assistant.index.vectors import VectorStore
from assistant.records import SyncReport
from assistant.terms import terms
from tests.articles import ARTICLES
from tests.indexes import WordEmbedding, dump, open_index, question

HARBOUR, ORCHARD, LIBRARY = ARTICLES
EVERY = tuple(sorted(ARTICLES))
FERRY = "Ferry fares go up\n\nThe fare to Port Ellery rises to 12 crowns in July. Islanders protested at the pier.\n"


@pytest.fixture
def index(corpus: Path, tmp_path: Path) -> Iterator[Index]:
    with open_index(corpus, tmp_path / "index", chunk_size=40) as opened:
        opened.sync()
        yield opened


def _clean_build(corpus: Path, folder: Path, **settings: Any) -> dict[str, Any]:
    with open_index(corpus, folder, **settings) as index:
        index.sync()
        return dump(index)


def _changes(report: SyncReport) -> dict[str, tuple[str, ...]]:
    fields = ("added", "updated", "removed", "unchanged")
    return {name: getattr(report, name) for name in fields if getattr(report, name)}


def _add(corpus: Path) -> None:
    (corpus / "2023").mkdir()
    (corpus / "2023/ferry.txt").write_text(FERRY)


def _change(corpus: Path) -> None:
    path = corpus / HARBOUR
    path.write_text(path.read_text().replace("48 million", "51 million"))


def _remove(corpus: Path) -> None:
    (corpus / ORCHARD).unlink()


def _rename(corpus: Path) -> None:
    (corpus / ORCHARD).rename(corpus / "2022/apples.txt")


def _swap(corpus: Path) -> None:
    texts = [(corpus / name).read_bytes() for name in (HARBOUR, ORCHARD)]
    (corpus / ORCHARD).write_bytes(texts[0])
    (corpus / HARBOUR).write_bytes(texts[1])


def _copy(corpus: Path) -> None:
    shutil.copy(corpus / HARBOUR, corpus / "copy.txt")


def _describe(corpus: Path) -> None:
    (corpus / "metadata.yaml").write_text(f"{HARBOUR}: {{publisher: Another Gazette, published: 2020-01-02}}\n")


def _spoil(corpus: Path) -> None:
    (corpus / LIBRARY).write_bytes(b"\x00\x01\x02" * 500)


def _empty(corpus: Path) -> None:
    shutil.rmtree(corpus)
    corpus.mkdir()


CHANGES: dict[str, tuple[Callable[[Path], None], dict[str, tuple[str, ...]]]] = {
    "nothing": (lambda _: None, {"unchanged": EVERY}),
    "added": (_add, {"added": ("2023/ferry.txt",), "unchanged": EVERY}),
    "changed": (_change, {"updated": (HARBOUR,), "unchanged": (ORCHARD, LIBRARY)}),
    "removed": (_remove, {"removed": (ORCHARD,), "unchanged": (HARBOUR, LIBRARY)}),
    "renamed": (_rename, {"added": ("2022/apples.txt",), "removed": (ORCHARD,), "unchanged": (HARBOUR, LIBRARY)}),
    "swapped": (_swap, {"updated": (HARBOUR, ORCHARD), "unchanged": (LIBRARY,)}),
    "copied": (_copy, {"added": ("copy.txt",), "unchanged": EVERY}),
    "described": (_describe, {"updated": EVERY}),
    "spoilt": (_spoil, {"removed": (LIBRARY,), "unchanged": (HARBOUR, ORCHARD)}),
    "emptied": (_empty, {"removed": EVERY}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_sync_after_a_change_ends_like_a_clean_build(index: Index, corpus: Path, tmp_path: Path, change: str) -> None:
    apply, expected = CHANGES[change]
    apply(corpus)
    assert _changes(index.sync()) == expected
    assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)


def test_any_sequence_of_changes_ends_like_a_clean_build(index: Index, corpus: Path, tmp_path: Path) -> None:
    dice = random.Random(7)  # noqa: S311 - a test, not a secret
    sentences = [line for text in ARTICLES.values() for line in text.splitlines() if line]
    for _ in range(6):
        for name in dice.sample(["a.txt", "b.txt", "deep/c.md", "d.txt", HARBOUR], k=3):
            path = corpus / name
            path.parent.mkdir(exist_ok=True)
            if path.exists() and dice.random() < 0.4:
                path.unlink()
            else:
                path.write_text("\n\n".join(dice.choices(sentences, k=dice.randint(1, 12))))
        index.sync()
    assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)


def test_a_second_sync_writes_nothing(index: Index, tmp_path: Path) -> None:
    files = {path: path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file()}
    assert not index.sync().changed
    assert {path: path.read_bytes() for path in (tmp_path / "index").rglob("*") if path.is_file()} == files


def test_a_removed_article_never_answers_again(index: Index, corpus: Path) -> None:
    _remove(corpus)
    index.sync()
    found = [*index.nearest(question(WordEmbedding(), "frost"), 1000), *index.matching(terms("frost growers"), 1000)]
    assert ORCHARD not in {chunk.source.id for chunk in index.chunks(found)}


def _removed_from_graph(index: Index) -> int:
    with index._snapshot() as snapshot:
        return index._built(snapshot).vectors_removed


def test_a_graph_that_lost_most_of_its_vectors_is_begun_anew(corpus: Path, tmp_path: Path) -> None:
    # Chroma writes its graph to disk a thousand vectors at a time.
    for number in range(60):
        lines = [f"Notice {number} of day {day}: the bridge is closed to all who lead a horse." for day in range(40)]
        (corpus / f"notice{number}.txt").write_text(f"Notices, part {number}\n\n" + "\n".join(lines))
    with open_index(corpus, tmp_path / "index", chunk_size=32) as index:
        index.sync()
        assert index.statistics().chunk_count > 2000
        before = _size_of_vectors(tmp_path / "index")
        for number in range(30):
            (corpus / f"notice{number}.txt").unlink()
        index.sync()
        assert index.statistics().chunk_count > 1000
        assert _size_of_vectors(tmp_path / "index") < 0.8 * before


def _size_of_vectors(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "vectors").rglob("*") if path.is_file())


def test_a_graph_that_loses_a_little_each_time_is_begun_anew_in_time(index: Index, corpus: Path) -> None:
    removed = []
    for turn in range(6):
        (corpus / ORCHARD).write_text(f"Frost in the Velm valley\n\nThe frost came back on day {turn}.\n")
        index.sync()
        removed.append(_removed_from_graph(index))
        assert removed[-1] <= sync.MOST_REMOVED * index.statistics().chunk_count
    assert 0 in removed[1:]
    assert max(removed) > 1


def test_the_lexical_index_keeps_no_traces_of_what_was_removed(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (corpus / f"notice{number}.txt").write_text("\n\n".join(f"Notice {number} of {day}." for day in range(40)))
    sizes = []
    with open_index(corpus, tmp_path / "index") as index:
        for version in range(4):
            monkeypatch.setattr(sync, "CLEANING_VERSION", 1000 + version)
            index.sync()
            with index._library.reading() as connection:
                (size,) = connection.execute("SELECT sum(length(block)) FROM lexicon_data").fetchone()
            sizes.append(size)
    assert max(sizes) < 1.1 * sizes[0]


def test_chunks_that_stay_as_they_were_are_not_counted_as_removed(index: Index, corpus: Path) -> None:
    with (corpus / HARBOUR).open("a") as file:
        file.write(f"\n\n{FERRY}")
    assert _changes(index.sync())["updated"] == (HARBOUR,)
    assert _removed_from_graph(index) == 1
    assert index.statistics().chunk_count > 3


def test_a_state_that_does_not_count_what_was_removed_is_used_as_it_is(index: Index, corpus: Path) -> None:
    with index._library.writing() as connection:
        connection.execute("UPDATE state SET json = json_remove(json, '$.vectors_removed', '$.entries_removed')")
    assert not index.needs_sync()
    _add(corpus)
    assert _changes(index.sync()) == {"added": ("2023/ferry.txt",), "unchanged": EVERY}


def test_no_text_is_embedded_twice_in_a_sync_or_when_its_article_changes(corpus: Path, tmp_path: Path) -> None:
    embedding = WordEmbedding()
    _copy(corpus)
    with open_index(corpus, tmp_path / "index", embedding, chunk_size=40, chunk_overlap=20) as index:
        index.sync()
        assert len(embedding.seen) == len(set(embedding.seen)) > 10
        embedding.seen.clear()
        for change in (_rename, _describe):
            change(corpus)
            index.sync()
        index.sync(rebuild=True)
        assert embedding.seen == []


def test_the_vectors_of_sentences_that_are_gone_are_kept_nowhere(corpus: Path, tmp_path: Path) -> None:
    embedding = WordEmbedding()
    with open_index(corpus, tmp_path / "index", embedding) as index:
        index.sync()
        assert not (tmp_path / "index" / "embeddings.sqlite").exists()
        text = (corpus / HARBOUR).read_text()
        (corpus / HARBOUR).unlink()
        index.sync()
        embedding.seen.clear()
        (corpus / HARBOUR).write_text(text)
        index.sync()
        assert embedding.seen
        assert not (tmp_path / "index" / "embeddings.sqlite").exists()


def _unmount(corpus: Path) -> None:
    corpus.rename(corpus.with_name("elsewhere"))
    corpus.mkdir()


def _mount(corpus: Path) -> None:
    shutil.rmtree(corpus)
    corpus.with_name("elsewhere").rename(corpus)


def _garble(corpus: Path) -> None:
    shutil.copytree(corpus, corpus.with_name("elsewhere"))
    for name in EVERY:
        (corpus / name).write_bytes(b"\x00\x01\x02" * 500)


@pytest.mark.parametrize("lose", [_unmount, _garble])
@pytest.mark.parametrize("rebuild", [False, True])
def test_articles_that_come_back_all_together_are_not_embedded_again(
    corpus: Path, tmp_path: Path, lose: Callable[[Path], None], *, rebuild: bool
) -> None:
    embedding = WordEmbedding()
    journal = tmp_path / "index" / "embeddings.sqlite"
    with open_index(corpus, tmp_path / "index", embedding, chunk_size=40) as index:
        index.sync()
        lose(corpus)
        embedding.seen.clear()
        report = index.sync(rebuild=rebuild)
        assert report.removed == EVERY
        note = "Most articles are gone (3 of 3). What was computed for them is kept until a sync finds others."
        assert note in report.notes
        assert index.matching(terms("bridge"), 5) == {}
        index.sync()
        assert journal.exists()
        _mount(corpus)
        index.sync()
        assert embedding.seen == []
        assert not journal.exists()
        assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)


def test_articles_that_were_all_moved_are_not_taken_for_gone(index: Index, corpus: Path, tmp_path: Path) -> None:
    for name in EVERY:
        (corpus / name).rename(corpus / f"moved-{Path(name).name}")
    report = index.sync()
    assert (len(report.removed), len(report.added)) == (3, 3)
    assert not any("gone" in note for note in report.notes)
    assert not (tmp_path / "index" / "embeddings.sqlite").exists()


def test_sentences_are_embedded_in_order_of_length(corpus: Path, tmp_path: Path) -> None:
    embedding = WordEmbedding()
    with open_index(corpus, tmp_path / "index", embedding) as index:
        index.sync()
    assert [len(text) for text in embedding.seen] == sorted(len(text) for text in embedding.seen)


def test_small_batches_make_the_same_index(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = _clean_build(corpus, tmp_path / "clean")
    monkeypatch.setattr(preparation, "BATCH_SENTENCES", 1)
    assert _clean_build(corpus, tmp_path / "index") == expected


def test_articles_are_removed_in_portions_with_the_same_result(
    index: Index, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions: list[int] = []
    delete = intake.Intake._delete

    def note(self: intake.Intake, article_ids: Sequence[str]) -> set[int]:
        portions.append(len(article_ids))
        return delete(self, article_ids)

    monkeypatch.setattr(intake.Intake, "_delete", note)
    monkeypatch.setattr(intake, "REMOVED_AT_ONCE", 2)
    _empty(corpus)
    _add(corpus)
    index.sync()
    assert portions == [1, 2, 1]
    assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)


def test_a_rebuild_ends_like_a_clean_build(index: Index, corpus: Path, tmp_path: Path) -> None:
    _change(corpus)
    _remove(corpus)
    report = index.sync(rebuild=True)
    assert _changes(report) == {"updated": (HARBOUR, LIBRARY), "removed": (ORCHARD,)}
    assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)


def test_a_file_that_cannot_be_read_is_skipped_with_a_reason(index: Index, corpus: Path) -> None:
    _spoil(corpus)
    (corpus / "empty.txt").write_text("")
    (corpus / "lost.txt").symlink_to(corpus / "nowhere.txt")
    report = index.sync()
    assert {skipped.path for skipped in report.skipped} == {LIBRARY, "empty.txt", "lost.txt"}
    assert all(skipped.reason for skipped in report.skipped)
    assert [source.id for source in index.sources()] == [HARBOUR, ORCHARD]


def test_vectors_that_are_replaced_while_a_search_is_under_way_are_searched_again(
    index: Index, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(corpus)
    open_store = index._open_store

    def too_late(*arguments: Any) -> Any:
        monkeypatch.undo()
        with open_index(corpus, tmp_path / "index", chunk_size=40) as other:
            other.sync()
        index.close()
        return open_store(*arguments)

    monkeypatch.setattr(index, "_open_store", too_late)
    found = index.nearest(question(WordEmbedding(), "Ferry fares to Port Ellery in July"), 1)
    assert [chunk.source.id for chunk in index.chunks(list(found))] == ["2023/ferry.txt"]


def test_vectors_that_a_killed_sync_has_left_go_with_the_next_sync_though_nothing_changed(
    index: Index, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = question(WordEmbedding(), "Ferry fares to Port Ellery in July")
    with open_index(corpus, tmp_path / "index", chunk_size=40) as reader:
        assert reader.nearest(vector, 1)
        _add(corpus)
        with monkeypatch.context() as patched:
            patched.setattr(index._place, "finish", Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                index.sync()
        assert len(list((tmp_path / "index" / "vectors").iterdir())) == 2
        index.close()
        assert not index.sync().changed
        assert len(list((tmp_path / "index" / "vectors").iterdir())) == 1
        for one in (reader, index):
            found = one.nearest(vector, 1)
            assert [chunk.source.id for chunk in one.chunks(list(found))] == ["2023/ferry.txt"]


def test_metadata_about_files_that_are_not_there_is_noted(index: Index, corpus: Path) -> None:
    _remove(corpus)
    assert index.sync().notes == (f"metadata.yaml describes files that are not there: {ORCHARD}.",)


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"chunk_size": 64}, "the chunk size changed from 40 to 64"),
        ({"chunk_overlap": 10}, "the chunk overlap changed from 0 to 10"),
        ({"embedding": WordEmbedding("other")}, "the embedding model changed from words:words to words:other"),
    ],
)
def test_changed_settings_are_noticed_and_make_everything_anew(
    index: Index, corpus: Path, tmp_path: Path, settings: dict[str, Any], note: str
) -> None:
    index.close()
    with open_index(corpus, tmp_path / "index", **{"chunk_size": 40, **settings}) as changed:
        assert changed.needs_sync()
        report = changed.sync()
        assert note in report.notes[0]
        assert _changes(report) == {"updated": EVERY}
        assert not changed.needs_sync()
        assert dump(changed) == _clean_build(corpus, tmp_path / "clean", **{"chunk_size": 40, **settings})


def test_another_way_of_cleaning_makes_everything_anew(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "CLEANING_VERSION", 999)
    assert index.needs_sync()
    report = index.sync()
    assert "the cleaning version changed from" in report.notes[0]
    assert _changes(report) == {"updated": EVERY}


def test_an_index_of_another_corpus_takes_over_the_new_one(index: Index, corpus: Path, tmp_path: Path) -> None:
    index.close()
    moved = corpus.rename(tmp_path / "moved")
    _add(moved)
    with open_index(moved, tmp_path / "index", chunk_size=40) as other:
        assert other.needs_sync()
        report = other.sync()
        assert _changes(report) == {"added": ("2023/ferry.txt",), "unchanged": EVERY}
        assert str(corpus) in report.notes[0]
        assert str(moved) in report.notes[0]
        assert not other.needs_sync()
        assert Path(other.article(HARBOUR).path) == moved / HARBOUR


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (lambda corpus: corpus.rename(corpus.with_name("gone")), CorpusError),
        (lambda corpus: (corpus / "metadata.yaml").write_text("2021/harbour.txt: {colour: red}"), MetadataError),
    ],
)
def test_a_corpus_that_cannot_be_read_changes_nothing(
    index: Index, corpus: Path, break_it: Callable[[Path], Any], error: type[Exception]
) -> None:
    before = dump(index)
    _change(corpus)
    break_it(corpus)
    with pytest.raises(error):
        index.sync()
    assert dump(index) == before


class BreakingEmbedding(WordEmbedding):
    """Fails, or returns nonsense, from the third batch on."""

    def __init__(self, returns: Any) -> None:
        super().__init__(embed_batch_size=2)
        self._returns = returns
        self._batches = 0

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        self._batches += 1
        if self._batches < 3:
            return super()._get_text_embeddings(texts)
        if isinstance(self._returns, Exception):
            raise self._returns
        return self._returns  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "returns",
    [
        ModelError("The endpoint is gone."),
        [],
        [[1.0, 2.0]],
        [[1.0], [1.0, 2.0]],
        [[float("nan")] * 48, [1.0] * 48],
        [[1.0] * 12, [1.0] * 12],
    ],
    ids=["error", "none", "too few", "ragged", "not a number", "another length"],
)
def test_an_embedding_that_fails_changes_nothing_and_loses_nothing(corpus: Path, tmp_path: Path, returns: Any) -> None:
    breaking = BreakingEmbedding(returns)
    with open_index(corpus, tmp_path / "index", breaking) as index:
        with pytest.raises(ModelError):
            index.sync()
        assert index.needs_sync()
        with pytest.raises(IndexDamagedError, match="never completed"):
            index.nearest(question(breaking, "bridge"), 5)
    mended = WordEmbedding()
    with open_index(corpus, tmp_path / "index", mended) as index:
        index.sync()
        assert not set(breaking.seen) & set(mended.seen)
        assert dump(index) == _clean_build(corpus, tmp_path / "clean")


class ExchangedEmbedding(WordEmbedding):
    """Has the name of the other, and half of its dimensions."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return super()._get_query_embedding(query)[::2]


def test_a_model_that_was_exchanged_under_its_name_is_told_with_what_to_do(
    index: Index, corpus: Path, tmp_path: Path
) -> None:
    index.close()
    _add(corpus)
    asked = "What is the fare of the ferry to Port Ellery?"
    settings = Settings(corpus_dir=corpus, index_dir=tmp_path / "index", chunk_size=40)
    with Assistant(settings, embedding=ExchangedEmbedding()) as bot:
        for use in (
            lambda: bot.ask(asked),
            lambda: bot.ask(asked, filters=Filters(articles=(HARBOUR,))),
            bot.sync,
            lambda: bot.sync(rebuild=True),
        ):
            with pytest.raises(ModelError, match=f"exchanged under its old name, delete {tmp_path / 'index'}"):
                use()
        shutil.rmtree(tmp_path / "index")
        assert bot.ask(asked).passages[0].source.id == "2023/ferry.txt"


class WaitingEmbedding(WordEmbedding):
    """Embeds only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self._reached = threading.Event()
        self._may_go_on = threading.Event()

    def _get_text_embedding(self, text: str) -> list[float]:
        self._reached.set()
        assert self._may_go_on.wait(60)
        return super()._get_text_embedding(text)


def test_readers_see_the_state_before_a_sync_until_it_has_ended(index: Index, corpus: Path, tmp_path: Path) -> None:
    before = dump(index)
    _add(corpus)
    _remove(corpus)
    waiting = WaitingEmbedding()
    with open_index(corpus, tmp_path / "index", waiting, chunk_size=40) as syncing, ThreadPoolExecutor() as pool:
        running = pool.submit(syncing.sync)
        assert waiting._reached.wait(60)
        assert dump(index) == before
        assert {source.id for source in syncing.sources()} == set(EVERY)
        waiting._may_go_on.set()
        running.result(60)
    assert [source.id for source in index.sources()] == [HARBOUR, "2023/ferry.txt", LIBRARY]
    assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)


def test_threads_read_whole_states_while_others_sync(index: Index, corpus: Path) -> None:
    vector = question(WordEmbedding(), "ferry fares in July")
    stop = threading.Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set():
            found = [*index.nearest(vector, 50), *index.matching(terms("ferry bridge frost"), 50)]
            for chunk in index.chunks(found):
                assert chunk.text
            statistics = index.statistics()
            assert statistics.document_frequency(["bridg"])["bridg"] > 0
            rounds += 1
        return rounds

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for turn in range(6):
            (corpus / "ferry.txt").write_text(f"{FERRY}\n\nTurn {turn}.\n") if turn % 3 else _forget(
                corpus / "ferry.txt"
            )
            index.sync()
        stop.set()
        assert all(reader.result(60) > 0 for reader in readers)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


OTHER_PROCESS = """
import sys
from pathlib import Path
from tests.indexes import WordEmbedding, open_index

class Gate(WordEmbedding):
    def _get_text_embedding(self, text):
        if not self.seen:
            print("embedding", flush=True)
            sys.stdin.readline()
        return super()._get_text_embedding(text)

with open_index(Path(sys.argv[1]), Path(sys.argv[2]), Gate(), chunk_size=40) as index:
    print("read", len(index.sources()) if not index.needs_sync() else 0, flush=True)
    print(index.sync(announce=lambda words: print(words, flush=True)).model_dump_json(), flush=True)
"""


def _other_process(corpus: Path, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", OTHER_PROCESS, str(corpus), str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_two_processes_one_waits_with_a_word_about_it(corpus: Path, tmp_path: Path) -> None:
    words: list[str] = []
    with _other_process(corpus, tmp_path / "index") as other, ThreadPoolExecutor() as pool:
        assert other.stdin
        assert other.stdout
        assert [other.stdout.readline() for _ in range(2)] == ["read 0\n", "embedding\n"]
        with open_index(corpus, tmp_path / "index", chunk_size=40) as index:
            announced = threading.Event()

            def announce(text: str) -> None:
                words.append(text)
                announced.set()

            waiting = pool.submit(index.sync, announce=announce)
            assert announced.wait(60)
            assert not waiting.done()
            other.stdin.write("go on\n")
            other.stdin.flush()
            report = waiting.result(60)
            assert _changes(report) == {"unchanged": EVERY}
            assert _changes(SyncReport.model_validate_json(other.stdout.read())) == {"added": EVERY}
            assert dump(index) == _clean_build(corpus, tmp_path / "clean", chunk_size=40)
    assert words == ["The index is being updated by another process; waiting until that has ended."]


def test_vectors_that_are_out_of_date_are_let_go_before_others_are_read(
    index: Index, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = question(WordEmbedding(), "Ferry fares to Port Ellery in July")
    assert index.nearest(vector, 1)
    assert index._store
    before = weakref.ref(index._store[1])
    _add(corpus)
    with open_index(corpus, tmp_path / "index", chunk_size=40) as other:
        other.sync()
    gone = []
    open_place = index._place.open

    def look_first(state: State, chunk_count: int) -> VectorStore:
        gone.append(before() is None)
        return open_place(state, chunk_count)

    monkeypatch.setattr(index._place, "open", look_first)
    assert index.nearest(vector, 1)
    assert gone == [True]


def test_what_another_process_has_synced_is_seen_at_once(index: Index, corpus: Path, tmp_path: Path) -> None:
    vector = question(WordEmbedding(), "Ferry fares to Port Ellery in July")
    assert index.nearest(vector, 50)
    _add(corpus)
    _remove(corpus)
    with _other_process(corpus, tmp_path / "index") as other:
        other.communicate("go on\n", timeout=120)
    for found in (index.nearest(vector, 50), index.matching(terms("ferry frost bridge"), 50)):
        sources = {chunk.source.id for chunk in index.chunks(list(found))}
        assert "2023/ferry.txt" in sources
        assert ORCHARD not in sources
    assert index._store
    assert index._store[1].count() == index.statistics().chunk_count


SLOW_SYNC = """
import sys, time
from pathlib import Path
from tests.indexes import WordEmbedding, open_index

class Slow(WordEmbedding):
    def _get_text_embedding(self, text):
        time.sleep(float(sys.argv[3]))
        return super()._get_text_embedding(text)

with open_index(Path(sys.argv[1]), Path(sys.argv[2]), Slow(embed_batch_size=2)) as index:
    index.sync(progress=sys.argv[4] == "yes")
"""


@pytest.mark.parametrize(
    ("script", "arguments", "shown"),
    [
        (SLOW_SYNC, ("0.1", "yes"), True),
        (SLOW_SYNC, ("0.1", "no"), False),
        # However busy the machine is, nothing takes a thousand seconds.
        (f"from assistant.index import sync; sync.BAR_DELAY_SECONDS = 1000\n{SLOW_SYNC}", ("0", "yes"), False),
    ],
    ids=["slow", "not wanted", "quick"],
)
def test_a_bar_shows_on_standard_error_for_what_takes_long(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, script: str, arguments: tuple[str, str], *, shown: bool
) -> None:
    monkeypatch.delenv("TQDM_DISABLE")
    command = [sys.executable, "-c", script, str(corpus), str(corpus.with_name("index")), *arguments]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert ("Reading articles" in run.stderr) == shown
    assert ("tokens/s" in run.stderr) == shown
    assert run.stdout == ""


def test_the_bar_of_stored_vectors_tells_how_many_are_to_come(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TQDM_DISABLE")
    monkeypatch.setenv("TQDM_MININTERVAL", "0")
    script = f"from assistant.index import places, sync; sync.BAR_DELAY_SECONDS = 0; places.BATCH = 1\n{SLOW_SYNC}"
    command = [sys.executable, "-c", script, str(corpus), str(corpus.with_name("index")), "0", "yes"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    told = re.findall(r"Storing vectors: .*? (\d+)\.00/(\d+)\.00 ", run.stderr)
    assert len(told) > 2
    assert told == [(str(number), str(len(told))) for number in range(1, len(told) + 1)]


FULL_DISK = """
import resource, sys
from pathlib import Path
from assistant import IndexUnavailableError
from assistant.languages import detect_language
from tests.indexes import open_index

detect_language("The model of the languages is unpacked into a temporary file when it is loaded.")
with open_index(Path(sys.argv[1]), Path(sys.argv[2]), chunk_size=40) as index:
    # No file may grow beyond this: what a full disk does, without one.
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
    try:
        index.sync()
    except IndexUnavailableError as error:
        print(error.in_words())
"""


@pytest.mark.parametrize("limit", [0, 40_000, 300_000])
def test_a_full_disk_leaves_the_index_as_it_was(index: Index, corpus: Path, tmp_path: Path, limit: int) -> None:
    before = dump(index)
    index.close()
    (corpus / "long.txt").write_text("\n\n".join(f"{FERRY} It was day {day}." for day in range(400)))
    command = [sys.executable, "-c", FULL_DISK, str(corpus), str(tmp_path / "index"), str(limit)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "try again" in run.stdout, run.stderr
    (corpus / "long.txt").rename(tmp_path / "long.txt")
    assert dump(index) == before
    assert _changes(index.sync()) == {"unchanged": EVERY}
