"""Holds the examples of docs/api.md against the page that they call."""

import base64
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

import assistant
from assistant import Settings
from tests.pages import Served, serving

ROOT = Path(assistant.__file__).parents[1]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
HOME = "http://127.0.0.1:7860/"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(Settings(corpus_dir=ROOT / "seeds", index_dir=tmp_path_factory.mktemp("api") / "index")) as served:
        yield served


@pytest.mark.parametrize("block", _blocks("python"))
def test_the_python_runs_and_prints_an_answer(block: str, page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    program = block.replace(HOME.rstrip("/"), page.url.rstrip("/"))
    assert program != block
    run = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "[1]" in run.stdout


@pytest.mark.parametrize("block", _blocks("sh"))
def test_the_request_is_answered(block: str, page: Served) -> None:
    program, url, _, login, *options = shlex.split(block.replace("\\\n", ""))
    headers = dict(value.split(": ") for name, value in zip(options[::2], options[1::2], strict=True) if name == "-H")
    reply = httpx.post(url.replace(HOME, page.url), content=options[-1], headers=headers, auth=tuple(login.split(":")))  # type: ignore[arg-type]
    assert program == "curl"
    assert "[1]" in reply.json()["result"]["structuredContent"]["text"]


def test_the_configurations_lead_to_the_tools(settings: Settings) -> None:
    entries = [json.loads(block)["mcpServers"]["news"] for block in _blocks("json")]
    assert [entry["url"] for entry in entries] == [f"{HOME}mcp"] * 2
    login = entries[1]["headers"]
    user, password = base64.b64decode(login["Authorization"].removeprefix("Basic ")).decode().split(":")
    locked = {"auth_user": user, "auth_password": SecretStr(password)}
    question = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    with serving(settings.model_copy(update=locked)) as guarded:
        address = entries[1]["url"].replace(HOME, guarded.url)
        assert httpx.post(address, json=question, headers=accept).status_code == 401
        assert httpx.post(address, json=question, headers={**accept, **login}).status_code == 200
