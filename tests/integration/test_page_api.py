from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]
from pydantic import SecretStr

from assistant import Answer, Filters, Passage, Settings, Source
from assistant.ui.api import UNEXPECTED
from assistant.ui.filters import FilterError
from tests.articles import write_corpus
from tests.pages import Served, as_told, serving

COST = "How much did the repairs of the Harbour bridge cost?"
FROST = "How many farms does the union say are concerned by the frost?"
OUTLETS = ("Ellery Gazette", "The Valley Observer")
TALK = [{"role": "user", "content": COST}, {"role": "assistant", "content": "48 million crowns."}]

Call = Callable[..., Any]
Ask = Callable[..., Answer]


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


@pytest.fixture(autouse=True)
def _offline_client(monkeypatch: pytest.MonkeyPatch) -> None:
    # What HF_HUB_OFFLINE=1 sets: Gradio's client would ask huggingface.co for a list when it is made.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def connect(page: Served, **options: Any) -> Client:
    return Client(page.url, verbose=False, analytics_enabled=False, **options)


@pytest.fixture
def call(page: Served) -> Call:
    """Calls an endpoint, each time with a client of its own.

    After a result Gradio's client still listens until the server says goodbye. A call that it makes in between counts
    on an answer over the connection that is about to end, and is cancelled: under load that hits a call that follows
    another at once, and most of all a client that threads share.
    """

    def call(*arguments: Any, api_name: str = "/ask", **options: Any) -> Any:
        return connect(page).predict(*arguments, api_name=api_name, **options)

    return call


@pytest.fixture
def ask(call: Call) -> Ask:
    def ask(question: str, **options: Any) -> Answer:
        return Answer.model_validate(call(question, **options))

    return ask


def test_ask_gives_the_whole_answer(ask: Ask, page: Served) -> None:
    answer = ask(COST)
    assert "48 million" in answer.text
    assert answer.citations[0].source.publisher == "Ellery Gazette"
    assert answer.model_copy(update={"timings": {}}) == as_told(page.bot.ask(COST))


@pytest.mark.parametrize("k", [None, 1, 3])
def test_retrieve_gives_the_passages(call: Call, page: Served, k: int | None) -> None:
    found = call(COST, k=k, api_name="/retrieve")
    assert list(map(Passage.model_validate, found)) == list(map(as_told, page.bot.retrieve(COST, k)))


def test_articles_lists_the_sources(call: Call, page: Served) -> None:
    listed = call(api_name="/articles")
    assert list(map(Source.model_validate, listed)) == list(map(as_told, page.bot.articles()))
    assert "path" not in listed[0], "where the files are is nobody's affair, and the client would try to download them"


def test_these_endpoints_are_on_offer_and_none_of_the_page(page: Served) -> None:
    offered = connect(page).view_api(return_format="dict", print_info=False)
    filters = ["published_from", "published_to", "publishers", "articles"]
    assert offered["unnamed_endpoints"] == {}
    assert {
        name: [parameter["parameter_name"] for parameter in endpoint["parameters"]]
        for name, endpoint in offered["named_endpoints"].items()
    } == {"/ask": ["question", "history", *filters], "/retrieve": ["question", "k", *filters], "/articles": []}
    assert all(endpoint["description"].endswith(".") for endpoint in offered["named_endpoints"].values())


def test_a_refusal_comes_with_the_nearest_passages(ask: Ask) -> None:
    answer = ask("Which orchestra played at the opening of the opera house in Vienna?")
    assert answer.refused
    assert answer.citations == ()
    assert answer.passages


def test_filters_hold(ask: Ask) -> None:
    assert ask(COST, published_from="2022").refused
    assert ask(COST, publishers=["The Valley Observer"]).refused
    assert ask(COST, articles=["2022/orchard.txt"]).refused
    assert not ask(COST, published_from="2021-03", published_to="2021", publishers=["Ellery Gazette"]).refused
    assert not ask(COST, articles=["2021/harbour.txt", "library.md"]).refused


def test_retrieve_heeds_the_filters(call: Call) -> None:
    found = call(COST, articles=["library.md"], published_from="2023", api_name="/retrieve")
    assert {passage["source"]["id"] for passage in found} == {"library.md"}
    assert call(COST, articles=["library.md"], published_to="2022", api_name="/retrieve") == []


def test_a_follow_up_is_understood_from_the_history(ask: Ask) -> None:
    answer = ask("And when will it reopen?", history=TALK)
    assert answer.standalone_question != answer.question
    assert "3 May" in answer.text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"question": ""}, "The question is empty"),
        ({"question": "x" * 201}, "at most 200"),
        ({"question": 3}, "^question: Input should be a valid string"),
        ({"question": None}, "^question: Input should be a valid string"),
        ({"published_from": "soon"}, "“soon” is not a date"),
        ({"published_from": 2024}, "^published_from: Input should be a valid string"),
        ({"published_from": "2022", "published_to": "2021"}, "before it begins"),
        ({"publishers": ["Ellery Gazette", "Evening Star"]}, "No article has the outlet “Evening Star”"),
        ({"publishers": "Ellery Gazette"}, "^publishers: Input should be a valid list"),
        ({"articles": ["../etc/passwd"]}, "No article has the id “../etc/passwd”"),
        ({"articles": [1]}, r"^articles\.0: Input should be a valid string"),
        ({"k": 0}, "1 to 50, not 0"),
        ({"k": 51}, "1 to 50, not 51"),
        ({"k": "many"}, "^k: Input should be a valid integer"),
        ({"history": "before"}, "^history: Input should be a valid list"),
        (
            {"history": [{"role": "oracle", "content": "x"}]},
            r"^history\.0\.role: Input should be 'user' or 'assistant'",
        ),
        ({"history": [{"role": "user", "content": "x"}, {"role": "user"}]}, r"^history\.1\.content: Field required"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_mistake_is_answered_in_words(call: Call, options: dict[str, Any], words: str) -> None:
    endpoint = "/retrieve" if "k" in options else "/ask"
    with pytest.raises(AppError, match=words) as caught:
        call(**{"question": COST, **options}, api_name=endpoint)
    assert "Traceback" not in str(caught.value)


def test_a_filter_is_checked_without_a_list_of_all_articles(
    call: Call, page: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.bot, "articles", Mock(side_effect=AssertionError))
    found = call(COST, publishers=["Ellery Gazette"], articles=["2021/harbour.txt"], api_name="/retrieve")
    assert {passage["source"]["id"] for passage in found} == {"2021/harbour.txt"}


def test_a_failure_of_our_own_says_no_more_than_that(
    call: Call, page: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        message = "the password is swordfish"
        raise RuntimeError(message)

    monkeypatch.setattr(page.bot, "retrieve", fail)
    with pytest.raises(AppError) as caught:
        call(COST, api_name="/retrieve")
    assert str(caught.value) == UNEXPECTED
    assert "swordfish" in caplog.text


def test_half_a_character_in_a_mistake_does_not_break_the_reply(page: Served) -> None:
    url = f"{page.url}gradio_api/call/ask"
    body = rb'{"data": ["x", null, "\ud800", null, null, null]}'
    event = httpx.post(url, content=body, headers={"Content-Type": "application/json"}).json()["event_id"]
    assert "“?” is not a date" in httpx.get(f"{url}/{event}").text.encode().decode("unicode_escape", "replace")


def _cases() -> list[dict[str, Any]]:
    """Twenty calls that differ in question, filter or conversation; some are mistakes."""
    plain = [
        {"question": question} for question in (COST, FROST, "When will the Harbour bridge reopen?", "Who is Ruth?")
    ]
    farms = [{"question": FROST, "published_from": f"2022-0{month}"} for month in range(2, 6)]
    outlets = [{"question": question, "publishers": [outlet]} for question in (COST, FROST) for outlet in OUTLETS]
    talks = [{"question": "And when will it reopen?", "history": TALK[:n]} for n in (0, 2)]
    ids = [{"question": COST, "articles": [name]} for name in ("2021/harbour.txt", "library.md")]
    days = [{"question": COST, "published_from": f"day {n}"} for n in range(4)]
    return [*plain, *farms, *outlets, *talks, *ids, *days]


def test_twenty_clients_at_once_each_get_their_own(page: Served) -> None:
    cases = _cases()
    assert len(cases) == 20
    start = Barrier(len(cases))

    def outcome(case: dict[str, Any]) -> Answer | str:
        client = connect(page)
        start.wait()
        try:
            return Answer.model_validate({**client.predict(**case, api_name="/ask"), "timings": {}})
        except AppError as error:
            return str(error)

    def expected(case: dict[str, Any]) -> Answer | str:
        if case.get("published_from", "").startswith("day"):
            return f"“{case['published_from']}” is not a date. {FilterError.advice}"
        first, outlets, ids = case.get("published_from"), case.get("publishers", ()), case.get("articles", ())
        filters = Filters(
            published_from=date.fromisoformat(f"{first}-01") if first else None, publishers=outlets, articles=ids
        )
        return as_told(page.bot.ask(case["question"], case.get("history"), filters))

    with ThreadPoolExecutor(len(cases)) as pool:
        outcomes = list(pool.map(outcome, cases))
    assert outcomes == [expected(case) for case in cases]


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
        reply = connect(guarded, auth=("reader", "open sesame")).predict(COST, api_name="/ask")
        assert "48 million" in Answer.model_validate(reply).text
