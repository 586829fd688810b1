import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from pydantic import SecretStr

from assistant import Answer, Passage, Settings, Source
from tests.articles import write_corpus
from tests.pages import Served, as_told, serving

COST = "How much did the repairs of the Harbour bridge cost?"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def tools_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("tools")
    return Settings(corpus_dir=write_corpus(folder / "news"), index_dir=folder / "index", max_question_chars=200)


@pytest.fixture(scope="module")
def page(tools_settings: Settings) -> Iterator[Served]:
    with serving(tools_settings) as served:
        yield served


@pytest.fixture(scope="module")
def guarded(tools_settings: Settings) -> Iterator[Served]:
    login = {"auth_user": "reader", "auth_password": SecretStr("open sesame")}
    with serving(tools_settings.model_copy(update=login)) as served:
        yield served


# As clients of today speak, and as those do that know the newest version of the protocol.
@pytest.fixture(params=["legacy", "auto"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def connected(page: Served, mode: str = "auto", login: tuple[str, str] | None = None) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(auth=login, timeout=60) as http,
        Client(streamable_http_client(f"{page.url}mcp", http_client=http), mode=mode) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool gives, as text and as structure alike."""
    result = await client.call_tool(tool, arguments)
    text = result.content[0].text  # type: ignore[union-attr]
    assert not result.is_error, text
    value = json.loads(text)
    assert result.structured_content == (value if isinstance(value, dict) else {"result": value})
    return value


async def mistake(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert result.structured_content is None
    return str(result.content[0].text)  # type: ignore[union-attr]


async def test_the_tools_are_these_and_none_of_the_page(page: Served, mode: str) -> None:
    async with connected(page, mode) as client:
        tools = (await client.list_tools()).tools
    filters = {"published_from", "published_to", "publishers", "articles"}
    assert {tool.name: set(tool.input_schema["properties"]) for tool in tools} == {
        "ask": {"question", "history", *filters},
        "retrieve": {"question", "k", *filters},
        "articles": set(),
    }


async def test_a_tool_tells_what_it_does_and_what_each_argument_is(page: Served) -> None:
    async with connected(page) as client:
        tools = (await client.list_tools()).tools
    for tool in tools:
        assert "Returns: " in str(tool.description)
        assert all(schema["description"] for schema in tool.input_schema["properties"].values())
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
    assert [tool.input_schema.get("required", []) for tool in tools] == [["question"], ["question"], []]


async def test_ask_answers(page: Served, mode: str) -> None:
    history = [{"role": "user", "content": COST}, {"role": "assistant", "content": "48 million crowns."}]
    question = "And when will it reopen?"
    async with connected(page, mode) as client:
        answer = Answer.model_validate(await call(client, "ask", question=question, history=history))
    expected = page.bot.ask(question, history)  # type: ignore[arg-type]
    assert "3 May" in answer.text
    assert answer.model_copy(update={"timings": {}}) == as_told(expected)


async def test_retrieve_finds_passages_under_a_filter(page: Served, mode: str) -> None:
    async with connected(page, mode) as client:
        found = await call(client, "retrieve", question=COST, k=2)
        elsewhere = await call(client, "retrieve", question=COST, articles=["library.md"], published_from="2023")
    assert list(map(Passage.model_validate, found)) == list(map(as_told, page.bot.retrieve(COST, 2)))
    assert {passage["source"]["id"] for passage in elsewhere} == {"library.md"}


async def test_articles_lists_the_sources(page: Served, mode: str) -> None:
    async with connected(page, mode) as client:
        listed = await call(client, "articles")
    assert list(map(Source.model_validate, listed)) == list(map(as_told, page.bot.articles()))


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("ask", {}, "question: Missing required argument."),
        ("ask", {"question": ""}, "The question is empty. Ask one question in a sentence or two."),
        ("ask", {"question": COST, "outlet": "Ellery Gazette"}, "outlet: Unexpected keyword argument."),
        ("ask", {"question": COST, "history": [{"role": "user"}]}, "history.0.content: Field required."),
        ("retrieve", {"question": COST, "k": 0}, "k is the number of passages: 1 to 50, not 0."),
        ("articles", {"k": 3}, "k: Unexpected keyword argument."),
    ],
)
async def test_a_mistake_is_answered_in_words(page: Served, tool: str, arguments: dict[str, Any], words: str) -> None:
    async with connected(page) as client:
        assert await mistake(client, tool, **arguments) == words


async def test_a_failure_of_our_own_says_no_more_than_that(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "the password is swordfish"
        raise RuntimeError(message)

    monkeypatch.setattr(page.bot, "articles", fail)
    async with connected(page) as client:
        assert await mistake(client, "articles") == "Something went wrong here, and the log has the details."


async def test_an_unknown_tool_is_told_which_there_are(page: Served, mode: str) -> None:
    async with connected(page, mode) as client:
        with pytest.raises(MCPError, match="ask, retrieve, articles"):
            await client.call_tool("sync", {})


async def test_callers_at_once_each_get_their_own(page: Served) -> None:
    async def ask(number: int) -> Answer | str:
        async with connected(page) as client:
            if number % 4 == 3:
                return await mistake(client, "ask", question=COST, published_from=f"day {number}")
            return Answer.model_validate(await call(client, "ask", question=f"{number} of 12: {COST}"))

    for number, answer in enumerate(await asyncio.gather(*map(ask, range(12)))):
        if isinstance(answer, Answer):
            expected = page.bot.ask(f"{number} of 12: {COST}")
            assert answer.model_copy(update={"timings": {}}) == as_told(expected)
        else:
            assert answer.startswith(f"“day {number}” is not a date.")


def test_without_the_login_there_is_nothing_to_see(guarded: Served) -> None:
    for auth in (None, ("reader", "guess"), ("", "")):
        reply = httpx.post(f"{guarded.url}mcp", json=LIST, headers=ACCEPT, auth=auth)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"].startswith("Basic ")
        assert "ask" not in reply.text


async def test_with_the_login_the_tools_work(guarded: Served, mode: str) -> None:
    async with connected(guarded, mode, ("reader", "open sesame")) as client:
        assert "48 million" in (await call(client, "ask", question=COST))["text"]


def test_the_page_of_another_site_can_neither_list_nor_ask(page: Served) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        for path in ("mcp", "gradio_api/call/ask", ""):
            reply = httpx.post(f"{page.url}{path}", json=LIST, headers={**ACCEPT, **headers})
            assert reply.status_code == 403
            assert reply.headers["content-security-policy"]


def test_a_reply_is_json_under_the_policy_of_the_page(page: Served) -> None:
    reply = httpx.post(f"{page.url}mcp", json=LIST, headers=ACCEPT)
    assert [tool["name"] for tool in reply.json()["result"]["tools"]] == ["ask", "retrieve", "articles"]
    assert "default-src 'self'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_are_no_sessions_to_listen_to_or_to_end(page: Served, method: str) -> None:
    assert httpx.request(method, f"{page.url}mcp", headers=ACCEPT).status_code == 405


def test_gradio_offers_no_tools_of_its_own(page: Served) -> None:
    assert httpx.post(f"{page.url}gradio_api/mcp", json=LIST, headers=ACCEPT).status_code in {404, 405}


def test_the_tools_can_be_left_out(settings: Settings) -> None:
    with serving(settings.model_copy(update={"mcp": False})) as plain:
        assert httpx.post(f"{plain.url}mcp", json=LIST, headers=ACCEPT).status_code in {404, 405}
