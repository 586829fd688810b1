"""What an index answers, and how it says that it cannot."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from assistant import CorpusError, Filters, IndexDamagedError, IndexUnavailableError, ModelError, UnknownArticleError
from assistant.index import Index, comparing, filtering, lexicon, vectors
from assistant.index.database import Database
from assistant.index.library import Snapshot, State
from assistant.terms import terms
from tests.indexes import WordEmbedding, open_index, outdate, question

HARBOUR, ORCHARD, LIBRARY = "2021/harbour.txt", "2022/orchard.txt", "library.md"
DATED = """\
2021/harbour.txt: {publisher: Ellery Gazette, published: 2021-03-12}
2022/orchard.txt: {publisher: The Valley Observer, published: 2022-04-28}
library.md: {publisher: Северский вестник, published: null}
undated.txt: {publisher: The Valley Observer}
"""

FILTERED = [
    (Filters(), {HARBOUR, ORCHARD, LIBRARY, "undated.txt"}),
    (Filters(published_from=date(2021, 3, 12)), {HARBOUR, ORCHARD}),
    (Filters(published_from=date(2021, 3, 13)), {ORCHARD}),
    (Filters(published_to=date(2021, 3, 12)), {HARBOUR}),
    (Filters(published_to=date(2021, 3, 11)), set()),
    (Filters(published_from=date(2021, 1, 1), published_to=date(2021, 12, 31)), {HARBOUR}),
    (Filters(publishers=("The Valley Observer",)), {ORCHARD, "undated.txt"}),
    (Filters(publishers=("Северский вестник", "Ellery Gazette")), {LIBRARY, HARBOUR}),
    (Filters(publishers=("the valley observer",)), set()),
    (Filters(articles=(LIBRARY,)), {LIBRARY}),
    (Filters(articles=("nowhere.txt",)), set()),
    (Filters(publishers=("The Valley Observer",), published_from=date(2000, 1, 1)), {ORCHARD}),
]


@pytest.fixture
def news(corpus: Path) -> Path:
    (corpus / "undated.txt").write_text(
        "The bridge and the orchard\n\nNobody knows when this was written about the bridge.\n"
    )
    (corpus / "metadata.yaml").write_text(DATED, encoding="utf-8")
    return corpus


@pytest.fixture
def index(news: Path, tmp_path: Path) -> Iterator[Index]:
    with open_index(news, tmp_path / "index", chunk_size=40) as opened:
        opened.sync()
        yield opened


def _articles(index: Index, ids: Any) -> set[str]:
    return {chunk.source.id for chunk in index.chunks(list(ids))}


def _all_ids(index: Index) -> list[int]:
    return list(index.nearest(question(WordEmbedding(), "bridge"), 1000))


def test_an_index_that_was_never_built_needs_a_sync(news: Path, tmp_path: Path) -> None:
    with open_index(news, tmp_path / "index") as index:
        assert index.needs_sync()
        index.sync()
        assert not index.needs_sync()


def test_reading_an_index_that_was_never_built_says_so(news: Path, tmp_path: Path) -> None:
    with open_index(news, tmp_path / "index") as index, pytest.raises(IndexDamagedError, match=r"There is no library"):
        index.sources()


def test_sources_are_listed_by_id(index: Index, news: Path) -> None:
    sources = index.sources()
    assert [source.id for source in sources] == [HARBOUR, ORCHARD, LIBRARY, "undated.txt"]
    assert sources[0].publisher == "Ellery Gazette"
    assert sources[0].published == date(2021, 3, 12)
    assert Path(sources[0].path) == news / HARBOUR


def test_an_article_comes_with_its_text(index: Index) -> None:
    article = index.article(HARBOUR)
    assert "The works cost 48 million crowns" in article.text
    assert article.source() == index.sources()[0]


def test_lengths_are_those_of_the_articles_that_are_there(index: Index, news: Path) -> None:
    for _ in range(2):
        assert index.lengths([HARBOUR, "nowhere.txt"]) == {HARBOUR: len(index.article(HARBOUR).text.split())}
        (news / HARBOUR).write_text("The bridge is open.\n\nIt cost less than was feared.", encoding="utf-8")
        index.sync()
    (news / HARBOUR).unlink()
    index.sync()
    assert index.lengths([HARBOUR]) == {}


def test_an_article_is_counted_once_for_each_version_of_the_index(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    count = Snapshot.lengths

    def spy(snapshot: Snapshot, article_ids: Sequence[str]) -> dict[str, int]:
        counted.extend(article_ids)
        return count(snapshot, article_ids)

    monkeypatch.setattr(Snapshot, "lengths", spy)
    for ids in ([HARBOUR], [ORCHARD, HARBOUR], [HARBOUR, ORCHARD]):
        assert list(index.lengths(ids)) == ids
    assert counted == [HARBOUR, ORCHARD]


def test_the_outlets_and_articles_of_filters_that_are_not_there_are_told(index: Index) -> None:
    publishers = ("Evening Star", "Ellery Gazette", "Северский вестник", "ellery gazette", "\udcff", "")
    filters = Filters(published_from=date(2021, 3, 12), publishers=publishers, articles=("nowhere.txt", HARBOUR))
    unknown = Filters(publishers=("Evening Star", "ellery gazette", "\udcff", ""), articles=("nowhere.txt",))
    assert index.unknown(filters) == unknown
    assert not index.unknown(Filters(published_from=date(2021, 3, 12), articles=(HARBOUR,)))


@pytest.mark.parametrize("read", [Index.article, Index.removed])
def test_an_unknown_article_is_an_error_that_names_it(index: Index, read: Any) -> None:
    with pytest.raises(UnknownArticleError, match=r"'nowhere\.txt'"):
        read(index, "nowhere.txt")


def test_chunks_point_at_their_place_in_the_article(index: Index) -> None:
    chunks = index.chunks(_all_ids(index))
    assert len(chunks) > 4
    for chunk in chunks:
        text = index.article(chunk.source.id).text
        assert text[chunk.start : chunk.end] == chunk.text
        assert (chunk.sentences[0].start, chunk.sentences[-1].end) == (chunk.start, chunk.end)
        assert list(chunk.terms) == terms(chunk.text)


def test_a_chunk_has_a_unit_vector_for_each_sentence(index: Index) -> None:
    embedding = WordEmbedding()
    for chunk in index.chunks(_all_ids(index)):
        texts = [chunk.text[span.start - chunk.start : span.end - chunk.start] for span in chunk.sentences]
        exact = np.array([question(embedding, text) for text in texts])
        cosines = (chunk.vectors * exact).sum(axis=1) / np.linalg.norm(exact, axis=1)
        assert np.linalg.norm(chunk.vectors, axis=1) == pytest.approx(1)
        assert cosines == pytest.approx(1, abs=0.002)
        assert chunk.vectors.dtype == np.float32


def test_the_vectors_of_sentences_are_those_of_their_chunks(index: Index) -> None:
    ids = sorted(_all_ids(index), reverse=True)
    with index._snapshot() as snapshot:
        for vectors, chunk in zip(snapshot.sentence_vectors(ids), snapshot.chunks(ids), strict=True):
            assert np.array_equal(vectors, chunk.vectors)


def test_chunks_come_in_the_order_asked_without_those_that_are_gone(index: Index) -> None:
    ids = sorted(_all_ids(index), reverse=True)
    assert [chunk.id for chunk in index.chunks([ids[0], 12345, *ids[1:]])] == ids
    assert index.chunks([]) == []


def test_equal_sentences_have_equal_ids(corpus: Path, tmp_path: Path) -> None:
    (corpus / "echo.txt").write_text("Ferries will run for another month.\n\nThe echo says: Ferries run.\n")
    with open_index(corpus, tmp_path / "index") as index:
        index.sync()
        chunks = {chunk.source.id: chunk for chunk in index.chunks(_all_ids(index))}
    shared = set(chunks["echo.txt"].vector_ids) & set(chunks[HARBOUR].vector_ids)
    assert len(shared) == 1


def test_the_nearest_chunks_are_the_ones_with_the_greatest_cosine(index: Index) -> None:
    vector = question(WordEmbedding(), "growers in the Velm valley lost their apple blossom to frost")
    nearest = index.nearest(vector, 3)
    everything = {}
    for chunk in index.chunks(_all_ids(index)):
        mean = chunk.vectors.mean(axis=0)
        everything[chunk.id] = float(mean @ vector / np.linalg.norm(mean) / np.linalg.norm(vector))
    best = sorted(everything, key=lambda chunk_id: -everything[chunk_id])[:3]
    assert list(nearest) == best
    assert list(nearest.values()) == pytest.approx([everything[chunk_id] for chunk_id in best], abs=1e-5)
    assert _articles(index, best[:1]) == {ORCHARD}


def test_matching_ranks_by_shared_terms(index: Index) -> None:
    found = index.matching(terms("How many farms did the frost reach in the Velm valley?"), 10)
    assert _articles(index, list(found)[:1]) == {ORCHARD}
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_matching_finds_words_of_other_scripts(index: Index) -> None:
    assert _articles(index, index.matching(terms("Сколько книг в библиотеке?"), 10)) == {LIBRARY}


@pytest.mark.parametrize("question_terms", [[], ["zebra"], ['"'], ["NEAR"], ["OR"], ["a" * 5000]])
def test_terms_that_occur_nowhere_match_nothing(index: Index, question_terms: list[str]) -> None:
    assert index.matching(question_terms, 10) == {}


def test_a_thousand_terms_are_searched_for(index: Index) -> None:
    assert index.matching([*(f"nothing{i}" for i in range(1000)), *terms(index.article(HARBOUR).text)], 10)


def test_frequent_terms_are_left_out_where_there_are_rarer_ones(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = index.matching(["bridg", "the"], 100)
    monkeypatch.setattr(lexicon, "MOST_POSTINGS", 3)
    assert index.matching(["bridg", "the"], 100).keys() == index.matching(["bridg"], 100).keys() != everything.keys()
    assert index.matching(["the"], 100)
    monkeypatch.setattr(lexicon, "MOST_OF_ONE", 3)
    assert index.matching(["the"], 100) == {}
    assert index.matching(["bridg", "the"], 100).keys() <= everything.keys()


@pytest.mark.parametrize(("filters", "expected"), FILTERED)
def test_filters_hold_for_vectors_and_terms_alike(index: Index, filters: Filters, expected: set[str]) -> None:
    everything = terms(" ".join(index.article(source.id).text for source in index.sources()))
    assert _articles(index, index.nearest(question(WordEmbedding(), "bridge"), 1000, filters)) == expected
    assert _articles(index, index.matching(everything, 1000, filters)) == expected


@pytest.mark.parametrize(("filters", "expected"), FILTERED)
@pytest.mark.parametrize("room", [0.01, 1.25, 1000])
def test_they_hold_where_many_chunks_pass(
    index: Index, filters: Filters, expected: set[str], room: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = terms(" ".join(index.article(source.id).text for source in index.sources()))
    vector = question(WordEmbedding(), "bridge")
    k = 3
    few = index.nearest(vector, k, filters), index.matching(everything, k, filters)
    monkeypatch.setattr(filtering, "FEW", 0)
    monkeypatch.setattr(filtering, "ROOM", room)
    many = index.nearest(vector, k, filters), index.matching(everything, k, filters)
    assert [list(found) for found in many] == [list(found) for found in few]
    assert all(_articles(index, found) <= expected for found in many)
    assert len(many[0]) == len(many[1]) == min(k, len(index.nearest(vector, 1000, filters)))


def test_as_many_are_looked_for_as_should_hold_enough(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = index.nearest(question(WordEmbedding(), "bridge"), 1000)
    looked_for = []

    def best(k: int) -> dict[int, float]:
        looked_for.append(k)
        # None of the first ones pass.
        return dict.fromkeys([*range(9), *everything][:k], 1.0)

    monkeypatch.setattr(filtering, "FEW", 0)
    half, rest = Filters(publishers=("The Valley Observer",)), Mock()
    with index._library.reading() as connection:
        monkeypatch.setattr(filtering, "WIDEST", 20)
        found = filtering.best_passing(connection, 2, half, best, rest)
        assert looked_for == [2 / (2 / 4) * 1.25, 20]
        assert found
        assert _articles(index, found) <= {ORCHARD, "undated.txt"}
        monkeypatch.setattr(filtering, "WIDEST", 9)
        assert filtering.best_passing(connection, 2, half, best, rest) is rest.return_value


def test_few_vectors_are_compared_one_by_one_with_the_same_result(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = 3 * question(WordEmbedding(), "bridge")
    filters = Filters(published_from=date(2000, 1, 1))
    compared = index.nearest(vector, 1000, filters)
    assert list(index.nearest(vector, 2, filters)) == list(compared)[:2]
    monkeypatch.setattr(filtering, "FEW", 0)
    searched = index.nearest(vector, 1000, filters)
    assert compared == pytest.approx(searched, abs=1e-6)
    assert list(compared) == list(searched)


def test_the_sentences_decide_between_those_that_the_sketches_choose(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector, filters = question(WordEmbedding(), "bridge"), Filters(published_from=date(2000, 1, 1))
    everything = index.nearest(vector, 1000, filters)
    with index._library.writing() as connection:
        last = connection.execute("SELECT key FROM chunks WHERE id = ?", (list(everything)[-1],)).fetchone()
        first = connection.execute("SELECT key FROM chunks WHERE id = ?", (next(iter(everything)),)).fetchone()
        connection.execute(
            "UPDATE sketches SET vector = (SELECT vector FROM sketches WHERE chunk = ?) WHERE chunk = ?", first + last
        )
    assert list(index.nearest(vector, 1, filters)) == list(everything)[:1]
    monkeypatch.setattr(comparing, "PORTION", 2)
    assert list(index.nearest(vector, 1000, filters)) == list(everything)


def test_a_sketch_goes_with_its_chunk(index: Index, news: Path) -> None:
    (news / LIBRARY).unlink()
    index.sync()
    with index._library.reading() as connection:
        sketched = connection.execute("SELECT chunk FROM sketches ORDER BY chunk").fetchall()
        assert sketched == connection.execute("SELECT key FROM chunks ORDER BY key").fetchall()


def test_the_ids_of_a_store_are_read_in_portions(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = set(_all_ids(index))
    assert index._store
    for listed in (1, 3, len(everything), len(everything) + 1):
        monkeypatch.setattr(vectors, "LISTED", listed)
        assert set(index._store[1].ids().tolist()) == everything


def test_where_many_pass_but_none_of_the_nearest_they_are_found(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = question(WordEmbedding(), "bridge")
    everything = index.nearest(vector, 1000)
    last = index.chunks(list(everything)[-1:])[0].source.id
    theirs = [chunk.id for chunk in index.chunks(list(everything)) if chunk.source.id == last]
    monkeypatch.setattr(filtering, "FEW", 0)
    for widest in (0, 4 * len(everything)):
        monkeypatch.setattr(filtering, "WIDEST", widest)
        assert list(index.nearest(vector, 1, Filters(articles=(last,)))) == theirs[:1]


@pytest.mark.parametrize("few", [0, 1000])
def test_where_chroma_reaches_only_some_of_its_vectors_all_are_compared(
    index: Index, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtering, "FEW", few)
    vector = question(WordEmbedding(), "bridge")
    searches = [(k, filters) for k in (1, 5, 1000) for filters in (None, Filters(articles=(LIBRARY, HARBOUR)))]
    everything = [index.nearest(vector, k, filters) for k, filters in searches]
    assert index._store
    index._store[1].delete(list(index.nearest(vector, 1000))[2:])
    compared = Mock(wraps=comparing.nearest_passing)
    monkeypatch.setattr("assistant.index.nearest_passing", compared)
    found = [index.nearest(vector, k, filters) for k, filters in searches]
    # Where two are enough, Chroma has them; elsewhere once is enough.
    assert compared.call_count == len(searches) - (1 if few else 2)
    assert [list(scores) for scores in found] == [list(scores) for scores in everything]
    assert found == [pytest.approx(scores, abs=1e-6) for scores in everything]


def test_an_article_whose_vectors_are_still_to_come_is_found_by_its_terms(index: Index) -> None:
    only = Filters(articles=(LIBRARY,))
    vector = question(WordEmbedding(), "В Северске открылась городская библиотека")
    there = index.nearest(vector, 1000, only)
    assert _articles(index, index.nearest(vector, 1)) == {LIBRARY}
    assert index._store
    index._store[1].delete(there)
    assert LIBRARY not in _articles(index, index.nearest(vector, 1))
    assert _articles(index, index.matching(terms(index.article(LIBRARY).text), 1000)) >= {LIBRARY}
    # What passes a filter is compared by what the library itself holds.
    assert index.nearest(vector, 1000, only) == there


@pytest.mark.parametrize("few", [0, 1000])
def test_a_filtered_search_during_a_sync_sees_the_articles_of_before(
    index: Index, news: Path, tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filtering, "FEW", few)
    vector, only = question(WordEmbedding(), "bridge"), Filters(articles=("undated.txt",))
    (news / "undated.txt").write_text("The bridge\n\nNow somebody knows when this was written about the bridge.\n")
    opened = index._open_store
    index.close()

    def open_before_a_sync(state: State, chunk_count: int) -> vectors.VectorStore:
        monkeypatch.setattr(index, "_open_store", opened)
        store = opened(state, chunk_count)
        with open_index(news, tmp_path / "index", chunk_size=40) as other:
            other.sync()
        return store

    monkeypatch.setattr(index, "_open_store", open_before_a_sync)
    assert index.nearest(vector, 10, only)
    assert _articles(index, index.nearest(vector, 10, only)) == {"undated.txt"}


def test_statistics_count_chunks_and_terms(index: Index) -> None:
    chunks = index.chunks(_all_ids(index))
    statistics = index.statistics()
    assert statistics.chunk_count == len(chunks)
    assert statistics.mean_length == pytest.approx(np.mean([len(chunk.terms) for chunk in chunks]))
    words = sorted({term for chunk in chunks for term in chunk.terms})
    expected = {word: sum(word in chunk.terms for chunk in chunks) for word in words}
    assert statistics.document_frequency([*words, "zebra"]) == {**expected, "zebra": 0}


def test_statistics_follow_a_deletion_at_once(index: Index, news: Path) -> None:
    before = index.statistics().document_frequency(["frost", "bridg"])
    (news / ORCHARD).unlink()
    index.sync()
    after = index.statistics().document_frequency(["frost", "bridg"])
    assert before["frost"] > 0
    assert after == {"frost": 0, "bridg": before["bridg"]}


def test_an_outlet_with_an_unseen_character_in_its_name_is_found_by_filters(news: Path, tmp_path: Path) -> None:
    (news / "metadata.yaml").write_text(rf'{HARBOUR}: {{publisher: "Ellery\0 Gazette"}}')
    with open_index(news, tmp_path / "index") as index:
        index.sync()
        (publisher,) = {source.publisher for source in index.sources() if source.id == HARBOUR}
        assert publisher == "Ellery Gazette"
        for filters in (Filters(publishers=(publisher,)), Filters(publishers=(publisher, "\0"))):
            assert _articles(index, index.matching(["bridg"], 5, filters)) == {HARBOUR}


def test_an_empty_corpus_makes_an_index_that_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with open_index(tmp_path / "empty", tmp_path / "index") as index:
        index.sync()
        assert not index.needs_sync()
        assert index.sources() == ()
        assert index.nearest(question(WordEmbedding(), "bridge"), 5) == {}
        assert index.matching(["bridge"], 5) == {}
        assert (index.statistics().chunk_count, index.statistics().mean_length) == (0, 0)


def test_equal_chunks_are_ranked_by_id(corpus: Path, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (corpus / name).write_text("Copper prices rose again.\n\nCopper prices rose again in the valley.\n")
    with open_index(corpus, tmp_path / "index") as index:
        index.sync()
        for found in (index.matching(["copper"], 3), index.nearest(question(WordEmbedding(), "copper prices"), 3)):
            assert list(found) == sorted(found)
            assert _articles(index, found) == {"a.txt", "b.txt", "c.txt"}
        everything = list(index.matching(["copper"], 3))
        assert [list(index.matching(["copper"], k)) for k in (1, 2, 10)] == [everything[:1], everything[:2], everything]


def test_a_closed_index_opens_again(index: Index) -> None:
    index.close()
    assert len(index.sources()) == 4


def _without_second_page(data: bytes) -> bytes:
    size = int.from_bytes(data[16:18])  # https://sqlite.org/fileformat.html
    return data[:size] + bytes(size) + data[2 * size :]


DAMAGE: dict[str, Any] = {
    "library.sqlite is empty": ("library.sqlite", lambda _: b""),
    "library.sqlite is cut off": ("library.sqlite", lambda data: data[:5000]),
    "library.sqlite is garbage": ("library.sqlite", lambda data: b"\x17" * len(data)),
    "library.sqlite has lost a page": ("library.sqlite", _without_second_page),
    "chroma.sqlite3 is empty": ("vectors/*/chroma.sqlite3", lambda _: b""),
    "chroma.sqlite3 is cut off": ("vectors/*/chroma.sqlite3", lambda data: data[:5000]),
    "chroma.sqlite3 is garbage": ("vectors/*/chroma.sqlite3", lambda data: b"\x17" * len(data)),
    "a header is cut off": ("vectors/*/*/header.bin", lambda data: data[:10]),
    "the graph is cut off": ("vectors/*/*/data_level0.bin", lambda data: data[:1000]),
    "the graph is empty": ("vectors/*/*/data_level0.bin", lambda _: b""),
}


def _harm(folder: Path, pattern: str, change: Any) -> None:
    (path,) = folder.glob(pattern)
    path.write_bytes(change(path.read_bytes()))


def _use(index: Index) -> None:
    index.needs_sync()
    index.nearest(question(WordEmbedding(), "bridge"), 5)
    index.sources()


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_noticed_with_a_word_on_how_to_rebuild(news: Path, tmp_path: Path, damage: str) -> None:
    with open_index(news, tmp_path / "index") as index:
        index.sync()
        sources = index.sources()
    _harm(tmp_path / "index", *DAMAGE[damage])
    with open_index(news, tmp_path / "index") as index:
        with pytest.raises(IndexDamagedError) as caught:
            _use(index)
        assert "assistant sync --rebuild" in caught.value.in_words()
        with pytest.raises(IndexDamagedError):
            index.sync()
        index.sync(rebuild=True)
        assert not index.needs_sync()
        assert index.sources() == sources
        assert index.nearest(question(WordEmbedding(), "bridge"), 5)


@pytest.mark.parametrize(
    "change",
    [lambda _: b"", lambda data: data[:3000], lambda data: b"\x17" * len(data)],
    ids=["empty", "cut", "garbage"],
)
def test_a_damaged_journal_of_embeddings_is_made_anew(
    news: Path, tmp_path: Path, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, open_index(news, tmp_path / "index") as index:
        patched.setattr(index._place, "prepare", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            index.sync()
        assert not index._journal._idle
    _harm(tmp_path / "index", "embeddings.sqlite", change)
    embedding = WordEmbedding()
    with open_index(news, tmp_path / "index", embedding) as index:
        assert index.sync().notes == ()
        assert "Ferries will run for another month." in embedding.seen
        assert len(index.sources()) == 4


def test_a_lost_folder_of_vectors_is_noticed(index: Index, tmp_path: Path) -> None:
    index.close()
    (folder,) = (tmp_path / "index" / "vectors").iterdir()
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(IndexDamagedError, match="files are missing"):
        index.needs_sync()


def test_vectors_that_do_not_belong_to_the_chunks_are_noticed(index: Index) -> None:
    some = _all_ids(index)[:1]
    assert index._store
    index._store[1].delete(some)
    index.close()
    with pytest.raises(IndexDamagedError, match="chunks, but"):
        index.nearest(question(WordEmbedding(), "bridge"), 1)


def test_a_file_of_another_program_is_not_touched(news: Path, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    path = tmp_path / "index" / "library.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()
    data = path.read_bytes()
    with open_index(news, tmp_path / "index") as index:
        with pytest.raises(IndexDamagedError, match="belongs to another program"):
            index.needs_sync()
        with pytest.raises(IndexDamagedError, match="belongs to another program"):
            index.sync()
    assert path.read_bytes() == data


def test_an_index_of_another_version_is_noticed(index: Index, tmp_path: Path) -> None:
    index.close()
    with closing(sqlite3.connect(tmp_path / "index" / "library.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(IndexDamagedError, match="another version"):
        index.needs_sync()


def test_an_index_of_an_earlier_version_is_made_anew_with_a_word(index: Index, tmp_path: Path) -> None:
    sources = index.sources()
    index.close()
    outdate(tmp_path / "index" / "library.sqlite")
    assert index.needs_sync()
    assert any("earlier version" in note for note in index.sync().notes)
    assert index.sources() == sources
    assert index.matching(["bridg"], 5)
    assert not index.needs_sync()
    assert index.sync().notes == ()


@pytest.mark.parametrize("trouble", ["no corpus", "no vectors", "killed at the end"])
def test_an_index_of_an_earlier_version_stays_until_the_new_one_is_whole(
    index: Index, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    sources = index.sources()
    index.close()
    library = tmp_path / "index" / "library.sqlite"
    outdate(library)
    before = library.read_bytes()
    with monkeypatch.context() as patched:
        if trouble == "no corpus":
            news.rename(tmp_path / "elsewhere")
        elif trouble == "no vectors":
            patched.setattr(index._embedder, "vectors", Mock(side_effect=ModelError("The endpoint is gone.")))
        else:
            patched.setattr(index._successor, "replace", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises((CorpusError, ModelError, KeyboardInterrupt)):
            index.sync()
    assert library.read_bytes() == before
    if trouble == "no corpus":
        (tmp_path / "elsewhere").rename(news)
    assert any("earlier version" in note for note in index.sync().notes)
    assert index.sources() == sources
    assert index.nearest(question(WordEmbedding(), "bridge"), 5)
    assert not index.needs_sync()
    assert not list((tmp_path / "index").glob("successor*"))


def test_a_text_that_is_not_what_was_stored_is_told(index: Index) -> None:
    chunk = index.chunks(list(index.nearest(question(WordEmbedding(), "bridge"), 1)))[0]
    with index._library.writing() as connection:
        connection.execute("UPDATE articles SET text = CAST(substr(text, 1, length(text) - 1) || x'00' AS BLOB)")
    with pytest.raises(IndexDamagedError, match="A text in the index is damaged"):
        index.article(chunk.source.id)
    with pytest.raises(IndexDamagedError, match="A text in the index is damaged"):
        index.lengths([chunk.source.id])
    with pytest.raises(IndexDamagedError, match="A text in the index is damaged"):
        assert index.chunks([chunk.id])[0].text
    index.sync(rebuild=True)
    assert index.chunks([chunk.id])[0].text == chunk.text


def test_a_damaged_library_stays_until_a_rebuild_is_whole(index: Index, tmp_path: Path) -> None:
    sources = index.sources()
    index.close()
    _harm(tmp_path / "index", "library.sqlite", _without_second_page)
    damaged = (tmp_path / "index" / "library.sqlite").read_bytes()
    with open_index(tmp_path / "nowhere", tmp_path / "index") as other, pytest.raises(CorpusError):
        other.sync(rebuild=True)
    assert (tmp_path / "index" / "library.sqlite").read_bytes() == damaged
    index.sync(rebuild=True)
    assert index.sources() == sources
    assert not list((tmp_path / "index").glob("successor*"))


def test_a_rebuild_that_ends_before_it_takes_its_place_is_gone_on_with(
    index: Index, news: Path, tmp_path: Path
) -> None:
    sources = index.sources()
    index.close()
    _harm(tmp_path / "index", "library.sqlite", _without_second_page)
    embedding = WordEmbedding()
    with open_index(news, tmp_path / "index", embedding) as other:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Database, "replace", Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                other.sync(rebuild=True)
        with pytest.raises(IndexDamagedError):
            other.sync()
        embedding.seen.clear()
        other.sync(rebuild=True)
        assert embedding.seen == []
        assert other.sources() == sources


def test_an_index_folder_that_cannot_be_made_is_unavailable(news: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with open_index(news, tmp_path / "file" / "index") as index:
        assert index.needs_sync()
        with pytest.raises(IndexUnavailableError, match="cannot be used now"):
            index.sync()


def test_an_index_that_is_taken_away_while_it_is_open_answers_no_more(index: Index, tmp_path: Path) -> None:
    assert index.sources()
    (tmp_path / "index" / "library.sqlite").unlink()
    with pytest.raises(IndexDamagedError, match="There is no library"):
        index.sources()
