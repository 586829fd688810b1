"""Says in words how an endpoint failed, and what to do about it."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx
import openai

from assistant.errors import ContextTooLongError, ModelError
from assistant.models.common import host

HIDDEN = "***"
# Local servers want no key, but the client wants some.
NO_KEY = "none"
# What some models take and others refuse.
LIMITS = "ASSISTANT_LLM_MAX_TOKENS"
# A shorter one protects nothing, and to take it out would tear words apart.
SHORTEST_SECRET = 4
# Characters of what an endpoint said.
LONGEST_SAID = 200

# Endpoints say it in different words: OpenAI "context_length_exceeded", llama.cpp "exceed_context_size_error", vLLM
# "maximum context length", others "context window" or "prompt is too long".
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|(?:prompt|input) is too long|too many (?:input )?tokens", re.IGNORECASE
)
_TOO_LONG_STATUS = (httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE)
_TOO_LONG_WORDS = (
    "cannot take as long a prompt for {model!r}",
    "Set ASSISTANT_LLM_CONTEXT_WINDOW to the model's window, or lower ASSISTANT_TOP_K.",
)
# What failed, and what to do. A timeout is a connection error too, so it comes first.
_WORDS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (
        (openai.APITimeoutError, httpx.TimeoutException, TimeoutError),
        "did not answer in time",
        "Try again, or give it more time: {timeout}.",
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
    ((openai.APIStatusError,), "refuses the request with status {status}{said}", "Check {setting} and {limits}."),
    ((openai.APIError,), "failed{said}", "Try again later."),
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
        setting: the variable that names the model.
        timeout: how its time is set.
        key: the secret, or `NO_KEY`.
    """

    job: str
    base_url: str
    model: str
    path: str
    setting: str
    timeout: str
    key: str

    def failure(self, error: Exception) -> ModelError:
        """The error as it is shown."""
        too_long = _is_too_long(error)
        reason, advice = _TOO_LONG_WORDS if too_long else _words_for(error)
        blanks = {
            "model": self.model,
            "path": self.path,
            "setting": self.setting,
            "timeout": self.timeout,
            "status": getattr(error, "status_code", None),
            "limits": LIMITS,
            "said": self._said(error),
        }
        message = f"The {self.job} endpoint {host(self.base_url)} {reason.format(**blanks)}."
        found = ContextTooLongError(message) if too_long else ModelError(message)
        found.advice = advice.format(**blanks)
        return found

    def without_secrets(self, text: str) -> str:
        """A text without the key and the password, which an endpoint knows and may repeat.

        Also without their letters where marks stand between them, such as escapes or invisible ones, or are left out:
        what is done with a text later could bring out a key that does not show in it yet.
        """
        for secret in self._secrets():
            text = text.replace(secret, HIDDEN)
            letters = [re.escape(letter) for letter in secret if letter.isalnum()]
            if len(letters) >= SHORTEST_SECRET:
                text = re.sub(r"[\W_]*".join(letters), HIDDEN, text)
        return text

    def _said(self, error: Exception) -> str:
        """What the endpoint said, if it is something to read: an error page is not."""
        body = getattr(error, "body", None)
        said = " ".join(str(body.get("message") or "").split()) if isinstance(body, dict) else ""
        said = self.without_secrets(said)
        return f": {said[:LONGEST_SAID].rstrip('.')}" if said else ""

    def _secrets(self) -> list[str]:
        """What an endpoint may repeat and nobody may see; an address carries its password as written or escaped."""
        password = urlsplit(self.base_url).password or ""
        secrets = (self.key, password, unquote(password))
        return [secret for secret in secrets if len(secret) >= SHORTEST_SECRET and secret != NO_KEY]


def _words_for(error: Exception) -> tuple[str, str]:
    return next((reason, advice) for kinds, reason, advice in _WORDS if isinstance(error, kinds))


def _is_too_long(error: Exception) -> bool:
    # An error that comes in a stream has no status.
    status = getattr(error, "status_code", None)
    if not isinstance(error, openai.APIError) or status not in {None, *_TOO_LONG_STATUS}:
        return False
    return _TOO_LONG.search(f"{error} {getattr(error, 'body', '')}") is not None
