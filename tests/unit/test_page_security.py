import base64

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.ui.security import OwnSiteOnly, RequireLogin

Headers = dict[str, str]


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


async def status(app: ASGIApp, headers: Headers) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:7860") as client:
        return (await client.post("/", headers=headers)).status_code


@pytest.mark.parametrize(
    "host", ["localhost:7860", "localhost", "LOCALHOST:7860", "127.0.0.1:7860", "127.8.8.8", "[::1]:7860"]
)
async def test_this_machine_is_known_by_its_own_names(host: str) -> None:
    assert await status(OwnSiteOnly(hello, loopback_names_only=True), {"Host": host}) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example:7860", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.7", "", "[", "a@127.0.0.1.x"],
)
async def test_a_name_that_was_made_to_lead_here_is_refused_unless_there_is_a_login(host: str) -> None:
    assert await status(OwnSiteOnly(hello, loopback_names_only=True), {"Host": host}) == 403
    assert await status(OwnSiteOnly(hello, loopback_names_only=False), {"Host": host}) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "news.example", "Origin": "https://news.example"},
        {"Host": "news.example:8443", "Origin": "https://news.example:8443"},
        {"Host": "127.0.0.1:7860", "Origin": "http://localhost:6274"},
        {"Host": "10.0.0.1:7860", "Origin": "https://news.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_its_own_scripts_and_those_of_this_machine_may_call(headers: Headers) -> None:
    assert await status(OwnSiteOnly(hello, loopback_names_only=False), headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "news.example", "Origin": "https://evil.example"},
        {"Host": "news.example", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Host": "news.example", "Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"},
        {"Host": "news.example", "Origin": "http://localhost:3000"},
        {"Host": "news.example", "Origin": "null"},
        {"Host": "news.example", "Origin": "https://other.news.example", "Sec-Fetch-Site": "same-site"},
        {"Host": "127.0.0.1:7860", "Origin": "https://evil.example"},
        {"Host": "127.0.0.1:7860", "Origin": "null"},
        {"Host": "127.0.0.1:7860", "Origin": "http://["},
    ],
)
async def test_the_scripts_of_another_site_are_refused(headers: Headers) -> None:
    assert await status(OwnSiteOnly(hello, loopback_names_only=False), headers) == 403


async def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> None:
        """Neither receives nor sends."""

    await OwnSiteOnly(app, loopback_names_only=True)({"type": "lifespan"}, nothing, nothing)  # type: ignore[arg-type]
    assert seen == ["lifespan"]


def _basic(words: str, scheme: str = "Basic") -> Headers:
    return {"Authorization": f"{scheme} {base64.b64encode(words.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (_basic("anna:pass: wörd"), 200),
        (_basic("anna:pass: wörd", "basic"), 200),
        (_basic("anna:pass: word"), 401),
        (_basic("anna:"), 401),
        (_basic("anna:pass: wörd", "Bearer"), 401),
        ({"Authorization": "Basic"}, 401),
        ({"Authorization": "Basic \xff"}, 401),
        ({}, 401),
    ],
)
async def test_name_and_password_are_needed(headers: Headers, expected: int) -> None:
    app = Starlette(routes=[Route("/", RequireLogin(hello, "anna", "pass: wörd"))])
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    assert await status(app, encoded) == expected  # type: ignore[arg-type]
