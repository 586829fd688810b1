"""Embeddings from any endpoint that speaks as OpenAI's does."""

import asyncio
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import openai
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.embeddings.openai.base import get_embeddings
from pydantic import Field, PrivateAttr

from assistant.chunks import LONGEST_SENTENCE_CHARS
from assistant.models.common import OPENAI, Vector
from assistant.models.connections import http_client
from assistant.models.failures import NO_KEY, Endpoint
from assistant.patience import patience_of_thread
from assistant.prompts import UNREADABLE
from assistant.settings import Settings

# One request to an endpoint may take this long. It is tried again by the OpenAI client, which heeds Retry-After;
# LlamaIndex's own loop around it, which would multiply the tries, is left out.
TIMEOUT_SECONDS = 60.0
# More than this are not made while a reader waits.
RETRIES_FOR_A_READER = 1
# Places in `input_types`.
QUERY, PASSAGE = range(2)


def endpoint_embedding(settings: Settings) -> "EndpointEmbedding":
    """The model that the settings name, at the endpoint that they name."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else NO_KEY
    url = httpx.URL(settings.openai_base_url) if settings.openai_base_url else None
    timeout = httpx.Timeout(TIMEOUT_SECONDS)
    endpoint = Endpoint(
        job="embedding",
        base_url=settings.openai_base_url or OPENAI,
        model=settings.embedding_model,
        path="/embeddings",
        key=key,
        setting="ASSISTANT_EMBEDDING_MODEL",
        limit="ASSISTANT_EMBEDDING_INPUT_TYPES",
        shorten=f"Set ASSISTANT_EMBEDDING_MODEL to one that reads {LONGEST_SENTENCE_CHARS} characters.",
    )
    client = http_client(url or httpx.URL(OPENAI), timeout)
    embedding = EndpointEmbedding(
        endpoint,
        model_name=settings.embedding_model,
        api_key=key,
        # The client would log the password that an address may carry.
        api_base=str(url.copy_with(userinfo=b"")) if url else None,
        http_client=client,
        input_types=settings.embedding_input_types,
        embed_batch_size=settings.embedding_batch_size,
        num_workers=settings.embedding_concurrency,
        max_retries=settings.embedding_retries,
        timeout=TIMEOUT_SECONDS,
    )
    # Whoever gets it may drop it without closing it.
    weakref.finalize(embedding, client.close).atexit = False
    return embedding


class EndpointEmbedding(OpenAIEmbedding):
    """Any model behind an OpenAI-compatible `/embeddings` endpoint.

    Args:
        endpoint: what its failures are told about.
        options: as of `OpenAIEmbedding`.

    Raises:
        ModelError: the endpoint cannot be reached, refuses, or answers something else than embeddings.
    """

    api_key: str = Field(description="Sent to the endpoint and shown nowhere.", repr=False)
    input_types: str | None = Field(None, description="Sent as `input_type` with questions and with passages.")

    _endpoint: Endpoint = PrivateAttr()

    def __init__(self, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(**options)
        self._endpoint = endpoint

    @classmethod
    def class_name(cls) -> str:
        """As it appears in model ids."""
        return "endpoint"

    def close(self) -> None:
        """Closes the connections; nothing can be embedded afterwards."""
        self._get_client().close()

    def _get_query_embedding(self, query: str) -> Vector:
        return self._embed([query], QUERY)[0]

    def _get_text_embedding(self, text: str) -> Vector:
        return self._embed([text], PASSAGE)[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Vector]:
        return self._embed(texts, PASSAGE)

    async def _aget_query_embedding(self, query: str) -> Vector:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> Vector:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Vector]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    def _embed(self, texts: list[str], role: int) -> list[Vector]:
        with self._failures_in_words():
            client = self._get_client()
            if patience_of_thread():
                # Each try would wait before the next one, also when the time is over.
                client = client.with_options(max_retries=min(self.max_retries, RETRIES_FOR_A_READER))
            vectors = get_embeddings(client, _sendable(texts), self.model_name, **self._options(role))
            return _all_of(vectors, texts)

    def _options(self, role: int) -> dict[str, Any]:
        if self.input_types is None:
            return {}
        return {"extra_body": {"input_type": self.input_types.split(",")[role]}}

    @contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        try:
            yield
        # The client does not check what it is sent: a page of HTML comes back as a string without embeddings.
        except (openai.OpenAIError, httpx.HTTPError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Without its cause, which may hold what the endpoint said of the key.
            raise self._endpoint.failure(error) from None


def _sendable(texts: list[str]) -> list[str]:
    # Endpoints refuse an empty text.
    return [UNREADABLE.sub(" ", text) or " " for text in texts]


def _all_of(vectors: list[Vector], texts: list[str]) -> list[Vector]:
    if len(vectors) != len(texts):
        message = f"{len(vectors)} embeddings for {len(texts)} texts"
        raise ValueError(message)
    return vectors
