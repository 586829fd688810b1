"""The trace and the log of questions: what they hold, and what they must not."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant, Settings
from assistant.cli import main
from tests.endpoint import Endpoint, text

COST = "How much did the works on the Harbour bridge cost?"
KEY = "sk-of-somebody"
WRITTEN = "The works cost 48 million crowns. [1] They cost 5 billion dollars. [1]"


def _traced(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def traced(settings: Settings, tmp_path: Path) -> tuple[Answer, dict[str, Any]]:
    """A written answer and its trace."""
    path = tmp_path / "var" / "trace.jsonl"
    with Endpoint(text(WRITTEN, usage=(1000, 200))) as endpoint:
        more = {"openai_base_url": endpoint.url, "openai_api_key": KEY, "trace_file": path, "llm_model": "m"}
        prices = {"llm_input_price": 0.5, "llm_output_price": 2.0}
        chosen = Settings(corpus_dir=settings.corpus_dir, index_dir=settings.index_dir, **more, **prices)
        with Assistant(chosen) as bot:
            answer = bot.ask(COST)
    assert KEY not in path.read_text(encoding="utf-8")
    (line,) = _traced(path)
    return answer, line


def test_a_trace_holds_what_each_stage_was_given_and_made(traced: tuple[Answer, dict[str, Any]]) -> None:
    answer, line = traced
    assert (line["question"], line["text"], line["mode"]) == (COST, answer.text, "generative")
    hits = line["retrieval"]["hits"]
    assert [hit["score"] for hit in hits] == [pytest.approx(p.score, abs=1e-5) for p in answer.passages]
    assert hits[0]["cosines"]
    assert line["decided_by"]["writer"] == "m"
    assert line["decided_by"]["answerability"] > 0
    assert {"answer", "passages", "standalone_question", "verify"} <= line["prompts"].keys()
    assert not any(name.startswith("judge") for name in line["prompts"])
    assert line["timings"].keys() == answer.timings.keys() == {"question", "index", "retrieval", "answer"}


def test_a_trace_holds_what_the_model_was_asked_and_replied(traced: tuple[Answer, dict[str, Any]]) -> None:
    _, line = traced
    (exchange,) = line["exchanges"]
    assert (exchange["model"], exchange["reply"]) == ("m", WRITTEN)
    assert COST in exchange["prompt"]
    assert '<passage number="1">' in exchange["prompt"]
    assert exchange["ending"] == {"finish": "stop", "prompt_tokens": 1000, "completion_tokens": 200}


def test_a_trace_holds_the_sentences_that_nobody_saw(traced: tuple[Answer, dict[str, Any]]) -> None:
    answer, line = traced
    assert [check["support"] for check in line["checks"]] == ["supported", "unsupported"]
    unseen = line["checks"][1]
    assert (unseen["text"], unseen["cited"]) == ("They cost 5 billion dollars.", [1])
    assert "5 billion" in unseen["reason"]
    assert "5 billion" not in answer.text


def test_an_answer_tells_what_it_cost(traced: tuple[Answer, dict[str, Any]]) -> None:
    usage = traced[0].usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (1000, 200)
    assert usage.cost == pytest.approx((1000 * 0.5 + 200 * 2.0) / 1e6)


def test_quoted_answers_are_traced_too_a_line_each(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with Assistant(settings.model_copy(update={"trace_file": path})) as bot:
        bot.ask(COST)
        bot.ask("Who won the chess tournament on Mars?")
    first, second = _traced(path)
    assert (first["mode"], first["refused"], first["checks"]) == ("extractive", False, [])
    assert second["refused"]


def test_the_shell_traces_into_a_file(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.jsonl"
    places = ["--corpus", str(settings.corpus_dir), "--index", str(settings.index_dir)]
    assert main([*places, "ask", COST, "--trace", str(path)]) == 0
    assert "48 million" in capsys.readouterr().out
    assert [line["question"] for line in _traced(path)] == [COST]


def test_an_answer_outlives_a_trace_that_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with Assistant(settings.model_copy(update={"trace_file": tmp_path / "taken" / "trace.jsonl"})) as bot:
        answer = bot.ask(COST)
    assert answer.citations
    assert any("trace was not written" in notice for notice in answer.notices)


def test_the_log_tells_how_it_went_and_not_what_was_said(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="assistant"), Assistant(settings) as bot:
        bot.ask(COST)
    (record,) = [record for record in caplog.records if record.message == "answered"]
    told = vars(record)
    assert (told["mode"], told["refused"]) == ("extractive", False)
    assert told["timings"].keys() == {"question", "index", "retrieval", "answer"}
    assert not any("Harbour" in str(value) for value in told.values())
