"""Each way an endpoint can fail, in words, with what to do about it."""

from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest

from assistant.errors import ContextTooLongError, ModelError
from assistant.models.failures import NO_KEY, Endpoint
from tests.endpoint import error

KEY = "sk-0123456789"
ENDPOINT = Endpoint(
    "chat", "http://ann:p4ss%3Aword@h.example:8000/v1", "m", "/chat/completions", "THE_MODEL", "THE_TIMEOUT", KEY
)
REQUEST = httpx.Request("POST", "http://h.example/v1")


def _status(kind: type[openai.APIStatusError], code: int, body: Any = None) -> openai.APIStatusError:
    return kind(f"Error code: {code}", response=httpx.Response(code, request=REQUEST), body=body)


def _said(message: object) -> Any:
    return {"message": message, "type": "x", "code": None}


@pytest.mark.parametrize(
    ("failure", "words", "advice"),
    [
        (openai.APITimeoutError(REQUEST), "did not answer in time", "THE_TIMEOUT"),
        (httpx.ReadTimeout("x"), "did not answer in time", "THE_TIMEOUT"),
        (TimeoutError(), "did not answer in time", "THE_TIMEOUT"),
        (openai.APIConnectionError(request=REQUEST), "cannot be reached", "OPENAI_BASE_URL"),
        (httpx.RemoteProtocolError("x"), "broke the connection off", "Try again"),
        (httpx.ReadError("x"), "broke the connection off", "Try again"),
        (_status(openai.AuthenticationError, 401, _said("no")), "refuses the key", "OPENAI_API_KEY"),
        (_status(openai.PermissionDeniedError, 403), "refuses the key", "OPENAI_API_KEY"),
        (_status(openai.NotFoundError, 404), "does not know the model 'm', or has no /chat/completions", "THE_MODEL"),
        (_status(openai.RateLimitError, 429), "too many requests", "account"),
        (_status(openai.BadRequestError, 400, _said("bad {x}")), "refuses the request with status 400: bad {x}", "THE"),
        (_status(openai.InternalServerError, 503, "<html>"), "failed with status 503.", "Try again later"),
        (_status(openai.InternalServerError, 500, _said(None)), "failed with status 500.", "Try again later"),
        (_status(openai.InternalServerError, 500, _said(["a"])), "failed with status 500: ['a'].", "Try again later"),
        (openai.APIError("x", REQUEST, body=_said("a\n b.")), "failed: a b.", "Try again later"),
        (ValueError("x"), "answered with something else", "OPENAI_BASE_URL"),
        (TypeError(), "answered with something else", "OPENAI_BASE_URL"),
    ],
)
def test_a_failure_in_words(failure: Exception, words: str, advice: str) -> None:
    found = ENDPOINT.failure(failure)
    assert type(found) is ModelError
    assert str(found).startswith("The chat endpoint h.example:8000 ")
    assert words in str(found)
    assert advice in found.advice


@pytest.mark.parametrize(
    "said",
    [
        "maximum context length is 2048",
        "exceeds the available context size",
        "the context window is full",
        "prompt is too long: 9 > 8",
        "input is too long for this model",
        "too many tokens",
        "Too many input tokens",
    ],
)
@pytest.mark.parametrize("status", [400, 413, None])
def test_a_prompt_that_is_too_long(said: str, status: int | None) -> None:
    body = _said(said)
    failure = _status(openai.APIStatusError, status, body) if status else openai.APIError(said, REQUEST, body=body)
    found = ENDPOINT.failure(failure)
    assert isinstance(found, ContextTooLongError)
    assert "ASSISTANT_LLM_CONTEXT_WINDOW" in found.advice


def test_what_sounds_like_a_long_prompt_may_be_none() -> None:
    assert not isinstance(ENDPOINT.failure(ValueError("context length")), ContextTooLongError)
    assert not isinstance(
        ENDPOINT.failure(_status(openai.InternalServerError, 500, _said("context length"))), ContextTooLongError
    )


@pytest.mark.parametrize("padding", range(180, 205))
@pytest.mark.parametrize("secret", [KEY, "p4ss:word", "p4ss%3Aword"])
def test_no_part_of_a_secret_is_shown(padding: int, secret: str) -> None:
    found = ENDPOINT.failure(_status(openai.BadRequestError, 400, _said(f"{'x' * padding}{secret}")))
    assert secret[:3] not in found.in_words().replace("THE", "")
    assert len(str(found)) < 300


@pytest.mark.parametrize(
    "disguise",
    [
        lambda key: key.replace("-", "\\-"),
        "\u200b".join,
        lambda key: f"**{key[:5]}**{key[5:]}",
        lambda key: key.replace("-", "").replace("_", ""),
        " ".join,
    ],
)
def test_a_secret_in_disguise_is_hidden_too(disguise: Callable[[str], str]) -> None:
    endpoint = Endpoint("chat", "http://h/v1", "m", "/x", "A", "B", "sk-proj-_abcdefgh_-0123456789")
    shown = endpoint.without_secrets(f"The key is “{disguise('sk-proj-_abcdefgh_-0123456789')}”, said the mayor.")
    assert shown.replace("*", "") == "The key is “”, said the mayor."


def test_words_of_which_a_secret_is_made_stay() -> None:
    endpoint = Endpoint("chat", "http://h/v1", "m", "/x", "A", "B", "secret-key-1")
    assert endpoint.without_secrets("A secret and a key.") == "A secret and a key."


def test_without_a_key_nothing_is_hidden() -> None:
    open_endpoint = Endpoint("chat", "http://h/v1", "m", "/x", "A", "B", NO_KEY)
    body = error("none of it")["error"]
    assert "none of it" in str(open_endpoint.failure(_status(openai.BadRequestError, 400, body)))
