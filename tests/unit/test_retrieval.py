"""Search over real indexes, with embeddings whose cosines are known beforehand."""

from collections.abc import Iterator
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from assistant import Filters, retrieval
from assistant.errors import ModelError
from assistant.index import StoredChunk
from assistant.index.centres import PRIOR_SENTENCES
from assistant.question import Question, read_question
from assistant.retrieval import MEAN_WEIGHT, Hit, Retriever
from assistant.weights import weigh
from tests.indexes import WordEmbedding, open_index
from tests.retrievals import hit

LEXICAL_WEIGHT = 0.15

DAM = "The Quell dam will kill the trout in the river below it, the anglers' club warned."
COST = "It collected 4,000 signatures against the plan."
ROCK = "The Quell dam stands on porous rock, two engineers wrote."
SURVEY = "They ask for another survey before the vote."
VOTE = "Some day the council of Lower Marsh will vote on the Quell dam."
FAIR = "The autumn fair of Lower Marsh had more visitors than ever before."

NEWS = {
    "anglers.txt": f"{DAM} {COST}",
    "copied.txt": f"{COST} {DAM}",
    "engineers.txt": f"{ROCK} {SURVEY}",
    "half.txt": f"{DAM} {FAIR}",
    "council.txt": "\n\n".join([VOTE, *(f"{FAIR} It was fair number {n}, and rain fell on it." for n in range(1, 6))]),
}
METADATA = """\
anglers.txt: {publisher: Ellery Gazette, published: 2018-01-09}
copied.txt: {publisher: Marsh Mirror, published: 2018-01-10}
engineers.txt: {publisher: The Valley Observer, published: 2019-03-21}
half.txt: {publisher: Ellery Gazette, published: 2020-06-03}
council.txt: {published: null}
"""
ABOUT_THE_DAM = "Will the Quell dam kill trout?"


class KnownEmbedding(BaseEmbedding):
    """Gives each text the vector that was laid down for it, the question the first axis."""

    _vectors: dict[str, tuple[float, ...]] = PrivateAttr()

    def __init__(self, vectors: dict[str, tuple[float, ...]]) -> None:
        super().__init__(model_name="known")
        self._vectors = vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return list(self._vectors[text])

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(bool(query)), *[0.0] * (len(next(iter(self._vectors.values()))) - 1)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def _write(folder: Path, files: dict[str, str], metadata: str = "") -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "metadata.yaml").write_text(metadata, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("retrieval")
    embedding = WordEmbedding()
    with open_index(_write(folder / "news", NEWS, METADATA), folder / "index", embedding, chunk_size=40) as index:
        index.sync()
        yield Retriever(index, embedding, LEXICAL_WEIGHT)


@pytest.fixture
def dam() -> Question:
    return read_question(ABOUT_THE_DAM)


def _articles(hits: tuple[Hit, ...]) -> list[str]:
    return [found.chunk.source.id for found in hits]


def _searched(tmp_path: Path, files: dict[str, str], vectors: dict[str, Any], question: str, k: int) -> Any:
    embedding = KnownEmbedding(vectors)
    with open_index(_write(tmp_path / "news", files), tmp_path / "index", embedding) as index:
        index.sync()
        found = Retriever(index, embedding, LEXICAL_WEIGHT).search(read_question(question), k)
        assert found.weights == weigh(found.question.terms, found.question.function_terms, index.statistics())
        return found


# scores


def test_the_score_adds_best_sentence_mean_and_bm25(tmp_path: Path) -> None:
    # Both at .8 and .6 to the question; their mean, on the diagonal, at sqrt(1/2).
    text = f"{ROCK} {SURVEY}"
    found = _searched(tmp_path, {"a.txt": text}, {ROCK: (0.8, 0.6), SURVEY: (0.6, 0.8)}, "porous rock", k=1)
    (best,) = found.hits
    assert best.cosines == pytest.approx([0.8, 0.6], abs=0.005)
    assert max(best.cosines) == pytest.approx(0.8, abs=0.005)
    assert best.cosines.dtype == np.float32
    # One occurrence of each of the two terms, in a chunk as long as the mean one: 1 / (1 + K1).
    assert best.lexical == pytest.approx(1 / 2.2)
    fused = 0.8 + MEAN_WEIGHT * sqrt(1 / 2) + LEXICAL_WEIGHT / 2.2
    assert best.score == pytest.approx(fused / (1 + MEAN_WEIGHT + LEXICAL_WEIGHT), abs=0.005)


@pytest.mark.parametrize(("cosine", "score"), [(1.0, 1.2 / 1.35), (-1.0, 0.0)])
def test_a_score_stays_within_its_bounds(tmp_path: Path, cosine: float, score: float) -> None:
    found = _searched(tmp_path, {"a.txt": ROCK}, {ROCK: (cosine, 0.0)}, "unknown words", k=1)
    assert found.hits[0].score == pytest.approx(score)


def test_the_nearest_chunk_comes_first_and_equal_ones_come_by_name(tmp_path: Path) -> None:
    files = {"c.txt": ROCK, "b.txt": SURVEY, "a.txt": FAIR, "d.txt": DAM}
    vectors = {ROCK: (0.6, 0.8), SURVEY: (0.6, -0.8), FAIR: (0.0, 1.0), DAM: (0.8, 0.6)}
    found = _searched(tmp_path, files, vectors, "unknown words", k=5)
    assert _articles(found.hits) == ["d.txt", "b.txt", "c.txt", "a.txt"]


def test_shared_words_decide_between_chunks_that_are_equally_near(tmp_path: Path) -> None:
    vectors = {ROCK: (0.8, 0.6), SURVEY: (0.8, -0.6)}
    found = _searched(tmp_path, {"a.txt": ROCK, "b.txt": SURVEY}, vectors, "another survey?", k=2)
    assert _articles(found.hits) == ["b.txt", "a.txt"]


@pytest.mark.parametrize("only", ["dense", "lexical"])
def test_what_only_one_side_proposes_is_weighed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only: str) -> None:
    # Each side proposes one chunk. Shared words propose `rock.txt`; the mean vector proposes `survey.txt`.
    monkeypatch.setattr(retrieval, "CANDIDATES", 1)
    files = {"rock.txt": f"{ROCK} {FAIR}", "survey.txt": SURVEY}
    nearest = (0.96, 0.28) if only == "lexical" else (0.6, 0.8)
    found = _searched(tmp_path, files, {ROCK: nearest, FAIR: (-0.96, 0.28), SURVEY: (0.8, 0.6)}, "porous rock", k=1)
    assert _articles(found.hits) == (["rock.txt"] if only == "lexical" else ["survey.txt"])


def test_the_background_is_the_cosine_of_the_mean_sentence(tmp_path: Path) -> None:
    files = {"a.txt": f"{ROCK} {SURVEY}", "b.txt": FAIR}
    vectors = {ROCK: (0.8, 0.6), SURVEY: (0.6, 0.8), FAIR: (-0.5, 0.866)}
    found = _searched(tmp_path, files, vectors, "porous rock", k=1)
    assert [found_hit.background for found_hit in found.hits] == pytest.approx([0.3], abs=0.005)


# search


def test_no_more_passages_come_than_were_asked_for(news: Retriever, dam: Question) -> None:
    assert [len(news.search(dam, k).hits) for k in (1, 2, 3)] == [1, 2, 3]


def test_passages_come_best_first_and_lie_where_they_say(news: Retriever, dam: Question) -> None:
    passages = news.search(dam, 20).passages()
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    for passage in passages:
        text = news._index.article(passage.source.id).text
        assert text[passage.start : passage.end] == passage.text
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)


def test_a_chunk_that_another_file_repeats_is_found_once(news: Retriever, dam: Question) -> None:
    found = _articles(news.search(dam, 20).hits)
    assert len({"anglers.txt", "copied.txt"} & set(found)) == 1


def test_a_chunk_that_is_half_new_is_kept(news: Retriever, dam: Question) -> None:
    found = _articles(news.search(dam, 20).hits)
    assert "half.txt" in found


def test_a_repeat_makes_room_for_the_next_chunk(news: Retriever, dam: Question) -> None:
    assert len(news.search(dam, 4).hits) == 4


@pytest.mark.parametrize(
    ("filters", "articles"),
    [
        (Filters(publishers=("Ellery Gazette",)), {"anglers.txt", "half.txt"}),
        (Filters(articles=("engineers.txt",)), {"engineers.txt"}),
        (Filters(published_from=date(2019, 3, 21)), {"engineers.txt", "half.txt"}),
        (Filters(published_to=date(2019, 3, 21), publishers=("The Valley Observer",)), {"engineers.txt"}),
        (Filters(publishers=("Nobody",)), set()),
        (Filters(), {"anglers.txt", "engineers.txt", "half.txt", "council.txt"}),
    ],
)
@pytest.mark.parametrize("search", ["search", "survey"])
def test_a_filter_holds_whichever_side_proposes(
    news: Retriever, search: str, filters: Filters, articles: set[str]
) -> None:
    # Asked for more than there is, either side alone would propose every chunk.
    question = read_question("the Quell dam, Lower Marsh, the survey, the plan, fair rain")
    found = _articles(getattr(news, search)(question, 50, filters).hits)
    # Of the two that repeat each other it does not matter which one is left.
    assert {name.replace("copied", "anglers") for name in found} == articles


def test_a_filter_that_lets_a_repeat_through_alone_finds_it(news: Retriever, dam: Question) -> None:
    assert _articles(news.search(dam, 5, Filters(articles=("copied.txt",))).hits) == ["copied.txt"]


def test_a_corpus_without_articles_holds_no_passage(tmp_path: Path, dam: Question) -> None:
    with open_index(_write(tmp_path / "news", {}), tmp_path / "index") as index:
        index.sync()
        found = Retriever(index, WordEmbedding(), LEXICAL_WEIGHT).search(dam, 5)
    assert not found.hits
    assert not found.passages()
    assert found.weights.known == 0


# survey


def test_what_a_sync_replaces_after_the_search_is_searched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dam: Question
) -> None:
    embedding = WordEmbedding()
    folder = _write(tmp_path / "news", {"dam.txt": "The Quell dam will kill trout, anglers say."})
    with open_index(folder, tmp_path / "index", embedding) as index:
        index.sync()
        read = index.chunks

        def read_after_a_sync(ids: list[int]) -> list[StoredChunk]:
            monkeypatch.setattr(index, "chunks", read)
            (folder / "dam.txt").write_text("The Quell dam will kill no trout, engineers say.", encoding="utf-8")
            with open_index(folder, tmp_path / "index", embedding) as other:
                other.sync()
            return read(ids)

        monkeypatch.setattr(index, "chunks", read_after_a_sync)
        found = Retriever(index, embedding, LEXICAL_WEIGHT).search(dam, 5)
    assert ["engineers" in hit.chunk.text for hit in found.hits] == [True]


def test_a_survey_takes_the_best_chunk_of_each_article(news: Retriever, dam: Question) -> None:
    hits = news.survey(dam, 10).hits
    articles = _articles(hits)
    assert len(articles) == len(set(articles)) >= 4
    council = next(found for found in hits if found.chunk.source.id == "council.txt")
    assert council.chunk.text.startswith(VOTE)
    every = [found for found in news.search(dam, 50).hits if found.chunk.source.id == "council.txt"]
    assert len(every) > 1
    assert council.score == max(found.score for found in every)


def test_a_survey_hears_the_nearest_articles_first(news: Retriever, dam: Question) -> None:
    ranked = news.survey(dam, 10).hits
    assert [found.score for found in ranked] == sorted((found.score for found in ranked), reverse=True)
    assert _articles(news.survey(dam, 2).hits) == _articles(ranked)[:2]


def test_one_long_article_does_not_crowd_the_others_out_of_a_survey(tmp_path: Path) -> None:
    days = [f"The Quell dam on day {n} held {n * 7 + 3} litres, and its council met in room {n}." for n in range(120)]
    files = {"long.txt": "\n\n".join(days), "rock.txt": ROCK, "trout.txt": DAM}
    embedding = WordEmbedding()
    with open_index(_write(tmp_path / "news", files), tmp_path / "index", embedding, chunk_size=32) as index:
        index.sync()
        found = Retriever(index, embedding, LEXICAL_WEIGHT).survey(
            read_question("What do the sources say about the Quell dam?"), 10
        )
    assert set(_articles(found.hits)) == set(files)


# languages


ENGLISH = "The council of the town voted for the bridge in the spring, and the mayor signed the plan."
RUSSIAN = "Совет города весной проголосовал за строительство моста, и мэр подписал план."


def _in_two_languages() -> tuple[dict[str, str], dict[str, tuple[float, ...]]]:
    """Articles in two languages, those of one further away from the question; one of each stands out."""
    near = {f"en{n}.txt": 0.6 - n / 1000 for n in range(60)} | {f"ru{n}.txt": 0.3 - n / 1000 for n in range(60)}
    near |= {"en0.txt": 0.7, "ru0.txt": 0.65}
    files = {n: (ENGLISH if n.startswith("en") else RUSSIAN).replace(".", f" {n[2:-4]}.") for n in near}
    return files, {text: (near[name], sqrt(1 - near[name] ** 2)) for name, text in files.items()}


def test_a_passage_that_stands_out_in_its_language_comes_before_others_in_the_question_s_own(tmp_path: Path) -> None:
    files, vectors = _in_two_languages()
    found = _searched(tmp_path, files, vectors, "unknown words", k=2)
    assert _articles(found.hits) == ["ru0.txt", "en0.txt"]
    other, own = found.hits
    assert own.background - other.background == pytest.approx(0.3 * 60 / (60 + PRIOR_SENTENCES), abs=0.01)
    assert max(other.cosines) < max(own.cosines)


def test_the_mean_sentence_of_a_language_is_that_of_its_articles_and_a_little_of_all(tmp_path: Path) -> None:
    files, vectors = _in_two_languages()
    embedding = KnownEmbedding(vectors)
    with open_index(_write(tmp_path / "news", files), tmp_path / "index", embedding) as index:
        index.sync()
        centres = index.language_centres()
        assert index.language_centres() is centres
        (tmp_path / "news" / "en0.txt").unlink()
        index.sync()
        assert index.language_centres() is not centres
    means = {
        code: np.mean([vectors[text] for name, text in files.items() if name.startswith(code)], axis=0)
        for code in ("en", "ru")
    }
    overall = (means["en"] + means["ru"]) / 2
    for code, mean in means.items():
        assert centres[code] == pytest.approx(
            (60 * mean + PRIOR_SENTENCES * overall) / (60 + PRIOR_SENTENCES), abs=0.01
        )


@pytest.mark.parametrize("length", [0.0, float("nan")])
def test_a_question_without_a_usable_vector_is_the_model_s_failure(news: Retriever, length: float) -> None:
    class Broken(WordEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return [length] * len(super()._get_query_embedding(query))

    with pytest.raises(ModelError, match="usable vector"):
        Retriever(news._index, Broken(), LEXICAL_WEIGHT).search(read_question(ABOUT_THE_DAM), 1)


# hits


def test_a_hit_reads_its_sentences_from_the_middle_of_an_article() -> None:
    found = hit("It rained.", "Then it stopped.", start=100)
    assert found.sentence_texts == ["It rained.", "Then it stopped."]
    assert found.sentence_terms == [{"it", "rain"}, {"then", "it", "stop"}]
    assert found.terms == {"it", "rain", "then", "stop"}


def test_a_hit_is_shown_as_a_passage() -> None:
    found = hit("It rained.", "Then it stopped.", start=100, score=0.5, title="Weather")
    passage = found.passage()
    assert (passage.text, passage.start, passage.end) == ("It rained. Then it stopped.", 100, 127)
    assert (passage.source, passage.score, passage.sentences) == (found.chunk.source, 0.5, found.chunk.sentences)
