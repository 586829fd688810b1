"""The tests' own endpoint: what a client makes of each of its replies."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import openai
import pytest

from tests.endpoint import (
    HTML,
    NOWHERE,
    STREAM,
    TOO_LONG,
    UNKNOWN_MODEL,
    Endpoint,
    Reply,
    Request,
    completion,
    cut,
    embeddings,
    in_packets,
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

SAID = "Мост откроется 3 мая 🌉."
ASKED: Any = {"model": "m", "messages": [{"role": "user", "content": "When?"}]}


@contextmanager
def _client(url: str, timeout: float = 30) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key="sk-1", max_retries=0, timeout=timeout) as client:
        yield client


def _asked(*replies: Reply, **more: Any) -> Any:
    with Endpoint(*replies) as endpoint, _client(endpoint.url) as client:
        return client.chat.completions.create(**ASKED | more)


def _streamed(reply: Reply, timeout: float = 30, **more: Any) -> list[Any]:
    """The chunks up to the end or the first failure, which is the last of them then."""
    chunks: list[Any] = []
    with Endpoint(reply) as endpoint, _client(endpoint.url, timeout) as client:
        try:
            chunks.extend(client.chat.completions.create(**ASKED, stream=True, **more))
        except (openai.OpenAIError, httpx.HTTPError, ValueError) as failure:
            chunks.append(failure)
    return chunks


def _said(chunks: list[Any]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in getattr(chunk, "choices", ()))


def test_a_text_comes_whole_or_in_chunks_as_it_is_asked_for() -> None:
    whole = _asked(text(SAID, usage=(7, 3)))
    assert whole.choices[0].message.content == SAID
    assert whole.choices[0].finish_reason == "stop"
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens, whole.usage.total_tokens) == (7, 3, 10)
    chunks = _streamed(text(SAID, size=5))
    assert _said(chunks) == SAID
    assert len(chunks) == 1 + 5 + 1
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_ends_with_its_usage_if_that_is_asked_for_and_known() -> None:
    *_, last = _streamed(text(SAID, usage=(7, 3)), stream_options={"include_usage": True})
    assert (last.choices, last.usage.total_tokens) == ([], 10)
    unasked, unknown = _streamed(text(SAID)), _streamed(text(SAID, usage=None), stream_options={"include_usage": True})
    assert all(chunk.usage is None for chunk in unasked + unknown)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_may_end_for_another_reason(reason: str) -> None:
    assert _asked(text("Half a", finish=reason)).choices[0].finish_reason == reason
    assert _streamed(text("Half a", finish=reason))[-1].choices[0].finish_reason == reason


def test_an_answer_may_be_no_text() -> None:
    call = _asked(tool_call("search")).choices[0].message
    assert (call.content, call.tool_calls[0].function.name) == (None, "search")
    assert _streamed(tool_call("search"))[1].choices[0].delta.tool_calls[0].function.name == "search"
    assert _asked(completion({"content": None})).choices[0].message.content is None
    assert _asked(text("")).choices[0].message.content == ""
    assert _said(_streamed(text("")) + _streamed(completion({"content": None}))) == ""
    assert _asked(no_choices()).choices == []
    assert [chunk.choices for chunk in _streamed(no_choices())] == [[]]


def test_replies_come_in_turn_and_the_last_one_again() -> None:
    with Endpoint(text("1"), text("2")) as endpoint, _client(endpoint.url) as client:
        answers = [client.chat.completions.create(**ASKED).choices[0].message.content for _ in range(3)]
    assert answers == ["1", "2", "2"]
    assert endpoint.prompts == ["When?"] * 3
    assert endpoint.bodies == [ASKED] * 3
    assert endpoint.keys == ["Bearer sk-1"] * 3
    times = [request.time for request in endpoint.requests]
    assert times == sorted(times)


def test_the_request_may_decide() -> None:
    def echo(request: Request) -> Reply:
        return text(request.prompt.upper())

    assert _asked(echo).choices[0].message.content == "WHEN?"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (status(400), openai.BadRequestError),
        (status(401), openai.AuthenticationError),
        (status(403), openai.PermissionDeniedError),
        (UNKNOWN_MODEL, openai.NotFoundError),
        (status(429), openai.RateLimitError),
        (status(500), openai.InternalServerError),
        (status(502, "<html>Bad gateway</html>"), openai.InternalServerError),
        *((reply, openai.BadRequestError) for reply in TOO_LONG.values()),
    ],
)
def test_a_failure_has_its_status(reply: Reply, kind: type[openai.APIStatusError]) -> None:
    with pytest.raises(kind):
        _asked(reply)
    assert isinstance(_streamed(reply)[0], kind)


def test_a_failure_may_have_headers_and_any_body() -> None:
    with Endpoint(status(429, "<p>Later</p>", headers={"Retry-After": "7"})) as endpoint:
        answer = httpx.post(f"{endpoint.url}/chat/completions", json=ASKED)
    assert (answer.headers["Retry-After"], answer.headers["Content-Type"], answer.text) == ("7", HTML, "<p>Later</p>")


def test_characters_may_be_torn_apart() -> None:
    assert _said(_streamed(in_packets(text(SAID), 1))) == SAID
    assert _asked(in_packets(text(SAID), 3)).choices[0].message.content == SAID


def test_a_chunk_may_be_enormous() -> None:
    said = SAID * 100_000
    assert _said(_streamed(text(said, size=len(said)))) == said


def test_a_reply_may_be_slow() -> None:
    for reply in (late(text("x"), 0.2), trickling(text("x"), 0.2)):
        start = time.monotonic()
        _asked(reply)
        assert time.monotonic() - start >= 0.2


@pytest.mark.parametrize("reply", [late(text(SAID), 60), stalled(text(SAID), 0)])
def test_a_silence_outlasts_the_client_and_ends_with_the_endpoint(reply: Reply) -> None:
    start = time.monotonic()
    with pytest.raises(openai.APITimeoutError), Endpoint(reply) as endpoint, _client(endpoint.url, 0.2) as client:
        client.chat.completions.create(**ASKED)
    assert time.monotonic() - start < 30


def test_a_stream_may_stall() -> None:
    chunks = _streamed(stalled(text(SAID, size=5), 3), timeout=1)
    assert _said(chunks) == SAID[:10]
    assert isinstance(chunks[-1], openai.APITimeoutError | httpx.ReadTimeout)


@pytest.mark.parametrize("reset", [False, True])
def test_a_stream_may_be_cut(reset: bool) -> None:
    chunks = _streamed(cut(text(SAID, size=5), 3, reset=reset))
    # What was received before a reset may be lost with it.
    assert SAID[:10].startswith(_said(chunks))
    assert reset or _said(chunks) == SAID[:10]
    assert isinstance(chunks[-1], openai.APIConnectionError | httpx.HTTPError)


def test_an_answer_that_comes_whole_may_be_cut() -> None:
    with pytest.raises(openai.APIConnectionError):
        _asked(cut(text(SAID), 0))


@pytest.mark.parametrize("pieces", [(b"data: {broken\n\n",), (b'data: {"error": {"message": "out of memory"}}\n\n',)])
def test_a_stream_may_be_spoilt(pieces: tuple[bytes, ...]) -> None:
    chunks = _streamed(spoilt(text(SAID, size=5), 2, *pieces))
    assert _said(chunks) == SAID[:5]
    assert isinstance(chunks[-1], openai.APIError | ValueError)


def test_a_stream_may_lack_its_end() -> None:
    assert _said(_streamed(spoilt(text(SAID, size=5), 2))) == SAID[:5]
    assert _streamed(raw(b": nothing\n\n", kind=STREAM)) == []


def test_a_page_may_come_instead_of_an_answer() -> None:
    assert _asked(raw(b"<html>Log in</html>", kind=HTML)) == "<html>Log in</html>"


def test_vectors_come_from_the_same_endpoint_and_a_wrong_path_from_none() -> None:
    with Endpoint(embeddings([1.0, 0.0])) as endpoint, _client(endpoint.url) as client:
        assert client.embeddings.create(model="m", input="x").data[0].embedding == [1.0, 0.0]
        assert [model.id for model in client.models.list()] == ["m"]
        with pytest.raises(openai.NotFoundError):
            client.completions.create(model="m", prompt="x")
    assert [request.path for request in endpoint.requests] == ["/v1/embeddings", "/v1/completions"]


def test_many_are_answered_at_once() -> None:
    everybody = threading.Barrier(20)

    def together(_: Request) -> Reply:
        everybody.wait(60)
        return text("x")

    def ask(_: int) -> int:
        return httpx.post(f"{endpoint.url}/chat/completions", json=ASKED, timeout=60).status_code

    with Endpoint(together) as endpoint, ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, range(20))) == [200] * 20


def test_nobody_is_there() -> None:
    with refused_address() as url:
        for address in (url, NOWHERE):
            with pytest.raises(openai.APIConnectionError), _client(address) as client:
                client.chat.completions.create(**ASKED)
