"""Says in words how an endpoint failed, and what to do about it."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx
import openai

from assistant.errors import ContextTooLongError, ModelError
from assistant.models.common import host
from assistant.models.redaction import Redaction, without

# Local servers want no key, but the client wants some.
NO_KEY = "none"
# Characters of what an endpoint said.
LONGEST_SAID = 200

# Endpoints say it in different words: OpenAI "context_length_exceeded", llama.cpp "exceed_context_size_error", vLLM
# "maximum context length", others "context window" or "prompt is too long".
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|(?:prompt|input) is too long|too many (?:input )?tokens", re.IGNORECASE
)
_TOO_LONG_STATUS = (httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE)
_TOO_LONG_WORDS = ("cannot take as long a text for {model!r}", "{shorten}")
# What failed, and what to do. A timeout is a connection error too, so it comes first.
_WORDS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (openai.APITimeoutError, httpx.TimeoutException, TimeoutError),
        "did not answer in time",
        "Try again{more_time}.",
    ),
    ((openai.APIConnectionError,), "cannot be reached", "Check that it runs and that OPENAI_BASE_URL is its address."),
    ((httpx.HTTPError,), "broke the connection off", "Try again."),
    ((openai.AuthenticationError, openai.PermissionDeniedError), "refuses the key", "Check OPENAI_API_KEY."),
    (
        (openai.NotFoundError,),
        "does not know the model {model!r}, or has no {path}",
        "Check {setting}, and OPENAI_BASE_URL, which ends in /v1 with most servers.",
    ),
    (
        (openai.RateLimitError,),
        "has had too many requests, or the account is out of credit",
        "Wait a while, or check the account.",
    ),
    ((openai.InternalServerError,), "failed with status {status}{said}", "Try again later."),
    ((openai.APIStatusError,), "refuses the request with status {status}{said}", "Check {setting} and {limit}."),
    ((openai.OpenAIError,), "failed{said}", "Try again later."),
    (
        (Exception,),
        "answered with something else than was asked for",
        "Check that OPENAI_BASE_URL is the address of an OpenAI-compatible server.",
    ),
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a failure is told about: whose fault it may be, and what must not be shown.

    Attributes:
        job: what it does, as in "embedding".
        base_url: its address.
        model: the model that is asked for.
        path: what is called below the address.
        key: the secret, or `NO_KEY`.
        setting: the variable that names the model.
        limit: the variable for something else that some models take and others refuse.
        shorten: what to do about a text that is too long for it.
        timeout: the variables for its time, empty if there are none.
    """

    job: str
    base_url: str
    model: str
    path: str
    key: str
    setting: str
    limit: str
    shorten: str
    timeout: str = ""

    def failure(self, error: Exception) -> ModelError:
        """The error as it is shown."""
        too_long = _is_too_long(error)
        reason, advice = _TOO_LONG_WORDS if too_long else _words_for(error)
        blanks = {
            "model": self.model,
            "path": self.path,
            "setting": self.setting,
            "limit": self.limit,
            "shorten": self.shorten,
            "more_time": f", or give it more time: {self.timeout}" if self.timeout else "",
            "status": getattr(error, "status_code", None),
            "said": self._said(error),
        }
        message = f"The {self.job} endpoint {host(self.base_url)} {reason.format(**blanks)}."
        found = ContextTooLongError(message) if too_long else ModelError(message)
        found.advice = advice.format(**blanks)
        return found

    def redaction(self) -> Redaction:
        """What takes the key and the password, which an endpoint knows and may repeat, out of a text in pieces."""
        return Redaction(self._secrets())

    def without_secrets(self, text: str) -> str:
        """A whole text without them."""
        return without(self._secrets(), text)

    def _said(self, error: Exception) -> str:
        """What the endpoint said, if it is something to read: an error page is not."""
        body = getattr(error, "body", None)
        said = str(body.get("message") or "") if isinstance(body, dict) else ""
        if isinstance(error, openai.OpenAIError) and not isinstance(error, openai.APIError):
            # The client's own trouble.
            said = str(error)
        said = self.without_secrets(" ".join(said.split()))
        return f": {said[:LONGEST_SAID].rstrip('.')}" if said else ""

    def _secrets(self) -> list[str]:
        """What an endpoint may repeat and nobody may see; an address carries its password as written or escaped."""
        password = urlsplit(self.base_url).password or ""
        return [secret for secret in (self.key, password, unquote(password)) if secret != NO_KEY]


def _words_for(error: Exception) -> tuple[str, str]:
    return next((reason, advice) for kinds, reason, advice in _WORDS if isinstance(error, kinds))


def _is_too_long(error: Exception) -> bool:
    # An error that comes in a stream has no status.
    status = getattr(error, "status_code", None)
    if not isinstance(error, openai.APIError) or status not in {None, *_TOO_LONG_STATUS}:
        return False
    return _TOO_LONG.search(f"{error} {getattr(error, 'body', '')}") is not None
