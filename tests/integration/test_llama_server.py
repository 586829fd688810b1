"""What a real chat endpoint does, as OpenAI's own client sees it: tests of written answers rely on it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests import llama

SCHEMA = {
    "type": "object",
    "properties": {"kind": {"enum": ["bridge", "ferry"]}, "open": {"type": "boolean"}},
    "required": ["kind", "open"],
    "additionalProperties": False,
}


@pytest.fixture
def client(llama_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=llama_url, api_key="none", max_retries=0, timeout=300) as opened:
        yield opened


def _ask(client: openai.OpenAI, question: str = "Hi", **more: Any) -> Any:
    messages = [{"role": "user", "content": question}]
    options = {"model": llama.MODEL, "messages": messages, "max_tokens": 4, "temperature": 0} | more
    return client.chat.completions.create(**options)  # type: ignore[call-overload]


def test_the_model_is_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [llama.MODEL]


def test_a_question_is_answered_and_counted(client: openai.OpenAI) -> None:
    answer = _ask(client)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 4
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 4


def test_a_stream_ends_with_its_usage_in_a_chunk_without_choices(client: openai.OpenAI) -> None:
    chunks = list(_ask(client, stream=True, stream_options={"include_usage": True}))
    *said, last = chunks
    whole = _ask(client)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in said) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in said[-2:]] == [None, "length"]
    assert all(chunk.usage is None for chunk in said)
    assert last.choices == []
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (whole.usage.prompt_tokens, 4)


def test_a_stream_has_no_usage_unless_that_is_asked_for(client: openai.OpenAI) -> None:
    assert all(chunk.usage is None and chunk.choices for chunk in _ask(client, stream=True))


def test_a_schema_is_kept_to(client: openai.OpenAI) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
    # Between the words of JSON the model may put any number of blanks.
    answer = _ask(client, max_tokens=200, response_format=wanted).choices[0]
    assert answer.finish_reason == "stop"
    said = json.loads(answer.message.content)
    assert said["kind"] in {"bridge", "ferry"}
    assert isinstance(said["open"], bool)


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_is_too_long_is_refused_with_the_numbers(client: openai.OpenAI, stream: bool) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        _ask(client, "word " * 6000, stream=stream)
    assert caught.value.response.json()["error"] == caught.value.body
    assert caught.value.body == {
        "code": 400,
        "message": "request (6031 tokens) exceeds the available context size (2048 tokens), try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 6031,
        "n_ctx": llama.CONTEXT,
    }


def test_a_name_that_the_server_does_not_know_is_no_matter_to_it(client: openai.OpenAI) -> None:
    assert _ask(client, model="another", max_tokens=1).model in {"another", llama.MODEL}


def test_a_schema_that_makes_no_sense_is_refused(client: openai.OpenAI) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "nonsense"}}}
    with pytest.raises(openai.BadRequestError, match="JSON schema error"):
        _ask(client, response_format=wanted)


def test_twenty_questions_at_once_are_all_answered(client: openai.OpenAI) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: _ask(client, f"Say {number}", max_tokens=2), range(20)))
    assert [answer.usage.completion_tokens for answer in answers] == [2] * 20


def test_a_client_that_leaves_does_not_stop_the_server(client: openai.OpenAI) -> None:
    with _ask(client, stream=True, max_tokens=500) as stream:
        next(iter(stream))
    assert _ask(client, max_tokens=1).choices


def test_the_server_ends_with_the_tests(tmp_path: Path, llama_url: str) -> None:
    assert llama_url.startswith("http://127.0.0.1:")
    with llama.llama_server(tmp_path / "log.txt") as url:
        assert httpx.get(f"{url}/models").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/models")


def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, llama_url: str) -> None:
    assert llama_url
    (tmp_path / "model.gguf").write_bytes(b"not a model")
    monkeypatch.setattr(llama, "_model_file", lambda: tmp_path / "model.gguf")
    with (
        pytest.raises(AssertionError, match=r"(?s)did not start:.*invalid magic characters"),
        llama.llama_server(tmp_path / "log.txt"),
    ):
        pass


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 error"), ("", "1 skipped")])
def test_without_the_packages_tests_are_left_out_but_not_in_continuous_integration(
    tmp_path: Path, ci: str, outcome: str
) -> None:
    (tmp_path / "conftest.py").write_text(
        "from tests import llama\nfrom tests.integration.conftest import llama_url\n"
        "llama.PACKAGES = {'no_such_module': 'no-such-package'}\n",
        encoding="utf-8",
    )
    (tmp_path / "test_it.py").write_text("def test_it(llama_url): pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(tmp_path)]
    run = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "CI": ci}
    )
    assert outcome in run.stdout
    assert "no-such-package" in run.stdout
