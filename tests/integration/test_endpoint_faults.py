"""Whatever an endpoint does, the reader gets an answer or plain words in time, and what went wrong with what to set."""

import json
import logging
import re
import threading
import time
import traceback
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from assistant import Assistant
from assistant.errors import ModelError, SettingsError
from assistant.models.chat import Budget, chat_model
from assistant.models.connections import http_client
from assistant.patience import Patience
from tests.endpoint import (
    EMBEDDINGS,
    HTML,
    NOWHERE,
    STREAM,
    TOO_LONG,
    UNKNOWN_MODEL,
    Endpoint,
    Reply,
    Request,
    Response,
    completion,
    cut,
    embeddings,
    error,
    late,
    no_choices,
    raw,
    refused_address,
    spoilt,
    stalled,
    status,
    text,
    tool_call,
    trickling,
)
from tests.written import COST, KEY, PRICE, QUESTION, Newsroom

# Much longer than anything here may take, on a machine that has other things to do as well.
PATIENCE = 60
GOOD = text(f"{COST} [1]")
# The first chunk has no text, the next ones have.
TWO = completion({"content": f"{COST} [1] "}, {"content": f"{PRICE} [1] "}, {"content": "Ferries will run"})


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    return Newsroom(tmp_path_factory.mktemp("newsroom"))


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < PATIENCE


def _comments(_: Request) -> Response:
    return Response((b": still here\n\n",) * 400, kind=STREAM, seconds_between=0.05)


HTML_PAGE = "<html><body>Welcome to our proxy</body></html>"
IN_STREAM = b'data: {"error": {"message": "the GPU fell off", "type": "server_error"}}\n\n'
LONG_IN_STREAM = b'data: {"error": {"message": "exceeds the available context size", "type": "x"}}\n\n'

# Nothing of an answer came: name, replies, what the notice names.
SILENT: list[tuple[str, tuple[Reply, ...], str, str]] = [
    ("401", (status(401, error("Bad key")),), "refuses the key", "OPENAI_API_KEY"),
    ("403", (status(403),), "refuses the key", "OPENAI_API_KEY"),
    ("404 model", (UNKNOWN_MODEL,), "does not know the model 'gpt-4o-mini'", "ASSISTANT_LLM_MODEL"),
    ("400", (status(400, error("temperature must be 1")),), "temperature must be 1", "ASSISTANT_LLM_MODEL"),
    ("400 page", (status(400, HTML_PAGE),), "status 400", "ASSISTANT_LLM_MAX_TOKENS"),
    ("429 for ever", (status(429, headers={"Retry-After": "0"}),), "too many requests", "account"),
    ("429 one hour", (status(429, headers={"Retry-After": "3600"}),), "too many requests", "account"),
    ("429 fifty seconds", (status(429, headers={"Retry-After": "50"}),), "too many requests", "account"),
    (
        "429 until a date",
        (lambda _: status(429, headers={"Retry-After": formatdate(time.time() + 50, usegmt=True)}),),
        "too many requests",
        "account",
    ),
    ("429 bare", (status(429),), "too many requests", "account"),
    ("500 for ever", (status(500, error("no memory")),), "status 500: no memory", "Try again"),
    ("502 page", (status(502, HTML_PAGE),), "status 502.", "Try again"),
    ("503 for ever", (status(503),), "status 503", "Try again"),
    ("invalid JSON", (raw(b"data: {nonsense\n\n", kind=STREAM),), "something else", "OPENAI_BASE_URL"),
    ("invalid SSE", (raw(b"\x00\xff\xfe nonsense", kind=STREAM),), "", "OPENAI_BASE_URL"),
    ("page", (raw(HTML_PAGE.encode(), kind=HTML),), "something else", "OPENAI_BASE_URL"),
    ("JSON", (raw(b'{"ok": true}'),), "something else", "OPENAI_BASE_URL"),
    ("strange chunk", (raw(b'data: {"choices": 7}\n\n', kind=STREAM),), "something else", "OPENAI_BASE_URL"),
    ("null choices", (raw(b'data: {"choices": null}\n\n', kind=STREAM),), "something else", "OPENAI_BASE_URL"),
    ("empty body", (raw(b"", kind=STREAM),), "something else", "OPENAI_BASE_URL"),
    ("empty answer", (text(""),), "wrote nothing", "ASSISTANT_LLM_MODEL"),
    ("no choices", (no_choices(),), "wrote nothing", "ASSISTANT_LLM_MODEL"),
    ("null content", (completion({"content": None}),), "wrote nothing", "ASSISTANT_LLM_MODEL"),
    ("tool call", (tool_call(),), "called a tool", "ASSISTANT_LLM_MODEL"),
    (
        "only thoughts",
        (text("<think>The works cost 48 million crowns. [1]", finish="length"),),
        "used up",
        "MAX_TOKENS",
    ),
    ("length at once", (text("The works", finish="length"),), "used up", "MAX_TOKENS"),
    ("filter at once", (text("", finish="content_filter"),), "content filter", ""),
    ("error in stream", (spoilt(TWO, 1, IN_STREAM),), "the GPU fell off", "Try again"),
    ("too long in stream", (spoilt(TWO, 1, LONG_IN_STREAM),), "cannot take as long a text", "CONTEXT_WINDOW"),
    ("closed", (cut(TWO, 0),), "broke the connection off", "Try again"),
    ("reset", (cut(TWO, 0, reset=True),), "", "again"),
    *(
        (f"too long, {who}", (reply,), "cannot take as long a text", "CONTEXT_WINDOW")
        for who, reply in TOO_LONG.items()
    ),
]


@pytest.mark.parametrize(("name", "replies", "said", "advice"), SILENT, ids=[row[0] for row in SILENT])
def test_without_a_sentence_the_articles_are_quoted_with_a_word_about_it(
    newsroom: Newsroom, name: str, replies: tuple[Reply, ...], said: str, advice: str
) -> None:
    answer = newsroom.ask(*replies, llm_stall_timeout=5)
    assert answer.mode == "extractive", name
    assert "48 million" in answer.text
    (notice,) = answer.notices
    assert said in notice
    assert advice in notice
    assert notice.endswith("The articles are quoted instead.")
    assert "<" not in notice


@pytest.mark.parametrize("address", ["refused", "nowhere"])
def test_an_endpoint_that_cannot_be_reached(newsroom: Newsroom, address: str) -> None:
    with (
        refused_address() as refused,
        newsroom.bot(openai_base_url=refused if address == "refused" else NOWHERE) as bot,
    ):
        answer = newsroom.streamed(bot)
    assert "48 million" in answer.text
    assert "cannot be reached" in answer.notices[0]
    assert "OPENAI_BASE_URL" in answer.notices[0]


@pytest.mark.parametrize("reply", [late(GOOD, 30), stalled(TWO, 0), _comments, trickling(GOOD, 5)])
def test_an_endpoint_that_keeps_the_reader_waiting(newsroom: Newsroom, reply: Reply) -> None:
    answer = newsroom.ask(reply, llm_timeout=2, llm_stall_timeout=0.5)
    assert answer.mode == "extractive"
    assert "did not answer in time" in answer.notices[0]
    assert "ASSISTANT_LLM_TIMEOUT" in answer.notices[0]


BREAKS: list[tuple[str, Reply, str]] = [
    ("stall", stalled(TWO, 3), "did not answer in time"),
    ("closed", cut(TWO, 3), "broke the connection off"),
    ("reset", cut(TWO, 3, reset=True), ""),
    ("error", spoilt(TWO, 3, IN_STREAM), "the GPU fell off"),
    ("too long", spoilt(TWO, 3, LONG_IN_STREAM), "cannot take as long a text"),
    ("nonsense", spoilt(TWO, 3, b"data: {nonsense\n\n"), "something else"),
    ("no end", spoilt(TWO, 4), "in the middle of a sentence"),
    ("length", text(f"{COST} [1] Ferries will", finish="length"), "ASSISTANT_LLM_MAX_TOKENS"),
    ("filter", text(f"{COST} [1] Ferries will", finish="content_filter"), "content filter"),
]


@pytest.mark.parametrize(("name", "reply", "said"), BREAKS, ids=[row[0] for row in BREAKS])
def test_what_was_shown_stays_and_a_notice_says_that_the_answer_breaks_off(
    newsroom: Newsroom, name: str, reply: Reply, said: str
) -> None:
    answer = newsroom.ask(reply, llm_timeout=10, llm_stall_timeout=1)
    assert answer.mode == "generative", name
    assert answer.text.startswith(f"{COST} [1]")
    assert "Ferries" not in answer.text
    (notice,) = answer.notices
    assert notice.startswith("The answer breaks off: ")
    assert said in notice


@pytest.mark.parametrize(
    "first",
    [
        status(429, headers={"Retry-After": "0"}),
        status(429, headers={"Retry-After": "1"}),
        status(429),
        status(500),
        status(502, HTML_PAGE),
        status(503),
        status(408),
    ],
)
def test_a_failure_that_passes_is_not_seen(newsroom: Newsroom, first: Reply) -> None:
    with newsroom.writing(first, GOOD) as (bot, endpoint):
        answer = newsroom.streamed(bot)
    assert (answer.text, answer.notices) == (f"{COST} [1]", ())
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize(
    ("reply", "requests"),
    [(status(500), 3), (status(401), 1), (status(400), 1), (status(429, headers={"Retry-After": "50"}), 1)],
)
def test_only_what_may_help_is_tried_again(newsroom: Newsroom, reply: Reply, requests: int) -> None:
    with newsroom.writing(reply) as (bot, endpoint):
        bot.ask(QUESTION)
    assert len(endpoint.requests) == requests


@pytest.mark.parametrize("who", TOO_LONG)
def test_a_prompt_that_was_too_long_is_sent_once_more_with_less(newsroom: Newsroom, who: str) -> None:
    with newsroom.writing(TOO_LONG[who], GOOD) as (bot, endpoint):
        answer = newsroom.streamed(bot)
    long, short = endpoint.prompts
    assert len(short) < len(long)
    assert '<passage number="1">' in short
    assert answer.text == f"{COST} [1]"


def test_a_window_without_room_for_a_passage_costs_no_request(newsroom: Newsroom) -> None:
    with newsroom.writing(GOOD, llm_context_window=1000, llm_max_tokens=900) as (bot, endpoint):
        answer = newsroom.streamed(bot)
    assert endpoint.requests == []
    assert "ASSISTANT_LLM_CONTEXT_WINDOW" in answer.notices[0]


def test_an_enormous_chunk_is_read_as_far_as_the_model_may_write(newsroom: Newsroom) -> None:
    answer = newsroom.ask(completion({"content": f"{COST} [1] " * 200_000}), llm_max_tokens=50)
    assert answer.text.startswith(f"{COST} [1]")
    assert len(answer.text) < 1000
    assert "ASSISTANT_LLM_MAX_TOKENS" in answer.notices[0]


def test_an_endless_reply_is_left(newsroom: Newsroom) -> None:
    reply = completion(*({"content": f"{COST} [1] "} for _ in range(5000)))
    answer = newsroom.ask(trickling(reply, 0.001), llm_max_tokens=50)
    assert len(answer.text) < 1000
    assert "ASSISTANT_LLM_MAX_TOKENS" in answer.notices[0]


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "reply" and thread.is_alive()]


@pytest.mark.parametrize("reply", [_comments, trickling(TWO, 0.3), late(GOOD, 30)])
def test_a_reader_who_leaves_leaves_no_thread_behind(newsroom: Newsroom, reply: Reply) -> None:
    with newsroom.writing(reply, llm_timeout=1, llm_stall_timeout=0.8) as (bot, endpoint):
        events = bot.stream(QUESTION)
        next(events)
        events.close()  # type: ignore[attr-defined]
        end = time.monotonic() + PATIENCE / 2
        while _threads() and time.monotonic() < end:
            time.sleep(0.05)
        assert _threads() == []
        assert len(endpoint.requests) <= 3


@pytest.fixture(scope="module")
def remote(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings of an index whose vectors came from an endpoint."""
    changes = {"index_dir": tmp_path_factory.mktemp("remote"), "embedding": "openai", "embedding_model": "remote"}
    with Endpoint(_embedding(newsroom, 0)) as endpoint:
        settings = newsroom.settings(openai_base_url=endpoint.url, openai_api_key=KEY, **changes)
        with Assistant(settings) as bot:
            bot.sync()
    return changes


def _embedding(newsroom: Newsroom, seconds: float, text: str = "") -> Reply:
    """Embeds as the local model, and takes its time for what holds a text."""

    def reply(request: Request) -> Response | Reply:
        if request.path != EMBEDDINGS:
            return GOOD
        given = request.body["input"]
        made = embeddings(*newsroom.embedding.get_text_embedding_batch(given))
        return late(made, seconds) if any(text in one for one in given) else made

    return reply


def test_a_slow_embedding_of_the_question_is_waited_for_no_longer_than_an_answer(
    newsroom: Newsroom, remote: dict[str, Any]
) -> None:
    with Endpoint(_embedding(newsroom, 40, QUESTION)) as endpoint:
        settings = newsroom.settings(openai_base_url=endpoint.url, openai_api_key=KEY, llm_timeout=2, **remote)
        with Assistant(settings) as bot, pytest.raises(ModelError, match=r"embedding endpoint .* in time"):
            bot.ask(QUESTION)


def test_a_slow_embedding_of_what_was_written_is_waited_for_no_longer_than_an_answer(
    newsroom: Newsroom, remote: dict[str, Any]
) -> None:
    with Endpoint(_embedding(newsroom, 40, COST)) as endpoint:
        settings = newsroom.settings(openai_base_url=endpoint.url, openai_api_key=KEY, llm_timeout=4, **remote)
        with Assistant(settings) as bot:
            answer = bot.ask(QUESTION)
    assert answer.mode == "extractive"
    assert "48 million" in answer.text
    assert re.search("embedding endpoint .* in time", answer.notices[0])


def test_nothing_is_sent_for_a_reader_who_has_left() -> None:
    patience = Patience(60)
    timeout = httpx.Timeout(5)
    with Endpoint(GOOD) as endpoint, http_client(httpx.URL(endpoint.url), timeout) as client:
        patience.end()
        with patience.for_this_thread(), pytest.raises(httpx.TimeoutException):
            client.get(endpoint.url)
        assert client.get(f"{endpoint.url}/models").status_code == 200
    assert endpoint.requests == []


ECHOES = [
    status(400, error(f"Incorrect request with key {KEY} and more")),
    status(500, error(f"{'x' * 190} {KEY}")),
    status(401, error(f"Incorrect API key provided: {KEY}")),
    status(502, f"<html>{KEY}</html>"),
    spoilt(TWO, 1, f'data: {{"error": {{"message": "{KEY}"}}}}\n\n'.encode()),
    spoilt(TWO, 1, f"data: {KEY}\n\n".encode()),
    GOOD,
]


LONG_KEY = "sk-" + "0123456789abcdef" * 100 + "-end"


@pytest.mark.parametrize(
    "reply",
    [
        status(400, error(f"Incorrect request with key {LONG_KEY} and more")),
        spoilt(TWO, 3, f'data: {{"error": {{"message": "{LONG_KEY}"}}}}\n\n'.encode()),
        text(f"{COST} [1] Incorrect API key provided: {LONG_KEY}. [1]"),
        text(f"{COST} [1] Incorrect API key provided: {LONG_KEY[:1400]}"),
        text(f"{COST} [1] <think>Hm.</think> Incorrect API key provided: {LONG_KEY}", finish="length"),
    ],
)
@pytest.mark.parametrize("unsupported", ["withhold", "mark"])
def test_no_piece_of_a_long_key_appears(newsroom: Newsroom, tmp_path: Path, reply: Reply, unsupported: str) -> None:
    trace = tmp_path / "trace.jsonl"
    with newsroom.writing(reply, trace_file=trace, openai_api_key=LONG_KEY, unsupported=unsupported) as (bot, _):
        answer = newsroom.streamed(bot)
    assert "48 million" in answer.text
    assert "9abcdef0123" not in answer.model_dump_json() + trace.read_text(encoding="utf-8")


@pytest.mark.parametrize("reply", ECHOES)
def test_the_key_appears_nowhere(
    newsroom: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "httpx", "httpcore", "llama_index"):
        caplog.set_level(logging.DEBUG, logger=name)
    trace = tmp_path / "trace.jsonl"
    with newsroom.writing(reply, trace_file=trace) as (bot, endpoint):
        answer = newsroom.streamed(bot)
        assert KEY not in repr(vars(bot))
        assert KEY not in repr(bot._writer.model._llm) if bot._writer else True
    assert endpoint.keys[0] == f"Bearer {KEY}"
    fragments = {KEY[:12], KEY[-12:]}
    shown = [answer.model_dump_json(), trace.read_text(encoding="utf-8")]
    shown += [logging.Formatter().format(record) for record in caplog.records]
    assert not [said for said in shown for fragment in fragments if fragment in said]


@pytest.mark.parametrize("reply", ECHOES[:6])
def test_the_key_is_in_no_error_nor_in_what_caused_it(newsroom: Newsroom, reply: Reply) -> None:
    with Endpoint(reply) as endpoint:
        settings = newsroom.settings(openai_base_url=endpoint.url, openai_api_key=KEY)
        model = chat_model(settings)
        with pytest.raises(ModelError) as caught:
            model.whole_reply("", "Hello", Budget(settings, Patience(60)))
        model.close()
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.in_words()
    assert KEY[:12] not in told
    assert KEY[-12:] not in told


def test_the_password_of_an_address_is_sent_and_seen_nowhere(
    newsroom: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    trace = tmp_path / "trace.jsonl"
    with Endpoint(status(500, error("the password is p4ss:word")), GOOD) as endpoint:
        address = endpoint.url.replace("http://", "http://ann:p4ss%3Aword@")
        with newsroom.bot(openai_base_url=address, trace_file=trace) as bot:
            answer = newsroom.streamed(bot)
        with newsroom.bot(openai_base_url=address, llm_retries=0) as bot:
            endpoint._script[:] = [status(500, error("the password is p4ss:word"))]
            failed = newsroom.streamed(bot)
    assert answer.text == f"{COST} [1]"
    assert endpoint.keys[0] == "Basic YW5uOnA0c3M6d29yZA=="
    assert "the password is ***" in failed.notices[0]
    logs = [logging.Formatter().format(record) for record in caplog.records]
    told = json.dumps([answer.model_dump_json(), failed.model_dump_json(), trace.read_text(encoding="utf-8"), *logs])
    assert "p4ss" not in told


@pytest.mark.parametrize("key", ["sk-ключ-1234567890", "sk-12345\n67890"])
def test_a_key_that_cannot_be_one_is_named_but_not_shown(newsroom: Newsroom, key: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY") as caught:
        chat_model(newsroom.settings(openai_base_url=NOWHERE, openai_api_key=key))
    assert "12345" not in "".join(traceback.format_exception(caught.value))


def test_a_line_break_behind_the_key_does_no_harm(newsroom: Newsroom) -> None:
    with newsroom.writing(GOOD, openai_api_key=f"{KEY}\n") as (bot, endpoint):
        assert newsroom.streamed(bot).mode == "generative"
    assert endpoint.keys == [f"Bearer {KEY}"]


def test_closing_closes_the_connections(newsroom: Newsroom) -> None:
    with newsroom.writing(GOOD, verify_model="m") as (bot, _):
        bot.ask(QUESTION)
        clients = [bot._writer._model._client, bot._writer._verifier._model._client]  # type: ignore[union-attr]
        bot.close()
        assert all(isinstance(client, openai.OpenAI) and client.is_closed() for client in clients)
