from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]
from pydantic import SecretStr

from assistant import Answer, Settings
from tests.articles import write_corpus
from tests.pages import Served, serving

COST = "How much did the repairs of the Harbour bridge cost?"
FROST = "How many farms does the union say are concerned by the frost?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def page_settings(folder: Path) -> Settings:
    return Settings(corpus_dir=write_corpus(folder / "news"), index_dir=folder / "index", max_question_chars=200)


@pytest.fixture(scope="module")
def page(page_settings: Settings) -> Iterator[Served]:
    with serving(page_settings) as served:
        yield served


def connect(page: Served, **options: Any) -> Client:
    return Client(page.url, verbose=False, analytics_enabled=False, download_files=False, **options)


def ask(client: Client, question: str, **options: Any) -> Answer:
    return Answer.model_validate(client.predict(question, api_name="/ask", **options))


@pytest.fixture(scope="module")
def client(page: Served) -> Client:
    return connect(page)


def test_ask_gives_the_whole_answer(client: Client, page: Served) -> None:
    answer = ask(client, COST)
    assert "48 million" in answer.text
    assert answer.citations[0].source.publisher == "Ellery Gazette"
    assert answer == page.bot.ask(COST).model_copy(update={"timings": answer.timings})


def test_ask_is_the_only_endpoint_on_offer(client: Client) -> None:
    offered = client.view_api(return_format="dict", print_info=False)
    assert list(offered["named_endpoints"]) == ["/ask"]
    parameters = [parameter["parameter_name"] for parameter in offered["named_endpoints"]["/ask"]["parameters"]]
    assert parameters == ["question", "history", "published_from", "published_to", "publishers"]


def test_a_refusal_comes_with_the_nearest_passages(client: Client) -> None:
    answer = ask(client, "Which orchestra played at the opening of the opera house in Vienna?")
    assert answer.refused
    assert answer.citations == ()
    assert answer.passages


def test_filters_hold(client: Client) -> None:
    assert ask(client, COST, published_from="2022").refused
    assert ask(client, COST, publishers=["The Valley Observer"]).refused
    assert not ask(client, COST, published_from="2021-03", published_to="2021", publishers=["Ellery Gazette"]).refused


def test_a_follow_up_is_understood_from_the_history(client: Client) -> None:
    history = [{"role": "user", "content": COST}, {"role": "assistant", "content": "48 million crowns."}]
    answer = ask(client, "And when will it reopen?", history=history)
    assert answer.standalone_question != answer.question
    assert "3 May" in answer.text


@pytest.mark.parametrize(
    ("question", "options", "words"),
    [
        ("", {}, "empty"),
        ("x" * 201, {}, "at most 200"),
        (COST, {"published_from": "soon"}, "“soon” is not a date"),
        (COST, {"published_from": "2022", "published_to": "2021"}, "before it begins"),
        (COST, {"history": [{"role": "oracle", "content": "x"}]}, "role and a content"),
        (COST, {"history": [{"role": "user"}]}, "role and a content"),
    ],
)
def test_a_mistake_is_answered_in_words(client: Client, question: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(AppError, match=words):
        ask(client, question, **options)


def test_two_clients_at_once_do_not_mix(page: Served) -> None:
    clients = [connect(page), connect(page)]
    questions = [COST, FROST] * 4
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda i: ask(clients[i % 2], questions[i]), range(len(questions))))
    assert [answer.question for answer in answers] == questions
    assert {answer.text for answer in answers[::2]} != {answer.text for answer in answers[1::2]}
    assert len({answer.text for answer in answers}) == 2


@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/no-such-page"])
def test_every_response_keeps_the_browser_at_home(page: Served, path: str) -> None:
    headers = httpx.get(page.url.rstrip("/") + path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "http" not in policy
    assert headers["referrer-policy"] == "no-referrer"


def test_the_start_says_what_was_indexed_and_where_the_page_is(page: Served) -> None:
    assert page.said == ["3 articles indexed (3 added).", f"The page is at {page.url} (Ctrl+C ends it)."]


def test_a_login_keeps_strangers_out(page_settings: Settings) -> None:
    login = {"auth_user": "reader", "auth_password": SecretStr("open sesame")}
    with serving(page_settings.model_copy(update=login)) as guarded:
        assert httpx.get(f"{guarded.url}config").status_code == 401
        with pytest.raises(ValueError, match="Could not login"):
            connect(guarded, auth=("reader", "guess"))
        assert "48 million" in ask(connect(guarded, auth=("reader", "open sesame")), COST).text
