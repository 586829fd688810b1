"""The suite over answers that a model writes: what it says, what the check made of it, what it cost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from eval import __main__ as program
from eval.cases import load_cases
from eval.suite import Run, read_run, run_suite
from eval.summary import summarise
from tests.articles import write_corpus
from tests.endpoint import Endpoint, Request, Response, text

CASES = """\
- id: bridge-cost
  type: number
  question: How much did the works on the Harbour bridge cost?
  answer: 48 million crowns.
  facts: [[48 million], [5 billion]]
  evidence:
    - article: 2021/harbour.txt
      quote: The works cost 48 million crowns, nine million more than planned.
- id: bridge-age
  type: near-topic
  question: How old was the Harbour bridge when the works began?
  answerable: false
"""
WRITTEN = "The works cost 48 million crowns. [1] They cost 5 billion dollars. [1]"


def _written(request: Request) -> Response:
    reply = text("NO ANSWER" if "How old" in request.prompt else WRITTEN, usage=(1000, 100))(request)
    assert isinstance(reply, Response)
    return reply


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_corpus(folder / "news")
    (folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(_written) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(folder: Path, endpoint: Endpoint) -> Run:
    prices = {"llm_input_price": 1.0, "llm_output_price": 10.0}
    place = {"corpus_dir": folder / "news", "index_dir": folder / "index"}
    settings = Settings(**place, **prices, openai_base_url=endpoint.url, llm_model="m", unsupported="mark")
    with Assistant(settings) as bot:
        return run_suite(bot, load_cases([folder / "cases.yaml"]))


def test_what_is_struck_is_not_said_and_the_verdicts_are_counted(run: Run) -> None:
    cost, age = run.results
    assert "~~They cost 5 billion dollars.~~" in cost.answer.text
    assert (cost.scores["fact recall"], cost.scores["correct"]) == (1 / 2, 0)
    assert cost.scores["citation recall"] == cost.scores["citation precision"] == cost.scores["written"] == 1
    verdicts = [cost.scores[f"sentences {verdict}"] for verdict in ("supported", "partial", "unsupported")]
    assert verdicts == [1 / 2, 0, 1 / 2]
    assert (age.answer.mode, age.scores["refused"], age.faults, cost.faults) == ("generative", 1, (), ())
    assert "sentences supported" not in age.scores


def test_what_it_cost_is_counted(run: Run) -> None:
    cost, _ = run.results
    assert (cost.scores["prompt tokens"], cost.scores["completion tokens"]) == (1000, 100)
    assert cost.scores["cost"] == pytest.approx(2000 / 1e6)
    assert {"sentences supported", "written", "cost"} <= {figure.name for figure in summarise(run.results)}


def test_the_recipe_says_what_wrote(run: Run) -> None:
    assert run.recipe.mode == "generative"
    assert run.recipe.models["answers"] == "m"
    assert not any("http" in value for value in run.recipe.settings.values())


def test_the_command_writes_with_the_configured_endpoint(
    folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    program.main(["run", str(folder / "cases.yaml"), "--corpus", str(folder / "news"), "--out", str(folder / "out")])
    assert [result.answer.mode for result in read_run(folder / "out" / "run.json").results] == ["generative"] * 2


def test_the_gate_quotes_whatever_endpoint_is_configured(
    folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    asked = len(endpoint.requests)
    gate = ["gate", str(folder / "cases.yaml"), "--corpus", str(folder / "news")]
    program.main([*gate, "--baseline", str(folder / "baseline.json"), "--renew"])
    assert len(endpoint.requests) == asked
