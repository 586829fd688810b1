"""Endpoints that are worked hard: what they get at a time and at once, and what becomes of what they turn away."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, Settings
from assistant.errors import ModelError
from assistant.index.database import Database
from assistant.index.embeddings import JOURNAL, Embedder
from assistant.models import embedding_model
from assistant.models.chat import Budget, chat_model
from assistant.models.endpoint import EndpointEmbedding
from assistant.patience import Patience
from tests.endpoint import MODEL, Endpoint, Reply, Request, embedded, late, stalled, status, text
from tests.indexes import WordEmbedding
from tests.written import COST, KEY, Newsroom

TEXTS = [f"{number}" for number in range(23)]
VECTORS = [[float(number), 1.0] for number in range(23)]
# Longer than anything here takes.
PATIENCE = 60
GOOD = text(f"{COST} [1]")


def _vector(number: str) -> list[float]:
    return [float(number), 1.0]


class Crowd:
    """A reply that takes its time, and knows how many requests waited for it at once."""

    def __init__(self, reply: Reply, seconds: float = 0.1) -> None:
        self._reply = reply
        self._seconds = seconds
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0

    def __call__(self, _: Request) -> Reply:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._seconds)
        with self._lock:
            self._now -= 1
        return self._reply


@contextmanager
def _embedding(url: str, **changes: Any) -> Iterator[EndpointEmbedding]:
    settings = {f"embedding_{name}": value for name, value in changes.items()}
    made = embedding_model(Settings(embedding="openai", openai_base_url=url, openai_api_key=KEY, **settings))
    assert isinstance(made, EndpointEmbedding)
    with closing(made):
        yield made


def _whole(embedding: EndpointEmbedding) -> list[list[float]]:
    return embedding.get_text_embedding_batch(TEXTS)


def _async(embedding: EndpointEmbedding) -> list[list[float]]:
    return asyncio.run(embedding.aget_text_embedding_batch(TEXTS))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "embeddings.sqlite", JOURNAL)
    made.create()
    with closing(made):
        yield made


def _synced(embedding: EndpointEmbedding, journal: Database) -> dict[str, bytes]:
    """The vectors as a sync asks for them."""
    done: list[int] = []
    found = Embedder(embedding, journal).vectors(TEXTS, {}, done.append)
    assert sum(done) == sum(map(len, TEXTS))
    return found


def _kept(journal: Database) -> set[int]:
    with journal.reading() as connection:
        return {row[0] for row in connection.execute("SELECT id FROM embeddings")}


def test_vectors_of_another_length_are_not_kept(journal: Database) -> None:
    embedder = Embedder(WordEmbedding(), journal)
    embedder.remember({1: b"abc"})
    with pytest.raises(ModelError, match="different lengths"):
        embedder.remember({2: b"ab"})
    assert _kept(journal) == {1}


def test_whatever_is_asked_for_without_waiting_has_the_password_of_the_address() -> None:
    reply = embedded(lambda _: [1.0, 0.0])
    with Endpoint(reply) as endpoint, _embedding(endpoint.url.replace("//", "//ann:p4ss%3Aword@")) as embedding:
        asyncio.run(embedding.aget_query_embedding("What?"))
        asyncio.run(embedding.aget_text_embedding("That."))
    assert endpoint.keys == ["Basic YW5uOnA0c3M6d29yZA=="] * 2


@pytest.mark.parametrize("embed", [_whole, _async])
@pytest.mark.parametrize("concurrency", [1, 3, 64])
def test_requests_are_as_large_as_the_settings_say_and_vectors_come_in_order(
    embed: Callable[[EndpointEmbedding], list[list[float]]], concurrency: int
) -> None:
    def slow_first(request: Request) -> Reply:
        return late(embedded(_vector), 0.3 if "0" in request.body["input"] else 0)

    with (
        Endpoint(slow_first) as server,
        _embedding(server.url, batch_size=5, concurrency=concurrency) as embedding,
    ):
        assert embed(embedding) == VECTORS
    assert sorted(len(body["input"]) for body in server.bodies) == [3, 5, 5, 5, 5]
    assert sorted(int(number) for body in server.bodies for number in body["input"]) == list(range(23))


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_than_allowed_are_under_way(journal: Database, concurrency: int) -> None:
    crowd = Crowd(embedded(_vector))
    with Endpoint(crowd) as server, _embedding(server.url, batch_size=2, concurrency=concurrency) as embedding:
        assert set(_synced(embedding, journal)) == set(TEXTS)
    assert crowd.most == concurrency
    assert sorted(len(body["input"]) for body in server.bodies) == [1, *[2] * 11]


def test_requests_under_way_when_another_one_fails_lose_nothing(journal: Database) -> None:
    all_here = threading.Barrier(3)

    def first_fails(request: Request) -> Reply:
        all_here.wait(PATIENCE)
        return status(503) if "0" in request.body["input"] else late(embedded(_vector), 0.5)

    with (
        Endpoint(first_fails) as server,
        _embedding(server.url, batch_size=5, concurrency=3, retries=0) as embedding,
    ):
        with pytest.raises(ModelError, match="failed with status 503"):
            _synced(embedding, journal)
        embedder = Embedder(embedding, journal)
        sent = {text for body in server.bodies for text in body["input"] if "0" not in body["input"]}
    assert len(server.requests) == 3
    assert _kept(journal) == {embedder.id(text) for text in sent}
    assert len(sent) == 10


def test_a_request_that_was_turned_away_is_sent_again_when_the_endpoint_says() -> None:
    busy = status(429, headers={"Retry-After": "1"})
    with Endpoint(busy, embedded(_vector)) as server, _embedding(server.url, batch_size=5, concurrency=3) as embedding:
        assert _whole(embedding) == VECTORS
    turned_away, *others = server.requests
    (again,) = [request for request in others if request.body == turned_away.body]
    assert again.time - turned_away.time >= 1
    assert len(server.requests) == 6


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize(("code", "words"), [(429, "too many requests"), (503, "failed with status 503")])
def test_retries_that_run_out_are_said_in_words(code: int, words: str, retries: int) -> None:
    reply = status(code, headers={"Retry-After": "0"})
    with (
        Endpoint(reply) as server,
        _embedding(server.url, batch_size=23, retries=retries) as embedding,
        pytest.raises(ModelError, match=words),
    ):
        _whole(embedding)
    assert len(server.requests) == 1 + retries


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return Newsroom(tmp_path_factory.mktemp("newsroom"))


def _sent(server: Endpoint) -> list[str]:
    return [one for body in server.bodies for one in body["input"]]


def test_a_sync_that_an_endpoint_broke_off_embeds_nothing_twice_afterwards(
    newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory
) -> None:
    vectors = embedded(newsroom.embedding.get_text_embedding)
    changes: dict[str, Any] = {
        "index_dir": tmp_path_factory.mktemp("index"),
        "embedding": "openai",
        "embedding_batch_size": 1,
        "embedding_concurrency": 2,
        "embedding_retries": 0,
    }

    def sync(server: Endpoint) -> Any:
        with Assistant(newsroom.settings(openai_base_url=server.url, **changes)) as bot:
            return bot.sync()

    with Endpoint(vectors, vectors, vectors, vectors, status(503), vectors) as server:
        with pytest.raises(ModelError, match="failed with status 503"):
            sync(server)
        kept = _sent(server)[:4]
        server.requests.clear()
        assert sync(server).added
        assert _sent(server)
        assert set(_sent(server)).isdisjoint(kept)
        server.requests.clear()
        changes |= {"embedding_batch_size": 7, "embedding_concurrency": 3, "embedding_retries": 5}
        report = sync(server)
    assert not report.changed
    assert report.notes == ()
    assert server.requests == []


def test_no_more_answers_than_allowed_are_written_at_a_time(newsroom: Newsroom) -> None:
    crowd = Crowd(GOOD, seconds=0.3)
    with newsroom.writing(crowd, llm_concurrency=2) as (bot, endpoint), ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: newsroom.streamed(bot), range(6)))
    assert [answer.text for answer in answers] == [f"{COST} [1]"] * 6
    assert crowd.most == 2
    assert len(endpoint.requests) == 6


def test_a_turn_that_does_not_come_in_time_is_said_in_words(newsroom: Newsroom) -> None:
    with Endpoint(stalled(GOOD, 2)) as endpoint:
        settings = newsroom.settings(openai_base_url=endpoint.url, llm_concurrency=1)
        with closing(chat_model(settings)) as model:
            first = model.reply("", "one", Budget(settings, Patience(PATIENCE)))
            assert next(first)
            with pytest.raises(ModelError, match="did not answer in time"):
                list(model.reply("", "two", Budget(settings, Patience(1))))
            assert endpoint.prompts == ["one"]


def test_a_model_that_checks_does_not_wait_for_the_one_that_writes(newsroom: Newsroom) -> None:
    def either(request: Request) -> Reply:
        return text("YES") if request.body["model"] != MODEL else GOOD

    changes = {"llm_model": MODEL, "verify_model": "v", "llm_concurrency": 1}
    with newsroom.writing(either, **changes) as (bot, endpoint):
        for _ in range(3):
            assert newsroom.streamed(bot).mode == "generative"
    assert {body["model"] for body in endpoint.bodies} == {MODEL, "v"}


def test_failing_replies_are_asked_for_again_as_often_as_the_settings_say(newsroom: Newsroom) -> None:
    for retries in (0, 1):
        with newsroom.writing(status(500), llm_retries=retries) as (bot, endpoint):
            assert newsroom.streamed(bot).mode == "extractive"
        assert len(endpoint.requests) == 1 + retries
