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


def _endpoint(key: str, address: str = "http://h.example/v1") -> Endpoint:
    return Endpoint(
        job="chat",
        base_url=address,
        model="m",
        path="/chat/completions",
        key=key,
        setting="THE_MODEL",
        limit="THE_LIMIT",
        shorten="Do set THE_WINDOW.",
        timeout="THE_TIMEOUT",
    )


ENDPOINT = _endpoint(KEY, "http://ann:p4ss%3Aword@h.example:8000/v1")
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
        (openai.OpenAIError(f"odd {KEY} trouble."), "failed: odd *** trouble.", "Try again later"),
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
    assert found.advice == "Do set THE_WINDOW."


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
    endpoint = _endpoint("sk-proj-_abcdefgh_-0123456789")
    shown = endpoint.without_secrets(f"The key is “{disguise('sk-proj-_abcdefgh_-0123456789')}”, said the mayor.")
    assert shown.replace("*", "") == "The key is “”, said the mayor."


LONG_KEY = "sk-" + "".join(f"{number:x}-" for number in range(0xF00, 0xFFF)) + "0123456789abcdef" * 100


@pytest.mark.parametrize("disguise", [str, "\u200b".join, lambda key: key.replace("-", "**"), lambda key: f"“{key}”"])
@pytest.mark.parametrize("size", [1, 7, 1000, 100_000])
def test_a_secret_of_any_length_is_hidden_however_the_text_is_cut(disguise: Callable[[str], str], size: int) -> None:
    redaction = _endpoint(LONG_KEY).redaction()
    text = f"The key is {disguise(LONG_KEY)}, said the mayor, and sk."
    shown = [redaction.feed(text[start : start + size]) for start in range(0, len(text), size)]
    said = "".join([*shown, redaction.end()])
    assert said.replace("“", "").replace("”", "") == "The key is ***, said the mayor, and sk."


@pytest.mark.parametrize("length", [8, 20, 500, 1700])
@pytest.mark.parametrize("behind", ["", "...", " is no key.", "-xx"])
def test_a_secret_that_was_cut_off_is_hidden_too(length: int, behind: str) -> None:
    shown = _endpoint(LONG_KEY).without_secrets(f"The key {LONG_KEY[: length + 3]}{behind}")
    assert shown.startswith("The key ***")
    assert LONG_KEY[3:8] not in shown


def test_a_secret_that_begins_as_it_goes_on_is_found() -> None:
    assert _endpoint("ababac").without_secrets("abababac ababab") == "ab*** ababab"
    assert _endpoint("-+:-").without_secrets("a-+-+:-") == "a-+***"


@pytest.mark.parametrize("length", [200, 1500])
def test_a_long_key_in_an_error_is_hidden_before_it_is_cut(length: int) -> None:
    key = LONG_KEY[:length]
    found = _endpoint(key).failure(_status(openai.BadRequestError, 400, _said(f"Incorrect key {key} was given")))
    assert "Incorrect key *** was given" in str(found)


def test_words_of_which_a_secret_is_made_stay() -> None:
    endpoint = _endpoint("secret-key-1")
    assert endpoint.without_secrets("A secret and a key.") == "A secret and a key."


def test_without_a_key_nothing_is_hidden() -> None:
    open_endpoint = _endpoint(NO_KEY)
    body = error("none of it")["error"]
    assert "none of it" in str(open_endpoint.failure(_status(openai.BadRequestError, 400, body)))
