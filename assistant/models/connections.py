"""HTTP connections to an endpoint that end when nobody waits for them any more."""

import time
from collections.abc import Iterator
from email.utils import mktime_tz, parsedate_tz

import httpx
import openai

from assistant.patience import Patience, patience_of_thread

NOBODY_WAITS = "Nobody waits for it any more."


def http_client(url: httpx.URL, timeout: httpx.Timeout) -> httpx.Client:
    """A client that sends no request, reads no further and waits for no retry once a thread's patience is over.

    Args:
        url: its user and password, if it has them, are sent with each request; they appear in no log then.
        timeout: of each step.
    """
    return openai.DefaultHttpxClient(
        auth=httpx.BasicAuth(url.username, url.password) if url.userinfo else None,
        timeout=timeout,
        event_hooks={"request": [_before], "response": [_after]},
    )


class _Watched(httpx.SyncByteStream):
    """A response's bytes, until patience is over: signs of life alone would keep a connection open for ever."""

    def __init__(self, stream: httpx.SyncByteStream, patience: Patience) -> None:
        self._stream = stream
        self._patience = patience

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if not self._patience.seconds_left():
                raise httpx.ReadTimeout(NOBODY_WAITS)
            yield piece

    def close(self) -> None:
        self._stream.close()


def _before(request: httpx.Request) -> None:
    patience = patience_of_thread()
    if patience is None:
        return
    left = patience.seconds_left()
    if not left:
        raise httpx.ConnectTimeout(NOBODY_WAITS, request=request)
    steps: dict[str, float | None] = request.extensions.get("timeout", {})
    request.extensions["timeout"] = {step: min(left, seconds or left) for step, seconds in steps.items()}


def _after(response: httpx.Response) -> None:
    patience = patience_of_thread()
    if patience and isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _Watched(response.stream, patience)
        if _retry_after(response.headers.get("retry-after", "")) > patience.seconds_left():
            # OpenAI's client would wait in vain, and the reader with it.
            response.headers["x-should-retry"] = "false"


def _retry_after(said: str) -> float:
    """Seconds, from a number of them or a date."""
    try:
        return float(said)
    except ValueError:
        date = parsedate_tz(said)
        return mktime_tz(date) - time.time() if date else 0.0
