"""The vectors on a real Chroma server instead of in the index folder."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings as ChromaSettings

from assistant import Assistant, Filters, IndexDamagedError, IndexUnavailableError, ModelError, Settings
from assistant.index import Index
from assistant.terms import terms
from tests.articles import ARTICLES
from tests.indexes import WordEmbedding, dump, open_index, outdate, question
from tests.servers import chroma_server, free_port

HARBOUR, ORCHARD, LIBRARY = ARTICLES
VECTOR = question(WordEmbedding(), "Growers in the Velm valley lost their blossom to frost")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma"), free_port()) as address:
        yield address


@pytest.fixture
def url(server: str) -> str:
    """A server without collections."""
    _lose_collection(server)
    return server


@pytest.fixture
def index(corpus: Path, tmp_path: Path, url: str) -> Iterator[Index]:
    with open_index(corpus, tmp_path / "index", chunk_size=40, chroma_url=url) as opened:
        opened.sync()
        yield opened


@contextmanager
def _client(url: str) -> Iterator[Any]:
    port = int(url.rpartition(":")[2])
    client: Any = chromadb.HttpClient("127.0.0.1", port, settings=ChromaSettings(anonymized_telemetry=False))
    with closing(client._server._session), closing(client._admin_client._server._session):
        yield client


def _collections(url: str) -> list[str]:
    with _client(url) as client:
        return [collection.name for collection in client.list_collections()]


def _found(index: Index) -> set[str]:
    return {chunk.source.id for chunk in index.chunks(list(index.nearest(VECTOR, 1000)))}


def test_a_server_holds_the_vectors_and_nothing_of_them_is_in_the_folder(
    index: Index, tmp_path: Path, url: str
) -> None:
    (name,) = _collections(url)
    with _client(url) as client:
        assert client.get_collection(name).count() == index.statistics().chunk_count > 3
    assert not (tmp_path / "index" / "vectors").exists()
    assert not index.needs_sync()


def test_a_server_answers_like_a_folder(index: Index, corpus: Path, tmp_path: Path) -> None:
    with open_index(corpus, tmp_path / "folder", chunk_size=40) as other:
        other.sync()
        expected = other.nearest(VECTOR, 4)
        for mine, theirs in zip(dump(index)["vectors"], dump(other)["vectors"], strict=True):
            assert mine[1] == pytest.approx(theirs[1], abs=1e-6)
            assert (mine[0], *mine[2:]) == (theirs[0], *theirs[2:])
    assert list(index.nearest(VECTOR, 4)) == list(expected)
    assert list(index.nearest(VECTOR, 4).values()) == pytest.approx(list(expected.values()), abs=1e-5)


def test_filters_hold_on_a_server(index: Index) -> None:
    found = index.nearest(VECTOR, 1000, Filters(publishers=("Ellery Gazette",)))
    assert {chunk.source.id for chunk in index.chunks(list(found))} == {HARBOUR}


def test_changes_reach_the_server(index: Index, corpus: Path, tmp_path: Path, url: str) -> None:
    (corpus / ORCHARD).rename(corpus / "apples.txt")
    (corpus / LIBRARY).write_text("Совсем другая статья.\n")
    index.sync()
    assert _found(index) == {HARBOUR, "apples.txt", LIBRARY}
    with open_index(corpus, tmp_path / "clean", chunk_size=40, chroma_url=url) as clean:
        clean.sync()
        assert dump(clean) == dump(index)


def test_a_rebuild_leaves_one_collection_behind(index: Index, url: str) -> None:
    (before,) = _collections(url)
    index.sync(rebuild=True)
    (after,) = _collections(url)
    assert before != after
    assert _found(index) == set(ARTICLES)


def test_a_collection_that_lost_much_gives_way_to_a_new_one(index: Index, corpus: Path, url: str) -> None:
    names = _collections(url)
    for turn in range(6):
        (corpus / ORCHARD).write_text(f"Frost in the Velm valley\n\nThe frost came back on day {turn}.\n")
        index.sync()
        names += _collections(url)
        assert _found(index) == set(ARTICLES)
    assert len(names) == 7
    assert 1 < len(set(names)) < 6


def _lose_the_last_page(library: Path) -> None:
    data = library.read_bytes()
    size = int.from_bytes(data[16:18])  # https://sqlite.org/fileformat.html
    library.write_bytes(data[:-size] + b"\x17" * size)


@pytest.mark.parametrize(("spoil", "rebuild"), [(outdate, False), (outdate, True), (_lose_the_last_page, True)])
def test_a_library_that_cannot_be_used_leaves_no_collection_behind(
    index: Index, url: str, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None], *, rebuild: bool
) -> None:
    (before,) = _collections(url)
    index.close()
    spoil(index._library.path)
    with monkeypatch.context() as patch:
        patch.setattr(index._embedder, "vectors", Mock(side_effect=ModelError("The endpoint is gone.")))
        with pytest.raises(ModelError):
            index.sync(rebuild=rebuild)
    assert _collections(url) == [before]
    index.sync(rebuild=rebuild)
    (after,) = _collections(url)
    assert before != after
    assert _found(index) == set(ARTICLES)


def test_two_indexes_share_a_server(index: Index, corpus: Path, tmp_path: Path, url: str) -> None:
    with open_index(corpus, tmp_path / "second", WordEmbedding("other"), chroma_url=url) as second:
        second.sync()
        second.sync(rebuild=True)
    assert len(_collections(url)) == 2
    assert _found(index) == set(ARTICLES)


def test_moving_to_a_server_and_back_is_noted(corpus: Path, tmp_path: Path, url: str) -> None:
    embedding = WordEmbedding()
    for chroma_url in (None, url, None):
        with open_index(corpus, tmp_path / "index", embedding, chroma_url=chroma_url) as index:
            assert index.needs_sync()
            report = index.sync()
            assert not index.needs_sync()
            assert _found(index) == set(ARTICLES)
            if chroma_url:
                assert report.notes == (f"The vectors were in the index folder, and now are in {url}.",)
                assert not report.changed
    assert len(embedding.seen) == len(set(embedding.seen))


def _lose_collection(url: str) -> None:
    with _client(url) as client:
        for collection in client.list_collections():
            client.delete_collection(collection.name)


def _lose_a_vector(url: str) -> None:
    with _client(url) as client:
        (collection,) = client.list_collections()
        collection.delete(ids=collection.get(include=[])["ids"][:1])


@pytest.mark.parametrize("lose", [_lose_collection, _lose_a_vector])
def test_lost_vectors_are_noticed_and_a_rebuild_brings_them_back(
    index: Index, url: str, lose: Callable[[str], None]
) -> None:
    index.close()
    lose(url)
    with pytest.raises(IndexDamagedError) as caught:
        index.nearest(VECTOR, 5)
    assert "assistant sync --rebuild" in caught.value.in_words()
    with pytest.raises(IndexDamagedError):
        index.sync()
    index.sync(rebuild=True)
    assert _found(index) == set(ARTICLES)


def test_a_collection_that_is_deleted_while_it_is_open_is_noticed(index: Index, url: str) -> None:
    assert _found(index) == set(ARTICLES)
    _lose_collection(url)
    with pytest.raises(IndexDamagedError):
        index.nearest(VECTOR, 5)


def test_a_server_that_is_down_is_unavailable_and_loses_nothing(corpus: Path, tmp_path: Path) -> None:
    port = free_port()
    with (
        chroma_server(tmp_path / "chroma", port) as url,
        open_index(corpus, tmp_path / "index", chroma_url=url) as index,
    ):
        index.sync()
    with open_index(corpus, tmp_path / "index", chroma_url=url) as index:
        assert not index.needs_sync()
        for use in (lambda: index.nearest(VECTOR, 5), index.sync, lambda: index.sync(rebuild=True)):
            with pytest.raises(IndexUnavailableError, match="cannot be reached"):
                use()
        assert {source.id for source in index.sources()} == set(ARTICLES)
        assert index.matching(terms("bridge"), 5)
        with chroma_server(tmp_path / "chroma", port):
            assert _found(index) == set(ARTICLES)
            assert len(index.sync().unchanged) == 3


def test_a_server_that_goes_down_is_unavailable_until_it_is_back(corpus: Path, tmp_path: Path) -> None:
    port = free_port()
    with chroma_server(tmp_path / "chroma", port) as url:
        index = open_index(corpus, tmp_path / "index", chroma_url=url)
        index.sync()
        assert _found(index) == set(ARTICLES)
    with index:
        with pytest.raises(IndexUnavailableError):
            index.nearest(VECTOR, 5)
        with chroma_server(tmp_path / "chroma", port):
            assert _found(index) == set(ARTICLES)


def test_a_sync_that_ended_before_the_server_had_its_vectors_is_completed(
    index: Index, corpus: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.index.places import ServerPlace

    (corpus / "ferry.txt").write_text("Ferry fares go up\n\nThe fare rises to 12 crowns in July.\n")
    with monkeypatch.context() as patch:

        def die(*_: Any) -> None:
            raise KeyboardInterrupt

        patch.setattr(ServerPlace, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            index.sync(rebuild=True)
    assert index.needs_sync()
    index.sync()
    assert not index.needs_sync()
    assert len(_collections(url)) == 1
    with open_index(corpus, tmp_path / "clean", chunk_size=40, chroma_url=url) as clean:
        clean.sync()
        assert dump(clean) == dump(index)


def test_a_collection_that_a_sync_is_filling_is_not_taken_for_silent_articles(
    index: Index, corpus: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.index.places import ServerPlace

    finish = ServerPlace.finish
    searches = [(k, filters) for k in (1, 5, 1000) for filters in (None, Filters(), Filters(articles=("library.md",)))]
    found: list[list[dict[int, float]]] = []

    def ask_first(*arguments: Any) -> None:
        with open_index(corpus, tmp_path / "index", chunk_size=40, chroma_url=url) as other:
            found.extend([reader.nearest(VECTOR, *search) for search in searches] for reader in (index, other))
        finish(*arguments)

    monkeypatch.setattr(ServerPlace, "finish", ask_first)
    index.sync(rebuild=True)
    afterwards = [index.nearest(VECTOR, *search) for search in searches]
    assert len(found) == 2
    for before in found:
        assert [list(scores) for scores in before] == [list(scores) for scores in afterwards]
        assert before == [pytest.approx(scores, abs=1e-6) for scores in afterwards]
    assert _found(index) == set(ARTICLES)


def test_what_passes_a_filter_is_found_before_the_server_has_it(
    index: Index, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.index.places import ServerPlace

    finish = ServerPlace.finish
    found: list[dict[int, float]] = []

    def ask_first(*arguments: Any) -> None:
        found.append(index.nearest(VECTOR, 5, Filters(articles=("ferry.txt",))))
        finish(*arguments)

    index.nearest(VECTOR, 5)
    (corpus / "ferry.txt").write_text("The ferry fare\n\nThe fare of the ferry is four crowns.\n")
    monkeypatch.setattr(ServerPlace, "finish", ask_first)
    index.sync()
    assert found == [index.nearest(VECTOR, 5, Filters(articles=("ferry.txt",)))] != [{}]


def test_a_question_does_not_wait_for_the_server_to_get_its_vectors(
    corpus: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.index.places import ServerPlace

    settings = Settings(corpus_dir=corpus, index_dir=tmp_path / "index", chroma_url=url)
    said: list[str] = []
    finish = ServerPlace.finish

    def ask_first(*arguments: Any) -> None:
        # As another program would, while this one holds the lock.
        with Assistant(settings, embedding=WordEmbedding()) as other:
            assert {source.id for source in other.articles()} == {*ARTICLES, "ferry.txt"}
            said.append(other.ask("How much is the ferry fare?").text)
        finish(*arguments)

    with Assistant(settings, embedding=WordEmbedding()) as bot:
        bot.sync()
        (corpus / "ferry.txt").write_text("Ferry fares go up\n\nThe fare rises to 12 crowns in July.\n")
        monkeypatch.setattr(ServerPlace, "finish", ask_first)
        bot.sync()
        assert said == [bot.ask("How much is the ferry fare?").text]
    assert "12 crowns" in said[0]


def test_a_collection_in_use_answers_while_changes_reach_it(
    index: Index, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.index.places import ServerPlace

    before = index.nearest(VECTOR, 1)
    assert index._store
    store = index._store[1]
    searched, compared = Mock(wraps=store.nearest), Mock()
    (corpus / "ferry.txt").write_text("Ferry fares go up\n\nThe fare rises to 12 crowns in July.\n")
    found: list[dict[int, float]] = []
    finish = ServerPlace.finish

    def ask_first(*arguments: Any) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store, "nearest", searched)
            patch.setattr("assistant.index.nearest_passing", compared)
            found.append(index.nearest(VECTOR, 1))
        finish(*arguments)

    monkeypatch.setattr(ServerPlace, "finish", ask_first)
    index.sync()
    assert found == [before]
    searched.assert_called_once()
    compared.assert_not_called()
    assert _found(index) == {*ARTICLES, "ferry.txt"}


def test_changes_that_reach_the_server_while_a_search_opens_it_are_no_damage(
    index: Index, corpus: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus / "ferry.txt").write_text("Ferry fares go up\n\nThe fare rises to 12 crowns in July.\n")
    open_store = index._open_store

    def too_late(*arguments: Any) -> Any:
        monkeypatch.undo()
        with open_index(corpus, tmp_path / "index", chunk_size=40, chroma_url=url) as other:
            other.sync()
        return open_store(*arguments)

    index.close()
    monkeypatch.setattr(index, "_open_store", too_late)
    assert _found(index) == {*ARTICLES, "ferry.txt"}


def test_the_vectors_are_unit_means_of_the_sentences(index: Index, url: str) -> None:
    with _client(url) as client:
        (collection,) = client.list_collections()
        stored = collection.get(include=["embeddings"])
    chunks = index.chunks([int(name, 16) for name in stored["ids"]])
    means = np.array([chunk.vectors.mean(axis=0) for chunk in chunks])
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    assert np.asarray(stored["embeddings"]) == pytest.approx(expected, abs=1e-5)
