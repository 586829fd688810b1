"""Embeddings from any endpoint that speaks as OpenAI's does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import openai
from llama_index.embeddings.openai import OpenAIEmbedding
from pydantic import Field

from assistant.errors import ModelError
from assistant.models.common import UNREADABLE, Vector, host
from assistant.settings import Settings

# One request to an endpoint may take this long, and is tried once and then this many times more.
TIMEOUT_SECONDS = 60.0
RETRIES = 3
# Local servers want no key, but the client wants some.
NO_KEY = "none"

# A timeout is a connection error too, so it comes first.
_REASONS: dict[type[openai.OpenAIError], str] = {
    openai.APITimeoutError: f"did not answer within {TIMEOUT_SECONDS:.0f} seconds",
    openai.APIConnectionError: "cannot be reached",
    openai.AuthenticationError: "refuses the key",
    openai.PermissionDeniedError: "refuses the key",
    openai.NotFoundError: "does not know the model {model!r}, or has no /embeddings",
    openai.RateLimitError: "has had too many requests, or the account is out of credit",
}


def endpoint_embedding(settings: Settings) -> "EndpointEmbedding":
    """The model that the settings name, at the endpoint that they name."""
    key = settings.openai_api_key
    return EndpointEmbedding(
        model_name=settings.embedding_model,
        api_key=key.get_secret_value() if key else NO_KEY,
        api_base=settings.openai_base_url,
        max_retries=RETRIES,
        timeout=TIMEOUT_SECONDS,
    )


class EndpointEmbedding(OpenAIEmbedding):
    """Any model behind an OpenAI-compatible `/embeddings` endpoint.

    Raises:
        ModelError: the endpoint cannot be reached, refuses, or answers something else than embeddings.
    """

    api_key: str = Field(description="Sent to the endpoint and shown nowhere.", repr=False)

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "endpoint"

    def _get_query_embedding(self, query: str) -> Vector:
        with self._failures_in_words():
            return super()._get_query_embedding(_sendable(query))

    def _get_text_embedding(self, text: str) -> Vector:
        with self._failures_in_words():
            return super()._get_text_embedding(_sendable(text))

    def _get_text_embeddings(self, texts: list[str]) -> list[Vector]:
        with self._failures_in_words():
            return _all_of(super()._get_text_embeddings([_sendable(text) for text in texts]), texts)

    async def _aget_query_embedding(self, query: str) -> Vector:
        with self._failures_in_words():
            return await super()._aget_query_embedding(_sendable(query))

    async def _aget_text_embedding(self, text: str) -> Vector:
        with self._failures_in_words():
            return await super()._aget_text_embedding(_sendable(text))

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Vector]:
        with self._failures_in_words():
            return _all_of(await super()._aget_text_embeddings([_sendable(text) for text in texts]), texts)

    def _create_retry_decorator(self) -> Callable[[Any], Any]:
        # The OpenAI client itself retries, and heeds Retry-After; a second loop around it would multiply the tries.
        return lambda function: function

    @contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        try:
            yield
        except openai.OpenAIError as error:
            message = f"The embedding endpoint {host(self.api_base)} {_reason(error, self.model_name, self.api_key)}."
            raise ModelError(message) from error
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # The client does not check what it is sent: a page of HTML comes back as a string without embeddings.
            message = f"The embedding endpoint {host(self.api_base)} answered, but not with embeddings."
            raise ModelError(message) from error


def _sendable(text: str) -> str:
    # Endpoints refuse an empty text.
    return UNREADABLE.sub(" ", text) or " "


def _all_of(vectors: list[Vector], texts: list[str]) -> list[Vector]:
    if len(vectors) != len(texts):
        message = f"{len(vectors)} embeddings for {len(texts)} texts"
        raise ValueError(message)
    return vectors


def _reason(error: openai.OpenAIError, model: str, key: str) -> str:
    words = next((words for kind, words in _REASONS.items() if isinstance(error, kind)), None)
    if words is not None:
        return words.format(model=model)
    detail = f"failed with status {error.status_code}" if isinstance(error, openai.APIStatusError) else "failed"
    said = getattr(error, "message", str(error)).rstrip(".")
    return f"{detail}: {said}" if key == NO_KEY else f"{detail}: {said.replace(key, '...')}"
