"""Keeps the page to itself: the browser may neither load from nor send to another host, nor another site's page to it.

An article may be hostile. Its text is escaped before it is shown; the headers hold should an escape ever fail. Any site
that a reader visits may be hostile too, and its scripts can send requests to where the page is served.
"""

import base64
import ipaddress
import secrets
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio compiles its templates in the browser and writes inline scripts and styles, hence the two 'unsafe' words.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class SecurityHeaders:
    """ASGI middleware that sets the security headers on every HTTP response.

    Plain ASGI, since Starlette's `BaseHTTPMiddleware` would hold streamed answers back.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class OwnSiteOnly:
    """ASGI middleware that refuses what the scripts of other sites send.

    Args:
        app: what the requests are for.
        loopback_names_only: whether to refuse names other than this machine's own, too. A hostile site can have its
            name lead to 127.0.0.1 (DNS rebinding) and then counts as this one; it has no login though, so that only a
            page without one needs this.
    """

    def __init__(self, app: ASGIApp, *, loopback_names_only: bool) -> None:
        self._app = app
        self._loopback_names_only = loopback_names_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or refuses to."""
        reason = self._refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        await (PlainTextResponse(reason, status_code=403) if reason else self._app)(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self._loopback_names_only and not is_loopback(_name(f"//{host}")):
            return (
                "This page is for its own machine, as localhost or 127.0.0.1. With a login it answers to other names."
            )
        if _is_foreign(headers, host):
            return "The page of another site may not call this one."
        return None


class RequireLogin:
    """An ASGI application behind a name and a password, which each request has to bring (HTTP Basic)."""

    def __init__(self, app: ASGIApp, user: str, password: str) -> None:
        self._app = app
        self._expected = base64.b64encode(f"{user}:{password}".encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request of somebody who is known."""
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        known = scheme.lower() == "basic" and secrets.compare_digest(given.strip().encode(), self._expected)
        await (self._app if known else _UNKNOWN_CALLER)(scope, receive, send)


_UNKNOWN_CALLER: Final = PlainTextResponse(
    "Name and password are needed, as HTTP Basic authentication.",
    status_code=401,
    headers={"WWW-Authenticate": 'Basic realm="News assistant", charset="UTF-8"'},
)


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without brackets, is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_foreign(headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    # Browsers alone set Sec-Fetch-Site, and it stays true behind a proxy that changes the host.
    if origin is None or headers.get("sec-fetch-site") == "same-origin":
        return False
    # Another program's page on this machine, such as a tool for developers, is no stranger.
    neighbours = is_loopback(_name(origin)) and is_loopback(_name(f"//{host}"))
    return not neighbours and origin.partition("://")[2] != host


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
